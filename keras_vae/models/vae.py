"""The variational autoencoder."""

import functools
import math
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_vae import divergences
from keras_vae.conditions.several import as_condition
from keras_vae.inputs import batches
from keras_vae.inputs.examples import given, x_of
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.models import class_draws, classes, for_shape
from keras_vae.models.composite import checked_part
from keras_vae.models.decoder import Decoder
from keras_vae.models.draws import Context, Draws
from keras_vae.models.encoder import Encoder
from keras_vae.models.latent_model import LatentModel
from keras_vae.models.old_names import renamed
from keras_vae.objectives import ELBO
from keras_vae.objectives.objective import Objective
from keras_vae.ops import noise
from keras_vae.ops.checks import checked_number, checked_seed, checked_size
from keras_vae.ops.keras_internals import all_layers
from keras_vae.ops.reductions import batch_mean
from keras_vae.posteriors import DiagonalNormal
from keras_vae.priors import Marginal, StandardNormal
from keras_vae.priors.prior import Prior

SAMPLES_AT_ONCE, ELEMENTS_AT_ONCE = 1024, 2**21
CLASS_SAMPLES, CLASS_BATCH_SIZE = 100, 100
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

    ```python
    vae = keras_vae.VAE.for_shape((8, 8, 1), latent_dim=2)
    vae.compile(optimizer="adam")
    vae.fit(images, epochs=1, verbose=0)
    samples = vae.sample(16, seed=0)
    ```

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
        free_bits: Nats of each latent's KL divergence, averaged over the batch, that are not penalised. They are of the
            whole code where the divergence is one number for it (`divergences.kl_axis`). The loss then depends on the
            batch size.
        num_samples: Codes that are drawn for each example in a step.
        corruption: A Keras layer that is applied to the input in training only; the target stays clean.
        condition: What all three are conditioned on, q(z|x, c), p(x|z, c) and, by a prior that takes it, p(z|c): of
            `keras_vae.conditions`, such as `Labels(10)`, a Keras layer, or a dict of some. Data is then
            `{"x": ..., "condition": ...}`.

    Raises:
        ValueError: If a part is of another kind, a number is out of range, or the parts do not fit together.
    """

    logged = ("reconstruction", "kl", "negative_elbo")
    part_names = ("encoder", "decoder", "prior", "objective", "corruption", "condition")
    has_prior = True

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
        condition=None,
        **kwargs,
    ):
        super().__init__(encoder, decoder, corruption, as_condition(condition), **kwargs)
        self.prior = checked_part(StandardNormal(self.latent_dim) if prior is None else prior, Prior, "prior")
        if self.prior.is_conditional:
            self.prior.take_condition(self.condition)
        self.objective = checked_part(ELBO() if objective is None else objective, Objective, "objective")
        self.free_bits = free_bits
        self.num_samples = num_samples
        if self.prior.latent_dim != self.latent_dim:
            raise ValueError(
                "The prior and the encoder's posterior must have the same `latent_dim`. Received: prior "
                f"{self.prior.latent_dim}, posterior {self.latent_dim}."
            )
        divergences.closed_form(self.encoder.posterior, self.prior)
        self.objective.check(self)
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
        condition=None,
    ) -> "VAE":
        """A good model for examples of a shape, ready to compile.

        Args:
            event_shape: Shape of one example, such as `(28, 28, 1)`.
            latent_dim: Length of the code.
            network: `"dense"` (two layers of 512), or `"conv"` for images, signals and volumes.
            likelihood: `"bernoulli"` for binary data, `"continuous_bernoulli"` for values in [0, 1], `"normal"` for
                continuous data, `"beta_binomial"` or `"discretized_logistic"` for 8-bit data in 0..255, `"tabular"` for
                the rows of a table, whose units its `adapt` reads off examples; or a likelihood of `event_shape`.
            condition: As for the class, such as `conditions.Labels(10)`.

        Raises:
            ValueError: If an argument is none of these.
        """
        model = cls(
            encoder=Encoder(for_shape.encoder_network(event_shape, network), DiagonalNormal(latent_dim)),
            decoder=Decoder(
                for_shape.decoder_network(event_shape, network), for_shape.likelihood_for(event_shape, likelihood)
            ),
            condition=condition,
        )
        model.build((None, *model.event_shape))
        return model

    @property
    def part_classes(self) -> dict[str, str]:
        """Names of the classes of its distributions, for messages."""
        return {**super().part_classes, "prior": type(self.prior).__name__}

    @property
    def prior_layers(self) -> list[keras.Layer]:
        """The prior and, after it, the layers within it: for what tells one model from another."""
        return all_layers(self.prior)

    @property
    def prior_marginal(self) -> Marginal | None:
        """The distribution of each latent under the prior, where they are independent and have one in closed form."""
        return self.prior.marginal

    @property
    def has_conditional_prior(self) -> bool:
        """Whether the prior is p(z|c), another one under each condition."""
        return self.prior.is_conditional

    @property
    def has_normal_codes(self) -> bool:
        """Whether q(z|x) is a product of normal distributions, whose parameters are `mean` and `log_variance`."""
        return self.encoder.posterior.is_diagonal_normal

    @property
    def takes_missing_labels(self) -> bool:
        """Whether labels may be -1, for a missing one, where the model is trained and evaluated."""
        return self.objective.enumerates_classes

    @property
    def log_class_probabilities(self):
        """log p(c) of a model with labels, `(num_classes,)`: as its objective was told, or by the labels of training.

        Raises:
            ValueError: If the model has no labels.
        """
        return self.objective.log_class_probabilities(classes.checked_labels_of(self, "log_class_probabilities"))

    @property
    def beta(self):
        """Weight of the KL divergence: a variable, which assigning a number sets."""
        return self._beta

    @beta.setter
    def beta(self, value: float):
        self._beta.assign(checked_number(value, "beta", 0.0))

    @property
    def free_bits(self) -> float:
        """Nats of each latent's KL divergence that are not penalised. Assign a number to change it."""
        return self._free_bits

    @free_bits.setter
    def free_bits(self, value: float):
        value = checked_number(value, "free_bits", 0.0)
        if value > 0 and not self.objective.adds_kl:
            raise ValueError(
                f"`free_bits` needs an objective with a KL term, and {type(self.objective).__name__} has none. Use "
                f"objectives.ELBO(), or free_bits=0. Received: free_bits={value!r}."
            )
        self._free_bits = value

    @property
    def num_samples(self) -> int:
        """Codes that are drawn for each example in a step. Assign a number to change it."""
        return self._num_samples

    @num_samples.setter
    def num_samples(self, value: int):
        value = checked_size(value, "num_samples")
        if value > 1 and self.objective.enumerates_classes:
            raise ValueError(
                f"{type(self.objective).__name__} draws one code for each class: leave `num_samples` at 1. Received: "
                f"num_samples={value}."
            )
        self._num_samples = value

    def call(self, x, sample_weight=None, training=None):
        """Draws z from q(z|x), and adds the weighted batch mean of beta * KL by `add_loss`.

        An objective that holds the divergence itself, such as `objectives.ImportanceWeighted`, has nothing added.

        Args:
            x: `(batch, *event_shape)`; of a model with a condition, `{"x": ..., "condition": ...}`.
            sample_weight: `None` or `(batch,)`.
            training: Whether layers and the corruption behave as in training.

        Returns:
            Dict of the decoder's parameters, each `(batch, num_samples, *event_shape)`, `z`
            `(batch, num_samples, latent_dim)`, `kl` `(batch,)`, in nats and without beta, and what the
            objective asks for. Where this enumerates the classes, these are the samples, and there is no `kl`.
        """
        x, objective = self.corrupted(x, training), self.objective
        if objective.enumerates_classes:
            return class_draws.outputs(self, x, training)
        context = self.context(x, training)
        asked = {"densities": objective.weighs_codes, "stop_score": objective.stops_score}
        draws = self.draws(context, self.num_samples, decode=False, **asked)
        penalty = objective.penalty(self, context, draws, self._rate(draws.kl_terms, sample_weight))
        if penalty is not None:
            self.add_loss(penalty)
        outputs = {"z": draws.z, "kl": ops.sum(draws.kl_terms, axis=-1)}
        if objective.weighs_codes:
            outputs["log_ratio"] = draws.log_p - draws.log_q
        return {**self.decoded(draws.z, context, training=None), **outputs}

    def context(self, x, training=False):
        context = super().context(x, training)
        return context._replace(p=self._prior_parameters(context.condition))

    def draws(
        self,
        context: Context,
        num_samples: int = 1,
        seed=None,
        *,
        shared_noise: bool = False,
        decode: bool = True,
        densities: bool = True,
        stop_score: bool = False,
    ) -> Draws:
        """Codes drawn from q(z|x), with what is said of them, for tensors.

        Args:
            context: What `context` says of the examples.
            num_samples: Draws for each example.
            seed: An int or a `SeedGenerator`; `None` draws from the posterior's own generator.
            shared_noise: Give all examples the same noise, so that a score of one does not depend on the others.
            decode: Whether to decode the codes, outside of training.
            densities: Whether to compute log q(z|x) and log p(z); they are where the divergence is estimated by them.
            stop_score: Take log q(z|x) as a function of z alone: its gradient by the parameters comes in through z.
        """
        posterior, q = self.encoder.posterior, context.q
        log_q = log_p = None
        if stop_score or (not densities and self.has_exact_kl):
            z = self.draw_codes(context, num_samples, seed, shared_noise)
        else:
            z, log_q = posterior.sample_and_log_prob(q, num_samples, seed, shared_noise)
        if stop_score:
            log_q = posterior.log_prob(keras.tree.map_structure(ops.stop_gradient, q), z)
        if log_q is not None:
            log_p = self.log_prior(z, context)
        kl_terms = self.exact_kl_terms(context) if self.has_exact_kl else divergences.monte_carlo(log_q, log_p)
        return Draws(z, self.decoded(z, context) if decode else None, log_q, log_p, kl_terms)

    def log_weights(self, x, draws: Draws):
        """log p(x|z) + log p(z) - log q(z|x) of each code, for tensors: `(batch, num_samples)`, in nats.

        Args:
            x: `(batch, *event_shape)`.
            draws: Codes that were decoded, with their densities.
        """
        return self.decoder.likelihood.log_prob(draws.params, x_of(x)) + (draws.log_p - draws.log_q)

    def log_prior(self, z, context: Context | None = None):
        """log p(z) in nats, for tensors: `(..., *latent_shape)` to `(...)`.

        Args:
            z: Codes.
            context: What holds the prior's parameters, where they are known already.
        """
        params = None if context is None else context.p
        return self.prior.log_prob(z) if params is None else self.prior.log_prob(z, params)

    def log_posterior(self, z, context: Context):
        """log q(z|x) in nats, for tensors: `(batch, num_samples, *latent_shape)` to `(batch, num_samples)`."""
        return self.encoder.posterior.log_prob(context.q, z)

    @property
    def code_dtype(self) -> str:
        """The dtype that codes are weighed in."""
        return self.prior.compute_dtype

    @property
    def has_exact_kl(self) -> bool:
        """Whether KL(q(z|x) || p(z)) has a closed form."""
        return divergences.closed_form(self.encoder.posterior, self.prior) is not None

    @property
    def has_kl_by_latent(self) -> bool:
        """Whether that closed form is a sum over the latents."""
        return divergences.kl_axis(self.encoder.posterior, self.prior) == "latent"

    def exact_kl_terms(self, context: Context):
        """The terms of KL(q(z|x) || p(z)) where it has a closed form, for tensors: as `Draws` has them."""
        return divergences.kl_terms(self.encoder.posterior, self.prior, context.q, prior_params=context.p)

    def sample(self, num_samples: int, seed: int | None = None, mean: bool = False, *, condition=None):
        """Draws new examples: z from the prior, then x from p(x|z).

        Args:
            num_samples: How many, 0 or more.
            seed: The same int gives the same examples; `None` gives others at each call, and in each process.
            mean: Return the mean of p(x|z) in place of a draw from it, for pictures.
            condition: For a model with a condition, its values: one for each sample, or one for all. `None` draws
                labels by the frequencies of training.

        Returns:
            NumPy array `(num_samples, *event_shape)`, in the data's units.

        Raises:
            ValueError: If a number is out of range, or values of the condition are not allowed, or missing where they
                cannot be drawn.
        """
        num_samples = checked_size(num_samples, "num_samples", minimum=0)
        at_once = min(SAMPLES_AT_ONCE, max(1, ELEMENTS_AT_ONCE // math.prod(self.event_shape)))
        if condition is None:
            draw = functools.partial(self.sample_tensors, mean=mean)
            parts = batches.sizes(num_samples, at_once)
        else:
            draw = functools.partial(self._sample_under, mean=mean)
            parts = batches.array_batches(self.checked_condition(condition, num_samples, "sample"), at_once)
        drawn = self.compiled_function(("sample", mean, condition is None), draw)
        return batches.run_in_batches(batches.seeded(drawn, self.drawn_seed(seed)), parts)

    def translate(self, x, condition, to, batch_size: int = batches.BATCH_SIZE):
        """Maps examples to what they would be under another condition: their style, with another content.

        The mean code of x under its own condition is decoded, to the mean of p(x|z), under `to`. A code says what its
        condition does not: `vae.translate(x, digits, to=7)` writes sevens in the hands of those who wrote x.

        Source: Kingma et al. 2014, "Semi-supervised Learning with Deep Generative Models", section 4.2, analogies.

        Args:
            x: Array `(batch, *event_shape)` of any length; or a dict, or a `tf.data.Dataset`, of x and its condition.
            condition: Its values: one for each example, or one for all; `None` where x has them in it.
            to: Values to translate to: one for each example, or one for all.
            batch_size: Examples at once; a dataset has its own.

        Returns:
            NumPy array `(batch, *event_shape)`, in the data's units.

        Raises:
            ValueError: If the model has no condition, x is not what it encodes, or values of the condition are not
                allowed.
        """
        if self.condition is None:
            raise ValueError(
                "`translate` needs a model with a condition, such as `VAE(..., condition=conditions.Labels(10))`. "
                "Received: a model without one."
            )
        examples = given(x, condition)
        if not batches.is_dataset(x):
            # Before the long work.
            to = self.condition.for_each(to, len(x_of(examples)), "to")
        codes = self.encode(examples, batch_size=batch_size)
        return self.decode(codes, batch_size, condition=self.condition.for_each(to, len(codes), "to"))

    def sample_prior(self, num_samples, seed, context: Context | None = None):
        """Draws codes from p(z), for tensors: a number and a seed, or a generator, to `(num_samples, latent_dim)`.

        Args:
            num_samples: How many.
            seed: A seed, or a generator.
            context: What holds the parameters of a prior that takes a condition, one row for each code.
        """
        if self.prior.is_conditional:
            return self.prior.sample(num_samples, seed, None if context is None else context.p)
        return self.prior.sample(num_samples, seed)

    def prior_context(self, condition) -> Context:
        """What is known of codes from p(z|c) and of no x, for tensors: values of the condition to a `Context`."""
        features = None if self.condition is None else self.condition(condition)
        return Context({}, self._prior_parameters(features), features)

    def sample_tensors(self, num_samples, seed, stream=0, mean: bool = False, condition=None):
        """`sample` for tensors: a number of examples and a seed to `(num_samples, *event_shape)`."""
        generator, likelihood = noise.FixedSeed(seed, stream), self.decoder.likelihood
        if self.condition is not None and condition is None:
            condition = self.condition.sample(num_samples, generator)
        context = self.prior_context(condition)
        params = self.decoded(self.sample_prior(num_samples, generator, context), context)
        return likelihood.mean(params) if mean else likelihood.sample(params, generator)

    def classify(
        self,
        x,
        num_samples: int = CLASS_SAMPLES,
        seed: int | None = None,
        temperature: float = 1.0,
        batch_size: int = CLASS_BATCH_SIZE,
    ):
        """The probability of each class, of a model with labels: p(c|x) is proportional to p(x|c) p(c).

        p(x|c) is estimated by importance sampling, see `evaluation.class_log_likelihoods`, and p(c) are the frequencies
        of training, or what the objective was told. Nothing has to be trained for it. Where most labels are missing,
        `objectives.SemiSupervised` learns from all examples.

        Such probabilities are often too sure of themselves. A temperature above 1, which
        `evaluation.calibration_temperature` finds on held-out examples, divides log p(x|c) + log p(c).

        Args:
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches. Where it has labels,
                `{"x": ..., "condition": ...}`, these are not looked at.
            num_samples: Draws for each example and class.
            seed: The same int gives the same values for the same `batch_size`; `None` draws others at each call.
            temperature: Above 0; 1 is Bayes's rule.
            batch_size: Examples at once; a dataset has its own.

        Returns:
            NumPy array `(batch, num_classes)`, of which each row has the sum 1.

        Raises:
            ValueError: If the model has no labels, a number is out of range, or x has another shape or values that have
                no probability.
        """
        temperature = checked_number(temperature, "temperature", 0.0, inclusive=False)
        found = classes.class_log_likelihoods(self, x, num_samples, batch_size, seed, "classify")
        return classes.class_probabilities(found + np.asarray(self.log_class_probabilities), temperature)

    def elbo(
        self,
        x,
        num_samples: int = 1,
        seed: int | None = None,
        batch_size: int = batches.BATCH_SIZE,
        *,
        condition=None,
    ):
        """The evidence lower bound of each example, at beta = 1.

        Args:
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            num_samples: Codes that the expectation is averaged over.
            seed: The same int gives the same values for the same `batch_size`; `None` draws others at each call.
            batch_size: Examples at once; a dataset has its own.
            condition: For a model with a condition, its values for an array x: one for each example, or one for all.
                The bound is one on log p(x|c); where a label is -1, under `objectives.SemiSupervised`, on
                log p(x) = log sum_c p(c) p(x|c).

        Returns:
            NumPy array `(batch,)`, in nats.

        Raises:
            ValueError: If x has another shape, or values that the likelihood does not allow.
        """
        num_samples = checked_size(num_samples, "num_samples")
        bound = functools.partial(self._bound_in_parts, num_samples)
        examples = self.checked_batches(given(x, condition), batch_size, self.data_spec.rule, missing_labels=True)
        return batches.run_in_batches(batches.seeded(bound, self.drawn_seed(seed)), examples)

    def elbo_tensors(self, x, seed, stream=0, num_samples: int = 1, shared_noise: bool = False):
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
        generator, options = noise.FixedSeed(seed, stream), {"shared_noise": shared_noise, "densities": False}
        draws = self.draws(self.context(x), num_samples, generator, **options)
        log_likelihood = self.decoder.likelihood.log_prob(draws.params, x_of(x))
        return ops.sum(draws.kl_terms, axis=-1), -ops.mean(log_likelihood, axis=1)

    def kl_terms(self, x):
        """KL(q(z|x) || p(z)) latent by latent, for tensors: `(batch, *event_shape)` to `(batch, latent_dim)`, in nats.

        Raises:
            ValueError: If the posterior and the prior have no closed form that is a sum over the latents.
        """
        if not self.has_kl_by_latent:
            pair = f"{type(self.encoder.posterior).__name__} || {type(self.prior).__name__}"
            what = "is one number for the whole code" if self.has_exact_kl else "has no closed form"
            raise ValueError(
                f"KL({pair}) {what}, and is not a sum with one term for each latent. `rate_distortion` has "
                "it as a whole."
            )
        return self.exact_kl_terms(self.context(x))

    def score(self, x):
        """-ELBO of each example by fixed draws, for tensors: `(batch, *event_shape)` to `(batch,)`, in nats."""
        return -self.elbo_tensors(x, SCORE_SEED, num_samples=SCORE_DRAWS, shared_noise=True)

    def drawn_seed(self, seed: int | None):
        """A seed that was given, after a check, or one that the model draws: for `noise.FixedSeed`."""
        return noise.new_seed(self.seed_generator) if seed is None else checked_seed(seed)

    draw = renamed("draw", "sample_tensors")
    bound = renamed("bound", "elbo_tensors")

    def forward(self, x, sample_weight, training):
        return self(x, sample_weight=sample_weight, training=training)

    def losses_of(self, log_likelihood, outputs, sample_weight):
        reconstruction, kl = self.objective.terms(log_likelihood, outputs)
        logged = {"reconstruction": reconstruction, "kl": kl, "negative_elbo": reconstruction + kl}
        cost = self.objective.cost(log_likelihood, outputs, self.beta)
        return batch_mean(cost, sample_weight), {name: batch_mean(term, sample_weight) for name, term in logged.items()}

    def shares(self, log_likelihood, outputs):
        return self.objective.shares(log_likelihood, outputs)

    def update(self, tape, step):
        weights = self.trainable_weights
        self.optimizer.apply(self.objective.gradients(tape, step, weights, self.beta), weights)
        if self.objective.sets_beta:
            self.beta.assign(self.objective.next_beta(self.beta, step.logs))

    def get_config(self):
        return {
            **super().get_config(),
            # A variable that is mirrored over replicas is an array first.
            "beta": float(self._beta.numpy()),
            "free_bits": self.free_bits,
            "num_samples": self.num_samples,
        }

    def _prior_parameters(self, features):
        return self.prior.parameters(features) if self.prior.is_conditional else self.prior.parameters()

    def _sample_under(self, condition, seed, stream, mean):
        count = ops.shape(keras.tree.flatten(condition)[0])[0]
        return self.sample_tensors(count, seed, stream, mean, condition)

    def _bound_in_parts(self, num_samples, x, seed, stream):
        """`elbo_tensors` of many draws, a mean over parts, each with a seed of its own: memory has a bound."""
        under_each = classes.lacks_labels(self, x)
        bound_of = functools.partial(class_draws.elbo, self) if under_each else self.elbo_tensors
        elements = len(x_of(x)) * math.prod(self.event_shape) * (self.condition.num_classes if under_each else 1)
        at_once = max(1, DRAWN_ELEMENTS_AT_ONCE // max(1, elements))
        sizes = [min(at_once, num_samples - first) for first in range(0, num_samples, at_once)]
        bounds = []
        for part, size in enumerate(sizes):
            bound = self.compiled_function(("elbo", under_each, size), functools.partial(bound_of, num_samples=size))
            bounds.append(np.asarray(bound(x, seed + part * SEED_OF_NEXT_PART, stream)))
        return np.average(bounds, axis=0, weights=sizes).astype(bounds[0].dtype) if len(bounds) > 1 else bounds[0]

    def _rate(self, kl_terms, sample_weight):
        """The divergence averaged over the batch, each term not below the free bits."""
        rate = batch_mean(kl_terms, sample_weight)
        # A floor of 0 is none: an estimate may be negative, and one that is cut off there is biased.
        return ops.sum(ops.maximum(rate, self.free_bits) if self.free_bits > 0 else rate)
