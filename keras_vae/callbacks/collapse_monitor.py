"""Whether a VAE still uses its code."""

import functools

import keras
import numpy as np

from keras_vae.callbacks.due_epochs import is_due
from keras_vae.callbacks.examples import checked_data
from keras_vae.evaluation._example_moments import example_moments
from keras_vae.evaluation.checks import check_has_prior
from keras_vae.ops.checks import checked_number, checked_size

# A model is collapsing where no more than this share of its latents is in use.
FEW = 0.1
# Nats below which a latent tells next to nothing.
NEAR_ZERO = 0.01


class CollapseMonitor(keras.callbacks.Callback):
    """Counts the latents in use, and says when the posterior collapses onto the prior and what helps.

    A latent is in use if it is active (`evaluation.active_units`) and its KL divergence, if it has its own, is at least
    0.01 nats. The posterior is collapsing if at most a tenth of the latents are in use in several measurements in a
    row: the first epochs may look like a collapse. At a `beta` of 0, as a warm-up starts, nothing is judged. A line is
    printed when a collapse begins, and when the model has recovered from it.

    `active_units` and, where the divergence has a closed form latent by latent, `kl_per_latent_min` and
    `kl_per_latent_max` (nats, means over x) are in the logs of each epoch in which they are measured: the progress bar
    and the History have them, and so do callbacks after this one in the list.

    Source: Burda, Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", for active units; Bowman et al.
    2016, "Generating Sentences from a Continuous Space", section 3, for the collapse and two of the remedies.

    Args:
        x: Validation examples: an array `(n, *event_shape)`, or a dataset of batches, whose targets are left out. For a
            model with a condition, `{"x": ..., "condition": ...}` or a dataset of such.
        every: Measure every so many epochs, and after the last one that is planned. CSVLogger has columns for what is
            measured after the first epoch alone.
        threshold: Variance of its mean code above which a latent is active, at least 0.
        patience: Measurements in a row that must show a collapse before it is announced.

    Raises:
        ValueError: If an argument is out of range; or when training begins, if the model has no prior, or x is not what
            it encodes.
    """

    def __init__(self, x, every: int = 1, threshold: float = 0.01, patience: int = 3):
        super().__init__()
        self.x = checked_data(x)
        self.every, self.patience = checked_size(every, "every"), checked_size(patience, "patience")
        self.threshold = checked_number(threshold, "threshold", 0.0)
        self._is_collapsed, self._in_a_row = False, 0

    def on_train_begin(self, logs=None):
        check_has_prior(self.model, "CollapseMonitor")
        self._measure = functools.partial(_codes_and_kl, self.model)
        # The first batch finds what does not fit before the training does.
        next(self.model.over_batches(self._measure, self.x))
        self._is_collapsed, self._in_a_row = False, 0

    def on_epoch_end(self, epoch, logs=None):
        if not is_due(self, epoch):
            return
        active, kl = self._measured()
        if logs is not None:
            logs["active_units"] = int(np.sum(active))
            if kl is not None:
                logs["kl_per_latent_min"], logs["kl_per_latent_max"] = float(kl.min()), float(kl.max())
        if self.model.beta.numpy() > 0:
            self._judge(epoch, active, kl)

    def _measured(self):
        """Which latents are active, and the KL divergence of each, `None` where it is no sum over them."""
        # Codes and divergences side by side: each example is encoded once.
        found = self.model.over_batches(self._measure, self.x)
        means, variances = example_moments(np.stack(batch, axis=1) for batch in found)
        return variances[0] > self.threshold, means[1] if self.model.has_kl_by_latent else None

    def _judge(self, epoch, active, kl):
        in_use = active if kl is None else active & (kl >= NEAR_ZERO)
        self._in_a_row = self._in_a_row + 1 if np.sum(in_use) <= FEW * self.model.latent_dim else 0
        if not self._is_collapsed and self._in_a_row >= self.patience:
            self._is_collapsed = True
            self._say(epoch, f"the posterior is collapsing: {self._figures(active, kl)}. {self._remedies()}")
        elif self._is_collapsed and self._in_a_row == 0:
            self._is_collapsed = False
            self._say(epoch, f"the posterior has recovered: {self._figures(active, kl)}.")

    def _figures(self, active, kl) -> str:
        figures = f"{np.sum(active)} of {self.model.latent_dim} latents are active"
        return figures if kl is None else f"{figures}, at {kl.min():.2g} to {kl.max():.2g} nats of KL for each latent"

    def _remedies(self) -> str:
        beta, free_bits, objective = float(self.model.beta.numpy()), self.model.free_bits, self.model.objective
        remedies = []
        if objective.sets_beta:
            remedies.append(f"a lower reconstruction asked of {type(objective).__name__}")
        else:
            remedies += [f"a beta below {beta:g}"] if beta > 1 else []
            remedies.append("a warm-up of beta, callbacks.BetaSchedule(...), or a longer one")
        if objective.adds_kl:
            more = f"more free bits than {free_bits:g}" if free_bits > 0 else "free bits, VAE(..., free_bits=0.1)"
            remedies.append(more)
        return f"What helps: {'; '.join([*remedies, 'a weaker decoder'])}."

    def _say(self, epoch, text):
        # Keras's progress bar leaves its line open.
        start = "" if (self.params or {}).get("verbose") in (0, 2) else "\n"
        print(f"{start}CollapseMonitor, epoch {epoch + 1}: {text}")


def _codes_and_kl(model, x):
    """Mean code and KL divergence of each latent, `(batch, latent_dim)` each; the divergence 0 if it is no sum."""
    context = model.context(x)
    code, _ = model.code_moments(context)
    return code, model.exact_kl_terms(context) if model.has_kl_by_latent else code * 0
