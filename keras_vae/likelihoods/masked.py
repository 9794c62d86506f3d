"""Data of which some elements are missing."""

import keras
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.ops.missing import is_missing


@keras.saving.register_keras_serializable("keras_vae")
class Masked(Likelihood):
    """Wraps another likelihood for data in which NaN marks what is missing, which is left out.

    log p(x|z) = sum of log p(x_i|z) over the elements i that were observed, which is their marginal log-probability,
    since the elements are independent given z. So the ELBO bounds log p of what was observed. This is right if which
    elements are missing does not depend on their values ("missing at random"). The encoder sees zero where an element
    is missing, after the wrapped likelihood's rescaling; a metric that the model is compiled with sees NaN.

    Infinity is an error as always, and so is an example of which nothing was observed.

    Parameters, mean and samples are those of the wrapped likelihood: whole examples.

    Sources: Nazabal et al. 2020, "Handling Incomplete Heterogeneous Data using VAEs", equations 3 and 5; Mattei and
    Frellsen 2019, "MIWAE: Deep Generative Modelling and Imputation of Incomplete Data Sets", section 2.

    Args:
        likelihood: A likelihood of independent elements, such as `likelihoods.Bernoulli((28, 28, 1))`.

    Raises:
        ValueError: If it is not a likelihood, its elements are not independent, or it is already masked.
    """

    takes_missing = True

    def __init__(self, likelihood: Likelihood, **kwargs):
        super().__init__(_checked(likelihood).event_shape, projection=likelihood.has_projection, **kwargs)
        self.likelihood = likelihood
        self.parameter_names = likelihood.parameter_names
        self.values_per_parameter = likelihood.values_per_parameter
        self.data_form, self.levels = likelihood.data_form, likelihood.levels
        self.has_one_domain = likelihood.has_one_domain

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Those of the wrapped likelihood."""
        return self.likelihood.parameter_shapes

    @property
    def domain(self) -> str:
        """What data is expected."""
        return f"{self.likelihood.domain}, or NaN where one is missing,"

    @property
    def support(self) -> str:
        """What has a probability."""
        return f"{self.likelihood.support or self.likelihood.domain}, or NaN where one is missing,"

    @property
    def mend(self) -> str:
        """How to get there."""
        return self.likelihood.mend

    def build(self, features_shape):
        if not self.likelihood.built:
            self.likelihood.build(features_shape)

    def call(self, features):
        return self.likelihood(features)

    def element_log_prob(self, params, x):
        """Log-probability or log-density of each element that was observed; 0 elsewhere, with no gradient."""
        missing = is_missing(x)
        # Chosen before and after: the gradient of what is not chosen would be NaN times zero.
        return ops.where(missing, 0.0, self.likelihood.element_log_prob(params, _filled(x, missing)))

    def mean(self, params):
        return self.likelihood.mean(params)

    def sample(self, params, seed):
        return self.likelihood.sample(params, seed)

    def rescaled(self, x):
        missing = is_missing(x)
        rescaled = self.likelihood.rescaled(_filled(x, missing))
        return ops.where(missing, ops.zeros_like(rescaled), rescaled)

    @property
    def is_fitted(self) -> bool:
        """Whether the likelihood estimates a parameter from batches."""
        return self.likelihood.is_fitted

    @property
    def unit(self):
        return self.likelihood.unit

    def adapt(self, x) -> None:
        self.likelihood.adapt(x)

    def fitted(self, params, x, sample_weight=None, observed=None):
        missing = is_missing(x)
        known = ops.logical_not(missing)
        observed = known if observed is None else ops.logical_and(known, observed)
        return self.likelihood.fitted(params, _filled(x, missing), sample_weight, observed)

    def in_domain(self, x):
        missing = is_missing(x)
        return ops.logical_or(missing, self.likelihood.in_domain(_filled(x, missing)))

    def in_support(self, x):
        missing = is_missing(x)
        return ops.logical_or(missing, self.likelihood.in_support(_filled(x, missing)))

    def caution(self, x) -> str | None:
        return self.likelihood.caution(x)

    def get_config(self):
        # Of its own: the wrapped likelihood's config says the rest.
        own = {name: value for name, value in super().get_config().items() if name not in ("event_shape", "projection")}
        return {**own, "likelihood": keras.saving.serialize_keras_object(self.likelihood)}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "likelihood": keras.saving.deserialize_keras_object(config["likelihood"])})


def unmasked(likelihood: Likelihood) -> Likelihood:
    """The likelihood that a masked one wraps, and any other itself."""
    return likelihood.likelihood if isinstance(likelihood, Masked) else likelihood


def _filled(x, missing):
    """x with 0, which all likelihoods of the package allow, in place of what is missing."""
    return ops.where(missing, ops.zeros_like(x), x)


def _checked(likelihood) -> Likelihood:
    if not isinstance(likelihood, Likelihood) or isinstance(likelihood, Masked):
        raise ValueError(
            "`likelihood` must be a likelihood that is not already masked, such as `likelihoods.Bernoulli((28, 28, "
            f"1))`. Received: likelihood={likelihood!r}."
        )
    if type(likelihood).log_prob is not Likelihood.log_prob:
        raise ValueError(
            "`likelihood` must have independent elements: what is missing cannot be left out of "
            f"{type(likelihood).__name__}, which has its own `log_prob`."
        )
    if not bool(ops.all(likelihood.in_domain(ops.zeros(())))):
        raise ValueError(
            f"`likelihood` must allow 0, which stands in for what is missing. {type(likelihood).__name__} takes "
            f"{likelihood.domain}."
        )
    return likelihood
