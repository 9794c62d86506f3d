"""A model's functions of tensors over data of any length, which is checked before it is used."""

import dataclasses
import functools

import numpy as np

from keras_vae.inputs import batches, data_checks
from keras_vae.inputs.data_spec import DataSpec
from keras_vae.inputs.disk_rows import is_on_disk
from keras_vae.inputs.examples import x_of
from keras_vae.inputs.rules import Rule
from keras_vae.models._function_state import function_state
from keras_vae.models.compiled_functions import CompiledFunctions, is_own, key_of
from keras_vae.models.model_state import ModelState
from keras_vae.models.train_step import Trainable
from keras_vae.ops._warn import warn
from keras_vae.ops.checks import checked_seed, checked_size


class CheckedData(Trainable):
    """Base class: a model with an `encoder` and a `decoder` that checks data, and maps them batch by batch."""

    # Whether it was said of data that they can be trained on, but not well.
    has_warned_of_values = False
    # Whether labels may be missing where it is trained and evaluated.
    takes_missing_labels = False

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._functions = CompiledFunctions(functools.partial(ModelState, self))

    @property
    def data_spec(self) -> DataSpec:
        """What data must be like, for the checks of `inputs`."""
        asked = self._taken_shape, self._build_once, self._warn_once
        condition = getattr(self, "condition", None)
        return DataSpec(self.decoder.likelihood, *asked, condition, self.takes_missing_labels)

    def compiled_function(self, key, function, somebodys=None):
        """The compiled function of a key, which is compiled from `function` at the first call.

        It is compiled anew when the model is another: see `ModelState`.

        Args:
            key: What it is kept by.
            function: What is compiled.
            somebodys: A function or layer of somebody's own that it calls: it is compiled anew too when that computes
                with something else, see `function_state`.
        """
        depends_on = None if somebodys is None else functools.partial(function_state, somebodys, self)
        return self._functions.get(key, function, depends_on)

    def checked_batches(
        self, x, batch_size: int, rule: Rule | None, with_condition: bool = True, missing_labels: bool = False
    ):
        """The batches of an array or a dataset, as tensors that were checked.

        Args:
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            batch_size: Examples at once; a dataset has its own.
            rule: What values are allowed; `None` is what the encoder takes, any other asks for the shape of an
                event.
            with_condition: Whether the batches of a model with a condition hold it, and x has to; without, they are of
                x alone.
            missing_labels: Whether labels may be missing, of a model that takes such ones.

        Raises:
            ValueError: If x does not have the shape that the encoder takes, holds values that are not allowed, or is
                a dataset without an end.
        """
        spec = self.data_spec if with_condition else dataclasses.replace(self.data_spec, condition=None)
        if rule is not None and spec.input_shape != spec.event_shape:
            raise ValueError(
                f"The likelihood of x needs the shape of an event, {spec.event_shape}; the encoder takes another, "
                f"{spec.input_shape}."
            )

        def check(x, first=0):
            examples = x if with_condition else x_of(x)
            return data_checks.check_examples(spec, examples, "x", rule, first, missing_labels)

        if batches.is_dataset(x):
            batches.check_ends(x, "x")
            return batches.dataset_batches(x, check, "x")
        batch_size = checked_size(batch_size, "batch_size")
        if is_on_disk(x_of(x)):
            return batches.disk_batches(x, check, batch_size)
        return batches.array_batches(check(x), batch_size)

    def over_batches(
        self, function, x, batch_size: int = batches.BATCH_SIZE, target: bool = False, seed=None, **options
    ):
        """Calls one of the model's methods for tensors on examples, batch by batch, as they are asked for.

        Args:
            function: The method, such as `encode_tensors`, which is compiled once for each of its options; or a
                function of one's own.
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            batch_size: Examples at once; a dataset has its own.
            target: Whether the likelihood of x is computed, which asks for values that it allows.
            seed: Int, for a method that takes (batch, seed, stream): each batch has a stream of its own. `None` for one
                that takes a batch alone.
            **options: Keyword arguments of the method, the same for every batch.

        Returns:
            Iterator over what the method returns, with nothing left out at the end. An empty array is one empty batch.

        Raises:
            ValueError: If x does not have the shape that the encoder takes, or holds values that are not allowed.
        """
        key = key_of(function, self, options)
        somebodys = None if is_own(function, self) else function
        compiled = self.compiled_function(key, functools.partial(function, **options), somebodys)
        examples = self.checked_batches(x, batch_size, self.data_spec.rule if target else None)
        return map(compiled if seed is None else batches.seeded(compiled, checked_seed(seed)), examples)

    def _map(self, function, x, batch_size, **options):
        return batches.run_in_batches(np.asarray, self.over_batches(function, x, batch_size, **options))

    def _taken_shape(self) -> tuple | None:
        return None if self.encoder.input_spec is None else self.encoder.input_spec.shape[1:]

    def _build_once(self, input_shape):
        if not self.built:
            self.build(input_shape)

    def _warn_once(self, cautions):
        caution = None if self.has_warned_of_values else next(filter(None, cautions), None)
        if caution:
            self.has_warned_of_values = True
            warn(caution)
