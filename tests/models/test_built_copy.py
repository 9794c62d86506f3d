"""Summaries of models before they are trained."""

import random
import re

import keras
import numpy as np
import pytest

from keras_vae import (
    VAE,
    Autoencoder,
    ContractiveEncoder,
    Decoder,
    Encoder,
    TiedDecoder,
    likelihoods,
    load_model,
    networks,
    objectives,
    posteriors,
    priors,
)
from keras_vae.models._built_copy import built_copy


@pytest.fixture(autouse=True)
def _wide(monkeypatch):
    """A row of the table is a line."""
    monkeypatch.setenv("COLUMNS", "240")


def vae(likelihood=None, network=None, **kwargs):
    return VAE(
        Encoder(network or networks.dense([3]), posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([3]), likelihood or likelihoods.Bernoulli((4, 3, 1))),
        **kwargs,
    )


def with_all_parts():
    return vae(
        likelihoods.Masked(likelihoods.Normal((4, 3, 1), scale="optimal")),
        prior=priors.MixtureOfNormals(2, 3),
        objective=objectives.GECO(3.0),
        corruption=keras.layers.GaussianNoise(0.1),
        num_samples=2,
    )


def contractive():
    encoder = ContractiveEncoder(networks.dense([3]), posteriors.Deterministic(2), weight=0.1)
    return Autoencoder(encoder, TiedDecoder(likelihoods.Bernoulli((4, 3, 1))))


def convolutional():
    network = networks.conv_transpose([3], event_shape=(4, 3, 1))
    return VAE(
        Encoder(networks.conv([3]), posteriors.DiagonalNormal(2)),
        Decoder(network, likelihoods.Categorical((4, 3, 1), 5)),
    )


def summary(model) -> str:
    """The text of an expanded summary, a row of the table on each line."""
    lines = []
    model.summary(print_fn=lambda text, **_: lines.append(text), expand_nested=True, line_length=200)
    return "\n".join(lines)


def rows(text) -> dict:
    """Of each layer's class the shape that the table shows."""
    return dict(re.findall(r"\((\w+)\)\s+│ (\S.*?)\s+│", text))


@pytest.mark.parametrize("make", [vae, with_all_parts, contractive, convolutional])
def test_every_row_has_a_shape_before_building_after_it_and_after_loading(make, tmp_path):
    model = make()
    before = summary(model)
    assert "?" not in before
    assert "unbuilt" not in before
    model.build((None, 4, 3, 1))
    assert rows(summary(model)) == rows(before)
    assert f"{model.count_params():,}" in before
    model.save(tmp_path / "model.keras")
    assert rows(summary(load_model(tmp_path / "model.keras"))) == rows(before)


def test_the_shapes_are_what_the_parts_give():
    shapes = rows(summary(with_all_parts()))
    assert shapes["Encoder"] == shapes["DiagonalNormal"] == "{mean: (None, 2), log_variance: (None, 2)}"
    assert shapes["NetworkUnits"] == shapes["GaussianNoise"] == "(None, 4, 3, 1)"
    assert shapes["Decoder"] == shapes["Masked"] == "{mean: (None, 4, 3, 1), log_scale: (None, 1, 1, 1)}"
    assert shapes["MixtureOfNormals"] == "(None, 2)"
    assert shapes["GECO"] == "(None)"


def test_a_network_that_was_made_for_another_shape_has_its_own():
    inputs = keras.Input((7,))
    model = vae(network=keras.Model(inputs, keras.layers.Dense(3)(inputs)))
    assert rows(summary(model))["NetworkUnits"] == "(None, 7)"
    assert not model.encoder.built


def test_a_look_changes_nothing():
    """Neither weights nor draws: a model that was looked at is trained as one that was not."""

    def trained(look):
        keras.utils.set_random_seed(3)
        model = vae()
        look(model)
        model.build((None, 4, 3, 1))
        look(model)
        return [*model.get_weights(), model.encoder.posterior.seed_generator.state.numpy(), random.random()]

    for one, other in zip(trained(summary), trained(lambda model: None), strict=True):
        np.testing.assert_array_equal(one, other)


@keras.saving.register_keras_serializable("tests")
class Unrepeatable(keras.layers.Layer):
    """A layer whose configuration does not say what it is."""

    def __init__(self, size):
        super().__init__()
        self.dense = keras.layers.Dense(size)

    def call(self, x):
        return self.dense(keras.ops.reshape(x, (-1, 12)))


def test_what_cannot_be_made_again_is_shown_as_it_is():
    model = vae(network=Unrepeatable(3))
    assert built_copy(model) is model
    assert "unbuilt" in summary(model)
    model.build((None, 4, 3, 1))
    assert "unbuilt" not in summary(model)
