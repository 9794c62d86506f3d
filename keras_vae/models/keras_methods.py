"""Keras's own methods of a model, with data that is checked, the fast path, and functions that are never stale."""

import contextlib
import functools

import keras

from keras_vae.inputs import data_checks
from keras_vae.inputs.examples import x_of
from keras_vae.models._built_copy import built_copy
from keras_vae.models.checked_data import CheckedData
from keras_vae.models.model_state import ModelState
from keras_vae.ops.keras_internals import VALIDATES, forget_validation_data
from keras_vae.training.directions import tell_directions
from keras_vae.training.fast_path import FastPath
from keras_vae.training.strange_rows import warn_of_divergence


class KerasMethods(CheckedData):
    """Base class: `fit`, `evaluate`, `predict` and their like, by the names and with the arguments that Keras gives."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._fast_path = FastPath()
        # Of Keras's own functions of steps, which would go on with what they were made of.
        self._state_of_steps = None

    @functools.wraps(keras.Model.summary)
    def summary(self, *args, **kwargs):
        # Of a model that is not built yet, what it will be for examples of the event's shape.
        shown = self if self.encoder.built else built_copy(self)
        keras.Model.summary(shown, *args, **kwargs)

    @functools.wraps(keras.Model.fit)
    def fit(self, *args, **kwargs):
        arguments = self._checked_arguments(super().fit, args, kwargs)
        self._forget_stale_steps()
        tell_directions(arguments.get("callbacks"))
        # Of a training that was interrupted: Keras would take its validation data for those of this one.
        forget_validation_data(self)
        with data_checks.readable_errors(), self._fast_path.fitting(self, arguments):
            history = super().fit(**arguments)
        warn_of_divergence(history.history, x_of(arguments["x"]))
        return history

    def make_train_function(self, force=False):
        if not self._fast_path.make_train_function(self, force):
            super().make_train_function(force)

    @functools.wraps(keras.Model.evaluate)
    def evaluate(self, *args, **kwargs):
        if VALIDATES in kwargs:
            # The call that `fit` makes at the end of an epoch: the data was checked at its start.
            with self._fast_path.validating(self):
                return super().evaluate(*args, **kwargs)
        arguments = self._checked_arguments(super().evaluate, args, kwargs)
        self._forget_stale_steps()
        with data_checks.readable_errors():
            return super().evaluate(**arguments)

    @functools.wraps(keras.Model.predict)
    def predict(self, *args, **kwargs):
        arguments = self._checked_arguments(super().predict, args, kwargs)
        self._forget_stale_steps()
        with data_checks.readable_errors():
            return super().predict(**arguments)

    @functools.wraps(keras.Model.train_on_batch)
    def train_on_batch(self, x, y=None, sample_weight=None, **kwargs):
        x, y, sample_weight = self._checked_batch(x, y, sample_weight)
        self._forget_stale_steps()
        return super().train_on_batch(x, y, sample_weight, **kwargs)

    @functools.wraps(keras.Model.test_on_batch)
    def test_on_batch(self, x, y=None, sample_weight=None, **kwargs):
        x, y, sample_weight = self._checked_batch(x, y, sample_weight)
        self._forget_stale_steps()
        return super().test_on_batch(x, y, sample_weight, **kwargs)

    @contextlib.contextmanager
    def tracing(self):
        # A layer may assign attributes while it is traced: that alone makes nothing stale. What somebody else has
        # assigned since the steps were looked at does.
        is_as_it_was = self._state_of_steps is not None and ModelState(self) == self._state_of_steps
        yield
        if is_as_it_was:
            self._state_of_steps = ModelState(self)

    def _forget_stale_steps(self):
        state = ModelState(self)
        if self._state_of_steps is not None and state != self._state_of_steps:
            self.train_function = self.test_function = self.predict_function = None
            self._fast_path.forget()
        self._state_of_steps = state

    def _checked_arguments(self, method, args, kwargs) -> dict:
        if method.__name__ != "predict":
            self._check_no_loss()
        return data_checks.checked_arguments(self.data_spec, method, args, kwargs)

    def _checked_batch(self, x, target, sample_weight) -> tuple:
        self._check_no_loss()
        return data_checks.checked_batch(self.data_spec, x, target, sample_weight)

    def _check_no_loss(self):
        if self.loss is not None:
            raise ValueError(
                "The likelihood is the loss: compile the model without one, as in `compile(optimizer='adam')`. "
                f"Received: loss={self.loss!r}. Choose another likelihood to change what is minimised."
            )
