"""What an objective owes."""

import math

import keras
import numpy as np
import tensorflow as tf

from keras_vae import networks
from keras_vae.conditions import Labels
from keras_vae.inputs.examples import joined
from keras_vae.likelihoods import Bernoulli, Normal
from keras_vae.models import VAE, Decoder, Encoder
from keras_vae.models.composite import checked_part
from keras_vae.objectives.objective import Objective
from keras_vae.posteriors import DiagonalNormal
from keras_vae.priors import StandardNormal
from keras_vae.testing.copies import copy_of, fresh, in_double_precision
from keras_vae.testing.draws import hold_mean
from keras_vae.testing.round_trip import check_model
from keras_vae.testing.verdict import hold, hold_that

SEED = 0
# A linear model, of which log p(x) is known, and what is drawn for each of its examples.
EVENT_SIZE, LATENT_DIM, SCALE = 3, 2, 0.7
NUM_EXAMPLES, NUM_SAMPLES, ROUNDS = 64, 4, 24
# Of a model with labels, for an objective that enumerates them.
NUM_CLASSES = 2
# Central differences in float64 by this step are off by some 1e-9 of a loss of this size.
STEP = 1e-5


def check_objective(objective) -> None:
    """Checks that an objective keeps the laws of objectives.

    - It owns the axis of samples: codes that are all alike cost what one does, and their order means nothing. Where it
      is one of classes, their order means nothing.
    - At beta = 1 its loss is not below -log p(x), on average over the draws, where q(z|x) is p(z|x) too.
    - Its gradients are on average those of its loss, by finite differences with the same draws.
    - Where it sets beta, the next one is a finite number above 0.
    - A VAE with it trains, is saved, loaded and, without labels, exported, and gives the same numbers each time.

    Args:
        objective: An `Objective`. Copies of it are made from its config.

    Raises:
        AssertionError: If a law is broken. The message says which, by how much, and what to look at.
        ValueError: If the argument is not an objective.
    """
    checked_part(objective, Objective, "objective")
    rng = np.random.default_rng(SEED)
    with in_double_precision():
        (_hold_classes if objective.enumerates_classes else _hold_samples)(copy_of(objective, rng), rng)
        _hold_training(objective, rng)
    vae = VAE(
        Encoder(networks.dense([6]), DiagonalNormal(2, seed=SEED)),
        Decoder(networks.dense([6]), Bernoulli((6,))),
        objective=fresh(objective),
        **_options_for(objective, 3),
    )
    vae.build((None, 6))
    x, labels = (rng.random((12, 6)) < 0.5).astype(np.float32), np.arange(12) % NUM_CLASSES
    check_model(objective, vae, joined(x, labels if objective.enumerates_classes else None))


def _options_for(objective, num_samples) -> dict:
    """What a model takes beside the objective: so many samples, or the classes in their place."""
    return {"condition": Labels(NUM_CLASSES)} if objective.enumerates_classes else {"num_samples": num_samples}


def _hold_classes(copy, rng):
    log_likelihood, log_ratio, log_p = (tf.constant(rng.normal(size=(5, 3))) for _ in range(3))
    # Two of the five examples have no label.
    classes = np.eye(3)[[0, 1, 2, 0, 0]] * np.array([1, 1, 1, 0, 0])[:, None]

    def cost(order):
        own = {"log_ratio": log_ratio, "classes": tf.constant(classes), "z": log_ratio[..., None]}
        outputs = {name: tf.gather(value, order, axis=1) for name, value in own.items()}
        outputs["log_class_probabilities"] = tf.gather(tf.nn.log_softmax(log_p[0]), order)
        return np.asarray(copy.cost(tf.gather(log_likelihood, order, axis=1), outputs, 1.0))

    first = cost([0, 1, 2])
    hold_that(copy, "`cost` is one number for each example", first.shape == (5,), "the axes that `cost` reduces")
    look_at = "how `cost` reduces the axis of classes"
    hold(copy, "the order of classes means nothing", np.abs(cost([2, 0, 1]) - first), 1e-9, look_at)


def _hold_samples(copy, rng):
    posterior, prior = DiagonalNormal(LATENT_DIM), StandardNormal(LATENT_DIM)
    params = {name: rng.normal(size=(5, LATENT_DIM)) for name in ("mean", "log_variance")}
    z, log_likelihood = rng.normal(size=(5, NUM_SAMPLES, LATENT_DIM)), rng.normal(size=(5, NUM_SAMPLES))

    def cost(z, log_likelihood):
        z = tf.convert_to_tensor(z)
        outputs = {"z": z, "log_ratio": prior.log_prob(z) - posterior.log_prob(params, z)}
        return np.asarray(copy.cost(tf.convert_to_tensor(log_likelihood), outputs, 1.0))

    one, alike = cost(z[:, :1], log_likelihood[:, :1]), [np.repeat(a[:, :1], 7, axis=1) for a in (z, log_likelihood)]
    hold_that(copy, "`cost` is one number for each example", one.shape == (5,), "the axes that `cost` reduces")
    look_at = "how `cost` reduces the axis of samples: a mean, not a sum, and log K taken off a logsumexp"
    hold(copy, "codes that are all alike cost what one does", np.abs(cost(*alike) - one), 1e-9, look_at)
    turned = np.abs(cost(z[:, ::-1], log_likelihood[:, ::-1]) - cost(z, log_likelihood))
    hold(copy, "the order of samples means nothing", turned, 1e-9, look_at)


def _hold_training(objective, rng):
    model = _LinearModel(copy_of(objective, rng), rng)
    losses = model.losses(range(ROUNDS))
    _hold_bound(objective, losses, model.negative_log_likelihood)
    for direction in model.directions(rng):
        found = [model.slopes(direction, round_) for round_ in range(ROUNDS)]
        difference = np.array([by_gradient - by_differences for by_gradient, by_differences in found])
        # Of one set of draws the two may differ, as the doubly reparameterized gradient does; on average they may not.
        law = "gradients are on average those of the loss"
        size = 1 + np.max(np.abs(found))
        if np.max(np.abs(difference)) > 1e-6 * size:
            hold_mean(objective, law, difference, 0.0, "`gradients`, and what `stop_gradient` holds back")
    if objective.sets_beta:
        beta = model.beta_after_a_step()
        hold_that(objective, "the next beta is a finite number above 0", np.isfinite(beta) and beta > 0, "`next_beta`")


def _hold_bound(objective, losses, negative_log_likelihood):
    standard_error = losses.std(ddof=1) / math.sqrt(len(losses))
    shortfall = negative_log_likelihood - losses.mean()
    law = "at beta = 1 the loss is a bound on -log p(x)"
    hold(objective, law, max(shortfall, 0.0), 6 * standard_error + 1e-9, "terms of `cost` that are missing or doubled")


class _LinearModel:
    """A VAE of which log p(x) is known, and one step of plain gradient descent on it, with draws by number."""

    def __init__(self, objective, rng):
        self._posterior = DiagonalNormal(LATENT_DIM, seed=SEED)
        self._vae = VAE(
            Encoder(keras.layers.Identity(), self._posterior),
            Decoder(keras.layers.Identity(), Normal((EVENT_SIZE,), scale=SCALE)),
            objective=objective,
            **_options_for(objective, NUM_SAMPLES),
        )
        self._vae.build((None, EVENT_SIZE))
        # Of an objective that enumerates classes, which then make no difference where the posterior is exact.
        self._num_classes = NUM_CLASSES if objective.enumerates_classes else 0
        self._set_to_its_exact_posterior(rng)
        self._vae.compile(keras.optimizers.SGD(1.0))
        self._vae.optimizer.build(self._vae.trainable_variables)
        self._x = rng.normal(size=(NUM_EXAMPLES, EVENT_SIZE))
        # A third of the labels is missing.
        labels = np.arange(NUM_EXAMPLES, dtype=np.int32) % (NUM_CLASSES + 1) - 1
        data = joined(self._x, labels if self._num_classes else None)
        self._data = keras.tree.map_structure(tf.constant, data)
        self._step = tf.function(self._vae.untracked_step, autograph=False)
        self._before = [variable.numpy() for variable in self._vae.variables]
        self.exact = [weight.numpy() for weight in self._vae.trainable_variables]
        # Where the bound is tight its gradient is zero for the encoder.
        self.start = [weight + 0.3 * rng.normal(size=weight.shape) for weight in self.exact]

    @property
    def negative_log_likelihood(self) -> float:
        """-log p(x) = -log N(x; b, W^T W + scale^2 I), averaged over the examples."""
        kernel, bias = self._vae.decoder.likelihood.get_weights()
        kernel = kernel[:LATENT_DIM]
        covariance = kernel.T @ kernel + SCALE**2 * np.eye(EVENT_SIZE)
        centred = self._x - bias
        distances = np.sum(centred * np.linalg.solve(covariance, centred.T).T, axis=1)
        log_determinant = np.linalg.slogdet(covariance)[1]
        return 0.5 * float(distances.mean() + log_determinant + EVENT_SIZE * math.log(2 * math.pi))

    def losses(self, rounds) -> np.ndarray:
        """The loss with the exact posterior by the draws of each round."""
        return np.array([self._loss(self.exact, round_) for round_ in rounds])

    def directions(self, rng) -> list[list[np.ndarray]]:
        """A random direction for the encoder's weights alone, and one for the others: only the first have a score."""
        ours = {id(weight) for weight in self._vae.encoder.trainable_variables}
        of_encoder = [float(id(weight) in ours) for weight in self._vae.trainable_variables]
        random = [rng.normal(size=start.shape) for start in self.start]
        return [
            [direction * (share == part) for direction, share in zip(random, of_encoder, strict=True)]
            for part in (1.0, 0.0)
        ]

    def slopes(self, direction, round_) -> tuple[float, float]:
        """The loss's derivative along a direction: by the gradient that the step took, and by finite differences."""
        self._loss(self.start, round_)
        moved = [weight.numpy() for weight in self._vae.trainable_variables]
        by_gradient = sum(np.sum((a - b) * d) for a, b, d in zip(self.start, moved, direction, strict=True))
        upper, lower = (
            self._loss([weight + sign * STEP * d for weight, d in zip(self.start, direction, strict=True)], round_)
            for sign in (1, -1)
        )
        return float(by_gradient), (upper - lower) / (2 * STEP)

    def _set_to_its_exact_posterior(self, rng):
        """q(z|x) = p(z|x), which has independent latents where the decoder's columns are orthogonal.

        Source: Bishop 2006, "Pattern Recognition and Machine Learning", equation 12.42.
        """
        directions, _ = np.linalg.qr(rng.normal(size=(EVENT_SIZE, LATENT_DIM)))
        kernel, bias = directions.T * rng.uniform(0.5, 1.5, (LATENT_DIM, 1)), rng.normal(size=EVENT_SIZE)
        precision = 1 + (kernel**2).sum(axis=1) / SCALE**2
        to_mean = kernel.T / SCALE**2 / precision
        to_both = np.concatenate([to_mean, np.zeros_like(to_mean)], axis=1)
        self._vae.decoder.likelihood.set_weights([self._with_classes(kernel), bias])
        both_biases = np.concatenate([-bias @ to_mean, -np.log(precision)])
        self._posterior.set_weights([self._with_classes(to_both), both_biases])

    def _with_classes(self, kernel):
        """A kernel that takes classes too, which make no difference."""
        return np.concatenate([kernel, np.zeros((self._num_classes, kernel.shape[1]))])

    def beta_after_a_step(self) -> float:
        """Beta after one step from the start."""
        self._loss(self.start, 0)
        return float(self._vae.beta.numpy())

    def _loss(self, weights, round_) -> float:
        """The loss at some weights, before the step that is then taken."""
        for variable, value in zip(self._vae.variables, self._before, strict=True):
            variable.assign(value)
        for weight, value in zip(self._vae.trainable_variables, weights, strict=True):
            weight.assign(value)
        state = self._posterior.seed_generator.state
        state.assign(np.array([round_ + 1, 0], state.dtype))
        return float(self._step(self._data)["loss"])
