"""The training and the test step that the models share."""

import contextlib
import functools
from typing import Any, NamedTuple

import keras
import tensorflow as tf
from keras import ops

from keras_vae.inputs.event_shapes import check_event_shape
from keras_vae.inputs.examples import condition_of, has_condition, x_of
from keras_vae.models.composite import Composite
from keras_vae.ops.keras_internals import TellsOpenJit, loss_tracker


def traced(step):
    """A step of a model that is told when it is traced; see `Trainable.tracing`."""

    @functools.wraps(step)
    def of_model(self, data):
        with contextlib.nullcontext() if tf.executing_eagerly() else self.tracing():
            return step(self, data)

    return of_model


class Step(NamedTuple):
    """What a training step has computed, when it is time for the gradients.

    Attributes:
        loss: What is minimised, a scalar, scaled as the optimizer wants it.
        added: The part of it that was added by `add_loss` and by regularizers, scaled likewise.
        log_likelihood: log p(x|z), `(batch, num_samples)`, in nats.
        outputs: What the model's `call` returned.
        logs: Batch means of what is logged beside the loss, by name.
    """

    loss: Any
    added: Any
    log_likelihood: Any
    outputs: dict
    logs: dict


class Trainable(TellsOpenJit, Composite):
    """Base class: a model with a `decoder` whose likelihood is the loss.

    What is minimised is the reconstruction term, -log p(x|z) in nats averaged over the batch, plus all that
    was added by `add_loss` in `call` and by regularizers. A subclass implements `forward` and `losses_of`, and
    names in `logged` what this logs; it may take another `update`.
    """

    logged: tuple[str, ...] = ()

    def forward(self, x, sample_weight, training):
        """Calls the model: a dict of tensors, the decoder's parameters among them."""
        raise NotImplementedError

    def losses_of(self, log_likelihood, outputs, sample_weight):
        """What is minimised beside what was added, and what is logged beside the loss.

        Args:
            log_likelihood: log p(x|z), `(batch, num_samples)`, in nats.
            outputs: What `call` returned.
            sample_weight: `None` or `(batch,)`.

        Returns:
            A scalar, and a dict of scalars: means over the batch.
        """
        raise NotImplementedError

    def shares(self, log_likelihood, outputs):
        """What each draw counts where means of p(x|z) are averaged, `(batch, num_samples)`; `None` is all alike."""
        return None

    def update(self, tape, step: Step) -> None:
        """Updates the weights, from a persistent tape: with further optimizers, where a model has further losses."""
        self.optimizer.apply(tape.gradient(step.loss, self.trainable_weights), self.trainable_weights)

    def tracing(self):
        """A context in which one of the steps is traced."""
        return contextlib.nullcontext()

    @traced
    def train_step(self, data):
        return self._track(*self._updated(data))

    @traced
    def untracked_step(self, data):
        """A training step whose metrics are left to the caller.

        Args:
            data: As `train_step` takes it.

        Returns:
            Dict of the batch's `loss` and of what is logged beside it: scalars, in nats.
        """
        *_, loss, logs = self._updated(data)
        return {"loss": loss, **logs}

    def track(self, means, num_examples):
        """Updates the metrics with means over some examples, as `untracked_step` returns them for a batch."""
        for name, mean in means.items():
            # Keras has its own tracker of the loss, which need not come first among a subclass's metrics.
            tracker = loss_tracker(self) if name == "loss" else getattr(self, f"{name}_tracker")
            tracker.update_state(mean, sample_weight=num_examples)

    def _updated(self, data):
        x, target, sample_weight = self._unpacked(data)
        # Persistent, since an objective may ask it twice.
        with tf.GradientTape(persistent=True) as tape:
            outputs = self.forward(x, sample_weight, training=True)
            fitted = self.decoder.likelihood.fitted(outputs, target, sample_weight)
            log_likelihood = self.decoder.likelihood.log_prob(outputs | fitted, target)
            loss, added, logs = self._loss(log_likelihood, outputs, sample_weight)
            # The replicas' gradients are summed, and float16 gradients need a scale.
            replicas = self.distribute_strategy.num_replicas_in_sync
            scaled = [self.optimizer.scale_loss(part / replicas) for part in (loss, added)]
        self.update(tape, Step(*scaled, log_likelihood, outputs, logs))
        if has_condition(x):
            self.condition.note(condition_of(x))
        return x, target, sample_weight, self._mean_image(outputs, log_likelihood), loss, logs

    @traced
    def test_step(self, data):
        x, target, sample_weight = self._unpacked(data)
        outputs = self.forward(x, sample_weight, training=False)
        log_likelihood = self.decoder.likelihood.log_prob(outputs, target)
        loss, _, logs = self._loss(log_likelihood, outputs, sample_weight)
        return self._track(x, target, sample_weight, self._mean_image(outputs, log_likelihood), loss, logs)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        # Under a strategy Keras builds the metrics by what `call` returns.
        y_pred = self._mean_image(y_pred) if isinstance(y_pred, dict) else y_pred
        return super().compute_metrics(x, x_of(x) if y is None else y, y_pred, sample_weight)

    @traced
    def predict_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.reconstruct_tensors(x)

    def _unpacked(self, data):
        x, target, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        name = "x" if target is None else "target"
        target = x_of(x) if target is None else target
        check_event_shape(target.shape, self.event_shape, name)
        if sample_weight is not None and len(sample_weight.shape) != 1:
            raise ValueError(
                "`sample_weight` must be one number for each example, of shape (batch,). "
                f"Received shape {tuple(sample_weight.shape)}."
            )
        return x, target, sample_weight

    def _loss(self, log_likelihood, outputs, sample_weight):
        cost, logs = self.losses_of(log_likelihood, outputs, sample_weight)
        added = sum((tf.cast(loss, cost.dtype) for loss in self.losses), start=tf.zeros((), cost.dtype))
        return cost + added, added, logs

    def _track(self, x, target, sample_weight, image, loss, logs):
        self.track({"loss": loss, **logs}, tf.shape(target)[0])
        return self.compute_metrics(x, target, image, sample_weight=sample_weight)

    def _mean_image(self, outputs, log_likelihood=None):
        """What metrics of the user see: the mean of p(x|z), averaged over the draws, `(batch, *event_shape)`."""
        images = self.decoder.likelihood.mean(outputs)
        shares = None if log_likelihood is None else self.shares(log_likelihood, outputs)
        if shares is None:
            return ops.mean(images, axis=1)
        return ops.einsum("bk,bk...->b...", ops.cast(shares, images.dtype), images)
