"""log p(x) by importance sampling."""

import dataclasses
import math

import numpy as np

from keras_vae.inputs import batches
from keras_vae.inputs.examples import given
from keras_vae.inputs.rules import support_of
from keras_vae.models._has_prior import has_prior
from keras_vae.models.classes import estimates_with_missing_labels
from keras_vae.ops._warn import warn
from keras_vae.ops.checks import checked_size

# An example whose weights are worth fewer draws than these has no estimate that can be believed; a set of which more
# than this share are so has none either.
FEWEST_DRAWS, MOST_DOUBTFUL = 5.0, 0.05


@dataclasses.dataclass(frozen=True)
class LogLikelihood:
    """An importance-sampled estimate of log p(x), in nats.

    Attributes:
        per_example: log p(x) of each example, float64 `(num_examples,)`. Its expectation is a lower bound, tighter with
            more samples.
        effective_sample_size: How many equally weighted draws those of each example are worth, between 1 and
            `num_samples`, `(num_examples,)`: (sum w)^2 / sum w^2.
        num_samples: Draws for each example.
    """

    per_example: np.ndarray
    effective_sample_size: np.ndarray
    num_samples: int

    @property
    def num_examples(self) -> int:
        """How many examples were counted."""
        return len(self.per_example)

    @property
    def mean(self) -> float:
        """Mean over the examples."""
        return float(self.per_example.mean())

    @property
    def standard_error(self) -> float:
        """Standard error of `mean`, as an estimate for the population that the examples come from."""
        if self.num_examples < 2:
            return math.nan
        return float(self.per_example.std(ddof=1) / math.sqrt(self.num_examples))

    @property
    def sampling_error(self) -> np.ndarray:
        """Standard error of each example's estimate due to the draws alone, `(num_examples,)`.

        By the delta method: sqrt(1 / effective_sample_size - 1 / num_samples).
        """
        return np.sqrt(np.maximum(1 / self.effective_sample_size - 1 / self.num_samples, 0.0))


def log_likelihood(
    vae, x, num_samples: int = 5000, batch_size: int = 100, seed: int | None = None, *, condition=None
) -> LogLikelihood:
    """Estimates log p(x) = log E_q[p(x|z) p(z) / q(z|x)] with codes drawn from q(z|x).

    The networks compute the weights in their own precision; they are added up in float64. However the work is split,
    each example gets exactly `num_samples` draws, and every example counts.

    ```python
    estimate = keras_vae.evaluation.log_likelihood(vae, images, num_samples=100, seed=0)
    print(estimate.mean, estimate.standard_error)
    ```

    Sources: Burda, Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", sections 3 and 5.1; effective
    sample size: Kong 1992, "A Note on Importance Sampling using Standardized Weights".

    Args:
        vae: A `VAE`.
        x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches, which is streamed.
        num_samples: Draws for each example.
        batch_size: Examples at once; a dataset has its own.
        seed: The same int gives the same values for the same `batch_size`; `None` draws others at each call.
        condition: For a model with a condition, its values for an array x: one for each example, or one for all. The
            estimate is one of log p(x|c); where a label is -1, under `objectives.SemiSupervised`, of
            log p(x) = log sum_c p(c) p(x|c).

    Returns:
        A `LogLikelihood`; `num_examples` says how many were counted.

    Raises:
        ValueError: If the model has no likelihood, a number is out of range, or x is empty, has the wrong shape, or
            holds values without a probability, such as greys under a Bernoulli likelihood.

    Warns:
        UserWarning: If the effective sample size is too small for the estimate to be trusted.
    """
    result = importance_sampled(vae, given(x, condition), num_samples, batch_size, seed)
    _warn_of_doubt(result)
    return result


def importance_sampled(vae, x, num_samples: int, batch_size: int = 100, seed: int | None = None) -> LogLikelihood:
    """`log_likelihood` without a warning: of few samples, a bound as `objectives.ImportanceWeighted` has it."""
    check_has_likelihood(vae)
    num_samples = checked_size(num_samples, "num_samples")
    examples = vae.checked_batches(x, batch_size, support_of(vae.decoder.likelihood), missing_labels=True)
    estimate = estimates_with_missing_labels(vae, num_samples)
    found = batches.run_in_batches(batches.seeded(estimate, vae.drawn_seed(seed)), examples)
    if len(found) == 0:
        raise ValueError("`x` is empty: it must hold at least one example.")
    return LogLikelihood(found[:, 0], found[:, 1], num_samples)


def check_has_likelihood(model) -> None:
    """Raises a ValueError if log p(x) of a model cannot be estimated."""
    if not has_prior(model):
        raise ValueError(
            "A likelihood needs a VAE: an autoencoder's Deterministic posterior is a point, not a distribution, so "
            f"log p(x) cannot be estimated. Received: {type(model).__name__}."
        )


def _warn_of_doubt(result):
    doubtful = int(np.sum(~(result.effective_sample_size >= FEWEST_DRAWS)))
    if doubtful <= MOST_DOUBTFUL * result.num_examples:
        return
    warn(
        f"The estimates of {doubtful} of {result.num_examples} examples rest on fewer than {FEWEST_DRAWS:g} effective "
        f"draws of {result.num_samples}: they cannot be believed, and log p(x) is probably larger. Take more samples, "
        "or train a posterior that is closer to p(z|x)."
    )
