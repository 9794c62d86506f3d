"""Figures of `evaluation`, epoch by epoch."""

from collections.abc import Sequence

import keras

from keras_vae import evaluation
from keras_vae.callbacks.due_epochs import is_due
from keras_vae.callbacks.examples import checked_data
from keras_vae.evaluation._log_likelihood import importance_sampled
from keras_vae.evaluation.checks import check_has_prior
from keras_vae.inputs import batches
from keras_vae.inputs.rules import rule_of, support_of
from keras_vae.ops.checks import checked_name, checked_seed, checked_size

FIGURES = ("log_likelihood", "active_units", "mean_squared_error")


class HeldOutEvaluation(keras.callbacks.Callback):
    """Logs figures on held-out data that `fit` itself does not measure.

    - `val_log_likelihood`: log p(x) by importance sampling, in nats, mean over x; with few samples it is a lower bound.
    - `val_active_units`: the number of latents in use.
    - `val_mean_squared_error`: of reconstructions at the mean code, in the data's units squared.

    They are in the logs of each epoch in which they are measured: the progress bar and the History have them, and so do
    callbacks after this one in the list, such as CSVLogger, TensorBoard and EarlyStopping.

    Args:
        x: Held-out examples: an array `(n, *event_shape)`, or a dataset of batches, whose targets are left out. For a
            model with a condition, `{"x": ..., "condition": ...}` or a dataset of such; the likelihood is then p(x|c).
        figures: Which, by the names of their functions in `keras_vae.evaluation`.
        every: Measure every so many epochs, and after the last one that is planned. CSVLogger has columns for what is
            measured after the first epoch alone.
        num_samples: Codes for each example of the log-likelihood, which costs as much as so many passes over x through
            the decoder.
        seed: Int from 0, of these codes: the noise is the same in every epoch.

    Raises:
        ValueError: If an argument is out of range; or when training begins, if x does not fit the model, or the model
            does not have the figure.
    """

    def __init__(self, x, figures: Sequence[str] = FIGURES, every: int = 1, num_samples: int = 100, seed: int = 0):
        super().__init__()
        self.x = checked_data(x)
        self.figures = _checked_figures(figures)
        self.every, self.num_samples = checked_size(every, "every"), checked_size(num_samples, "num_samples")
        self.seed = checked_seed(seed)

    def on_train_begin(self, logs=None):
        if "log_likelihood" in self.figures:
            check_has_prior(self.model, "The figure 'log_likelihood'")
        # Figures of a few examples find what does not fit before the training does.
        self._measured(self.x.take(1) if hasattr(self.x, "element_spec") else batches.rows(self.x, 0, 1), num_samples=1)
        for rule in self._rules():
            next(self.model.checked_batches(self.x, batches.BATCH_SIZE, rule))

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None and is_due(self, epoch):
            logs.update(self._measured(self.x, self.num_samples))

    def _rules(self) -> list:
        """What each of the figures asks of the values in x."""
        likelihood = self.model.decoder.likelihood
        rules = {"log_likelihood": support_of(likelihood), "mean_squared_error": rule_of(likelihood)}
        return [rules.get(name) for name in self.figures]

    def _measured(self, x, num_samples) -> dict:
        functions = {
            "log_likelihood": lambda: importance_sampled(self.model, x, num_samples, seed=self.seed).mean,
            "active_units": lambda: evaluation.active_units(self.model, x),
            "mean_squared_error": lambda: evaluation.mean_squared_error(self.model, x),
        }
        return {f"val_{name}": functions[name]() for name in self.figures}


def _checked_figures(figures):
    if isinstance(figures, str) or not isinstance(figures, Sequence) or not figures:
        raise ValueError(
            f"`figures` must be a list of names out of {', '.join(map(repr, FIGURES))}. Received: {figures!r}."
        )
    return tuple(checked_name(name, FIGURES, f"figures[{index}]") for index, name in enumerate(figures))
