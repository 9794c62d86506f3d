"""Codes under each class, against those of examples that are of that class."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, conditions, likelihoods, networks, objectives, posteriors, priors
from keras_vae.models import class_draws
from keras_vae.ops import noise
from tests.models import labelled
from tests.models.small import binary

NUM_CLASSES, BATCH = 3, 4


class Rows(keras.layers.Layer):
    """Lets all through, and remembers how many rows each call had."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def compute_output_shape(self, shape):
        return shape

    def call(self, x):
        self.seen.append(x.shape[0])
        return x


def model(event_shape, rows, **encoder_options) -> VAE:
    vae = VAE(
        Encoder(keras.Sequential([rows, networks.dense([5])]), posteriors.DiagonalNormal(2), **encoder_options),
        Decoder(networks.dense([5]), likelihoods.Bernoulli(event_shape)),
        prior=priors.ConditionalNormal(2),
        condition=conditions.Labels(NUM_CLASSES),
        objective=objectives.SemiSupervised(),
    )
    vae.build((None, *event_shape))
    for weight in vae.trainable_variables:
        weight.assign(np.random.default_rng(0).normal(size=weight.shape))
    return vae


# What the encoder's network runs on, for each example.
CASES = {
    "joined": ((6,), {}, NUM_CLASSES),
    "modulated": ((4, 3, 1), {}, 1),
    "ignored": ((6,), {"ignores_condition": True}, 1),
}
each_case = pytest.mark.parametrize(("event_shape", "options", "passes"), CASES.values(), ids=CASES)


@each_case
def test_the_context_is_that_of_each_class_and_the_network_runs_no_more_than_it_must(event_shape, options, passes):
    rows = Rows()
    vae, x = model(event_shape, rows, **options), tf.constant(binary(BATCH, event_shape))
    rows.seen.clear()
    found = class_draws.context(vae, x)
    assert rows.seen == [passes * BATCH]
    for label in range(NUM_CLASSES):
        expected = vae.context({"x": x, "condition": tf.fill((BATCH,), label)})
        of_label = keras.tree.map_structure(lambda t, label=label: t[label::NUM_CLASSES], tuple(found))
        for one, other in zip(keras.tree.flatten(of_label), keras.tree.flatten(tuple(expected)), strict=True):
            # Products of matrices of other sizes may be summed in another order.
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_draws_have_the_parameters_and_densities_of_their_class():
    vae, x = model((4, 3, 1), Rows()), tf.constant(binary(BATCH))
    found = class_draws.draws(vae, x, num_samples=2, seed=noise.FixedSeed(1))
    assert found.z.shape == (BATCH, NUM_CLASSES * 2, 2)
    for label in range(NUM_CLASSES):
        context, own = vae.context({"x": x, "condition": tf.fill((BATCH,), label)}), slice(2 * label, 2 * label + 2)
        z = found.z[:, own]
        np.testing.assert_allclose(found.log_q[:, own], vae.log_posterior(z, context), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(found.log_p[:, own], vae.log_prior(z, context), rtol=1e-4, atol=1e-5)
        logits = vae.decoded(z, context)["logits"]
        np.testing.assert_allclose(found.params["logits"][:, own], logits, rtol=1e-4, atol=1e-5)
    # All draws are others.
    assert len(np.unique(found.z)) == BATCH * NUM_CLASSES * 2 * 2


@pytest.mark.usefixtures("eagerly")
def test_bounds_of_many_draws_are_cut_and_averaged(monkeypatch):
    vae, x = labelled.labelled_vae(objectives.SemiSupervised()), labelled.examples(4)
    held = []
    bound = class_draws.elbo

    def noted(*args, num_samples):
        held.append(num_samples)
        return bound(*args, num_samples=num_samples)

    monkeypatch.setattr(class_draws, "elbo", noted)
    labels = np.array([-1, 0, 1, -1])
    whole = vae.elbo(x, num_samples=5, seed=0, condition=labels)
    # Two draws of four examples of two features under three classes.
    monkeypatch.setattr("keras_vae.models.vae.DRAWN_ELEMENTS_AT_ONCE", 2 * 4 * 2 * 3)
    np.testing.assert_allclose(vae.elbo(x, num_samples=5, seed=0, condition=labels), whole, rtol=1e-5)
    assert held == [5, 2, 2, 1]
    # Without any missing label a class is not looked at that an example is not of.
    vae.elbo(x, num_samples=5, seed=0, condition=np.abs(labels))
    assert held == [5, 2, 2, 1]
