"""The variational autoencoder."""

import functools
import math
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_vae import divergences
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.models import batches, for_shape
from keras_vae.models.composite import checked_part
from keras_vae.models.decoder import Decoder
from keras_vae.models.encoder import Encoder
from keras_vae.models.latent_model import LatentModel
from keras_vae.models.rules import rule_of
from keras_vae.objectives import ELBO
from keras_vae.objectives.objective import Objective
from keras_vae.ops import noise
from keras_vae.ops.checks import checked_number, checked_seed, checked_size
from keras_vae.ops.reductions import batch_mean
from keras_vae.posteriors import DiagonalNormal
from keras_vae.priors import StandardNormal
from keras_vae.priors.prior import Prior

SAMPLES_AT_ONCE, ELEMENTS_AT_ONCE = 1024, 2**21
# Elements of all draws of all examples that `elbo` computes together, and what tells the seeds of parts from others.
DRAWN_ELEMENTS_AT_ONCE, SEED_OF_NEXT_PART = 2**24, 1_000_003
# Scores are by these draws, always: the same example has the same score.
SCORE_SEED, SCORE_DRAWS = 0, 16


@keras.saving.register_keras_serializable("keras_vae")
class VAE(LatentModel):
    """q(z|x), p(x|z) and p(z), trained together by `fit`.

    What is minimised is `-E_q[log p(x|z)] + beta KL(q(z|x) || p(z))`, in nats, summed over the event and
    over the latents, averaged over samples and over the batch. At beta = 1 it is the negative evidence
    lower bound, an upper bound on -log p(x). `objectives.ImportanceWeighted` has another bound in its place.

    Logs: `loss` (what is minimised), `reconstruction`, `kl` and `negative_elbo`, which is always at
    beta = 1 and the one to select models on; with `val_` before them for validation data. With
    `sample_weight`, each is sum(weight * value) / batch_size, as Keras weights losses.

    Sources: Kingma and Welling 2014, "Auto-Encoding Variational Bayes", equation 10; beta: Higgins et al.
    2017, "beta-VAE", equation 4; free bits: Kingma et al. 2016, "Improved Variational Inference with
    Inverse Autoregressive Flow", equation 15.

    Args:
        encoder: An `Encoder`.
        decoder: A `Decoder`.
        prior: p(z); `None` is the standard normal.
        objective: Which bound is optimised; `None` is `objectives.ELBO()`.
        beta: Weight of the KL divergence, at least 0. `vae.beta` is a variable that is saved with the
            model and that a callback can schedule: `vae.beta = 0.5` assigns it.
        free_bits: For each latent the KL divergence, averaged over the batch, below which it costs nothing
            more, in nats; for the whole code where the divergence has no closed form. The loss then depends on the
            batch size.
        num_samples: Codes that are drawn for each example in a step.
        corruption: A Keras layer that is applied to the input in training only; the target stays clean.

    Raises:
        ValueError: If a part is of another kind, a number is out of range, or the parts do not fit together.
    """

    logged = ("reconstruction", "kl", "negative_elbo")
    part_names = ("encoder", "decoder", "prior", "objective", "corruption")

    def __init__(
        self,
        encoder: Encoder,
        decoder: Decoder,
        prior: Prior | None = None,
        objective: Objective | None = None,
        beta: float = 1.0,
        free_bits: float = 0.0,
        num_samples: int = 1,
        corruption: keras.layers.Layer | None = None,
        **kwargs,
    ):
        super().__init__(encoder, decoder, corruption, **kwargs)
        self.prior = checked_part(StandardNormal(self.latent_dim) if prior is None else prior, Prior, "prior")
        self.objective = checked_part(ELBO() if objective is None else objective, Objective, "objective")
        self.free_bits = free_bits
        self.num_samples = num_samples
        if self.prior.latent_dim != self.latent_dim:
            raise ValueError(
                "The prior and the encoder's posterior must have the same `latent_dim`. Received: prior "
                f"{self.prior.latent_dim}, posterior {self.latent_dim}."
            )
        divergences.closed_form(self.encoder.posterior, self.prior)
        # What `summary` shows of them.
        self.prior.build((None, self.latent_dim))
        self.objective.build((None, self.num_samples))
        self._beta = self.add_weight(
            name="beta",
            shape=(),
            dtype="float32",
            trainable=False,
            autocast=False,
            aggregation="mean",
            initializer=keras.initializers.Constant(checked_number(beta, "beta", 0.0)),
        )
        self.seed_generator = noise.NoiseSeed()
        self.kl_tracker = keras.metrics.Mean(name="kl")
        self.negative_elbo_tracker = keras.metrics.Mean(name="negative_elbo")

    @classmethod
    def for_shape(
        cls,
        event_shape: Sequence[int],
        latent_dim: int,
        network: str = "dense",
        likelihood: str | Likelihood = "bernoulli",
    ) -> "VAE":
        """A good model for examples of a shape, ready to compile.

        Args:
            event_shape: Shape of one example, such as `(28, 28, 1)`.
            latent_dim: Length of the code.
            network: `"dense"` (two layers of 512), or `"conv"` for images, signals and volumes.
            likelihood: `"bernoulli"` for binary data, `"continuous_bernoulli"` for values in [0, 1], `"normal"` for
                continuous data, `"beta_binomial"` or `"discretized_logistic"` for 8-bit data in 0..255, `"tabular"` for
                the rows of a table, whose units its `adapt` reads off examples; or a likelihood of `event_shape`.

        Raises:
            ValueError: If an argument is none of these.
        """
        model = cls(
            encoder=Encoder(for_shape.encoder_network(event_shape, network), DiagonalNormal(latent_dim)),
            decoder=Decoder(
                for_shape.decoder_network(event_shape, network), for_shape.likelihood_for(event_shape, likelihood)
            ),
        )
        model.build((None, *model.event_shape))
        return model

    @property
    def beta(self):
        """Weight of the KL divergence: a variable, which assigning a number sets."""
        return self._beta

    @beta.setter
    def beta(self, value: float):
        self._beta.assign(checked_number(value, "beta", 0.0))

    @property
    def free_bits(self) -> float:
        """For each latent the KL divergence below which it costs nothing. Assign a number to change it."""
        return self._free_bits

    @free_bits.setter
    def free_bits(self, value: float):
        value = checked_number(value, "free_bits", 0.0)
        if value > 0 and not self.objective.adds_kl:
            raise ValueError(
                "`free_bits` hold up a KL divergence, and the loss of "
                f"{type(self.objective).__name__} has none. Received: free_bits={value!r}."
            )
        self._free_bits = value

    @property
    def num_samples(self) -> int:
        """Codes that are drawn for each example in a step. Assign a number to change it."""
        return self._num_samples

    @num_samples.setter
    def num_samples(self, value: int):
        self._num_samples = checked_size(value, "num_samples")

    def call(self, x, sample_weight=None, training=None):
        """Draws z from q(z|x), and adds the weighted batch mean of beta * KL by `add_loss`.

        An objective that holds the divergence itself, such as `objectives.ImportanceWeighted`, has nothing added.

        Args:
            x: `(batch, *event_shape)`.
            sample_weight: `None` or `(batch,)`.
            training: Whether layers and the corruption behave as in training.

        Returns:
            Dict of the decoder's parameters, each `(batch, num_samples, *event_shape)`, `z`
            `(batch, num_samples, latent_dim)`, `kl` `(batch,)`, in nats and without beta, and what the
            objective asks for.
        """
        posterior = self.encoder(self.corrupted(x, training))
        z = self.encoder.posterior.sample(posterior, self.num_samples)
        kl_terms = divergences.kl_terms(self.encoder.posterior, self.prior, posterior, z)
        if self.objective.adds_kl:
            self.add_loss(ops.cast(self.beta, kl_terms.dtype) * self._rate(kl_terms, sample_weight))
        own = self.objective.outputs(self.encoder.posterior, self.prior, posterior, z)
        return {**self.decoder(z), "z": z, "kl": ops.sum(kl_terms, axis=-1), **own}

    def sample(self, num_samples: int, seed: int | None = None, mean: bool = False):
        """Draws new examples: z from the prior, then x from p(x|z).

        Args:
            num_samples: How many, 0 or more.
            seed: The same int gives the same examples; `None` gives others at each call, and in each process.
            mean: Return the mean of p(x|z) in place of a draw from it, for pictures.

        Returns:
            NumPy array `(num_samples, *event_shape)`, in the data's units.
        """
        num_samples = checked_size(num_samples, "num_samples", minimum=0)
        draw = self.compiled_function(("draw", mean), functools.partial(self.draw, mean=mean))
        at_once = min(SAMPLES_AT_ONCE, max(1, ELEMENTS_AT_ONCE // math.prod(self.event_shape)))
        sizes = batches.sizes(num_samples, at_once)
        return batches.run_in_batches(batches.seeded(draw, self.drawn_seed(seed)), sizes)

    def draw(self, num_samples, seed, stream=0, mean: bool = False):
        """`sample` for tensors: a number of examples and a seed to `(num_samples, *event_shape)`."""
        generator = noise.FixedSeed(seed, stream)
        params = self.decoder(self.prior.sample(num_samples, generator), training=False)
        likelihood = self.decoder.likelihood
        return likelihood.mean(params) if mean else likelihood.sample(params, generator)

    def elbo(self, x, num_samples: int = 1, seed: int | None = None, batch_size: int = batches.BATCH_SIZE):
        """The evidence lower bound of each example, at beta = 1.

        Args:
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            num_samples: Codes that the expectation is averaged over.
            seed: The same int gives the same values for the same `batch_size`; `None` draws others at each call.
            batch_size: Examples at once; a dataset has its own.

        Returns:
            NumPy array `(batch,)`, in nats.

        Raises:
            ValueError: If x has another shape, or values that the likelihood does not allow.
        """
        num_samples = checked_size(num_samples, "num_samples")
        bound = functools.partial(self._bound_in_parts, num_samples)
        examples = self.checked_batches(x, batch_size, rule_of(self.decoder.likelihood))
        return batches.run_in_batches(batches.seeded(bound, self.drawn_seed(seed)), examples)

    def bound(self, x, seed, stream=0, num_samples: int = 1, shared_noise: bool = False):
        """`elbo` for tensors: `(batch, *event_shape)` and a seed to `(batch,)`.

        With `shared_noise` all examples have the same draws, so that the bound of one does not depend on
        the others in its batch.
        """
        rate, distortion = self.rate_and_distortion(x, seed, stream, num_samples, shared_noise)
        return -distortion - rate

    def rate_and_distortion(self, x, seed, stream=0, num_samples: int = 1, shared_noise: bool = False):
        """KL(q(z|x) || p(z)) and -E_q[log p(x|z)] in nats, for tensors: `(batch, *event_shape)` to two of `(batch,)`.

        The expectation is a mean over draws, and so is a divergence without closed form.
        """
        posterior, generator = self.posterior_parameters(x), noise.FixedSeed(seed, stream)
        z = self.encoder.posterior.sample(posterior, num_samples, generator, shared_noise)
        log_likelihood = self.decoder.likelihood.log_prob(self.decoder(z, training=False), x)
        kl = divergences.kl_divergence(self.encoder.posterior, self.prior, posterior, z)
        return kl, -ops.mean(log_likelihood, axis=1)

    def kl_terms(self, x):
        """KL(q(z|x) || p(z)) latent by latent, for tensors: `(batch, *event_shape)` to `(batch, latent_dim)`, in nats.

        Raises:
            ValueError: If the posterior and the prior have no closed form.
        """
        return divergences.kl_terms(self.encoder.posterior, self.prior, self.posterior_parameters(x))

    def score(self, x):
        """-ELBO of each example by fixed draws, for tensors: `(batch, *event_shape)` to `(batch,)`, in nats."""
        return -self.bound(x, SCORE_SEED, num_samples=SCORE_DRAWS, shared_noise=True)

    def drawn_seed(self, seed: int | None):
        """A seed that was given, after a check, or one that the model draws: for `noise.FixedSeed`."""
        return noise.new_seed(self.seed_generator) if seed is None else checked_seed(seed)

    def forward(self, x, sample_weight, training):
        return self(x, sample_weight=sample_weight, training=training)

    def terms(self, log_likelihood, outputs):
        reconstruction, kl = self.objective.reconstruction(log_likelihood), outputs["kl"]
        return {"reconstruction": reconstruction, "kl": kl, "negative_elbo": reconstruction + kl}

    def cost(self, log_likelihood, outputs):
        return self.objective.cost(log_likelihood, outputs, self.beta)

    def gradients(self, tape, loss, added, log_likelihood, outputs):
        weights = self.trainable_weights
        return self.objective.gradients(tape, loss, added, weights, log_likelihood, outputs, self.beta)

    def after_update(self, terms):
        if self.objective.sets_beta:
            self.beta.assign(self.objective.next_beta(self.beta, terms))

    def get_config(self):
        return {
            **super().get_config(),
            # A variable that is mirrored over replicas is an array first.
            "beta": float(self._beta.numpy()),
            "free_bits": self.free_bits,
            "num_samples": self.num_samples,
        }

    def _bound_in_parts(self, num_samples, x, seed, stream):
        """`bound` of many draws as a mean over parts of them, each with a seed of its own: memory has a bound."""
        at_once = max(1, DRAWN_ELEMENTS_AT_ONCE // max(1, len(x) * math.prod(self.event_shape)))
        sizes = [min(at_once, num_samples - first) for first in range(0, num_samples, at_once)]
        bounds = []
        for part, size in enumerate(sizes):
            bound = self.compiled_function(("elbo", size), functools.partial(self.bound, num_samples=size))
            bounds.append(np.asarray(bound(x, seed + part * SEED_OF_NEXT_PART, stream)))
        return np.average(bounds, axis=0, weights=sizes).astype(bounds[0].dtype) if len(bounds) > 1 else bounds[0]

    def _rate(self, kl_terms, sample_weight):
        rate = batch_mean(kl_terms, sample_weight)
        # A floor of 0 is none: an estimate may be negative, and one that is cut off there is biased.
        return ops.sum(ops.maximum(rate, self.free_bits) if self.free_bits > 0 else rate)
