import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import Autoencoder, Decoder, Encoder, datasets, evaluation, latent, likelihoods, posteriors
from keras_vae.latent import recommendation
from tests.models.small import EVENT_SHAPE, Builder, binary, small_autoencoder, small_vae

from ..conftest import on_terminal

pytestmark = pytest.mark.usefixtures("eagerly")
TRAIN, TEST = binary(48), binary(20, seed=1)


def trained(latent_dim, make=small_vae):
    """The model that a sweep trains."""
    model = Builder(make)(latent_dim)
    model.fit(TRAIN, epochs=2, batch_size=24, verbose=0)
    return model


@pytest.fixture(scope="module")
def of_vaes():
    """As users have it, in graphs: fixtures of a module come before the others."""
    build = Builder()
    found = latent.sweep(build, [3, 1], TRAIN, TEST, 2, num_samples=4, seed=7, progress=False, batch_size=24)
    return found, build


def test_each_point_is_a_vae_of_its_size(of_vaes):
    found, build = of_vaes
    assert [point.latent_dim for point in found.points] == [3, 1]
    assert len(build.models) == 2
    for point in found.points:
        vae = trained(point.latent_dim)
        expected = evaluation.rate_distortion(vae, TEST, num_samples=4, seed=7)
        np.testing.assert_allclose((point.rate, point.distortion), expected, rtol=1e-4)
        np.testing.assert_allclose(point.negative_elbo, sum(expected), rtol=1e-4)
        np.testing.assert_allclose(point.squared_error, evaluation.mean_squared_error(vae, TEST), rtol=1e-4)
        assert point.active_units == evaluation.active_units(vae, TEST)
        assert point.seconds > 0


def test_the_recommendation_is_that_of_its_examples(of_vaes):
    found, build = of_vaes
    costs = [-model.elbo(TEST, num_samples=4, seed=7) for model in reversed(build.models)]
    active = [evaluation.active_units(model, TEST) for model in reversed(build.models)]
    assert (found.recommended, found.reason) == recommendation.recommend_by_elbo([1, 3], costs, active)


def test_json(of_vaes):
    found, *_ = of_vaes
    again = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert again["recommended"] == found.recommended
    assert again["reason"] == found.reason
    assert [latent.SweepPoint(**row) for row in again["points"]] == list(found.points)
    diverged = latent.Sweep((latent.SweepPoint(2, np.nan, np.inf, 0, 1.0),), None, "none")
    expected = {"latent_dim": 2, "squared_error": None, "distortion": None, "active_units": 0, "seconds": 1.0}
    assert diverged.as_dict()["points"] == [{**expected, "rate": None, "negative_elbo": None}]


def test_autoencoders_are_compared_by_their_error():
    found = latent.sweep(
        Builder(small_autoencoder), [1, 3], TRAIN, TEST, 2, tolerance=0.5, progress=False, batch_size=24
    )
    models = [trained(latent_dim, small_autoencoder) for latent_dim in (1, 3)]
    for point, model in zip(found.points, models, strict=True):
        np.testing.assert_allclose(point.squared_error, evaluation.mean_squared_error(model, TEST), rtol=1e-4)
        np.testing.assert_allclose(point.distortion, np.mean(model.score(TEST)), rtol=1e-4)
        assert (point.rate, point.negative_elbo) == (None, None)
    errors = [np.mean((model.reconstruct(TEST) - TEST) ** 2, axis=(1, 2, 3)) for model in models]
    expected = recommendation.recommend_by_error([1, 3], errors, 0.5, TEST.var(axis=0).mean())
    assert found.recommended == expected.latent_dim == 1
    assert "is within 0.5 of the data's variance" in found.reason


def test_autoencoders_of_data_with_missing_values():
    def make(latent_dim):
        return small_autoencoder(
            likelihood=likelihoods.Masked(likelihoods.Bernoulli(EVENT_SHAPE)), latent_dim=latent_dim
        )

    rng = np.random.default_rng(0)
    train, test = (np.where(rng.random(x.shape) < 0.2, np.nan, x) for x in (TRAIN, TEST))
    found = latent.sweep(Builder(make), [1, 3], train, test, 1, tolerance=0.5, progress=False, batch_size=24)
    assert f"data's variance ({np.nanvar(test, axis=0).mean():.3g})" in found.reason


def test_principal_components_need_as_many_latents_as_there_are_directions():
    """Of three directions of variance in five dimensions, M = 3 keeps all, and M = 4 has nothing to add."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3)) @ rng.normal(size=(3, 5))
    mean, axes = x.mean(axis=0), np.linalg.svd(x - x.mean(axis=0))[2].T

    def build(latent_dim):
        model = Autoencoder(
            Encoder(keras.layers.Identity(), posteriors.Deterministic(latent_dim)),
            Decoder(keras.layers.Identity(), likelihoods.Normal((5,), 1.0)),
        )
        model.build((None, 5))
        chosen = axes[:, :latent_dim]
        model.encoder.posterior.set_weights([chosen, -mean @ chosen])
        model.decoder.likelihood.set_weights([chosen.T, mean])
        # A training that leaves the weights as they are.
        model.compile(keras.optimizers.SGD(0.0))
        return model

    found = latent.sweep(build, [1, 2, 3, 4], x, x, 1, progress=False, batch_size=300)
    residual = [np.mean(((x - mean) @ axes[:, size:]) ** 2) * (5 - size) / 5 for size in (1, 2, 3, 4)]
    np.testing.assert_allclose([point.squared_error for point in found.points], residual, rtol=1e-4, atol=1e-10)
    assert found.recommended == 3
    assert [point.active_units for point in found.points] == [1, 2, 3, 3]


def test_datasets():
    train = tf.data.Dataset.from_tensor_slices(TRAIN).batch(24)
    test = tf.data.Dataset.from_tensor_slices((TEST, TEST)).batch(6)
    (point,) = latent.sweep(Builder(), [2], train, test, 1, progress=False).points
    vae = Builder()(2)
    vae.fit(train, verbose=0)
    np.testing.assert_allclose((point.rate, point.distortion), evaluation.rate_distortion(vae, test), rtol=1e-4)


def test_a_bar_over_the_epochs_of_all_trainings(monkeypatch):
    terminal = on_terminal(monkeypatch)
    latent.sweep(Builder(), [1, 2], TRAIN, TEST, 3, batch_size=48)
    shown = terminal.getvalue()
    assert "6/6" in shown
    last = shown.replace("\b", "").split("\r")[-1]
    for latent_dim in (1, 2):
        history = Builder()(latent_dim).fit(TRAIN, epochs=3, batch_size=48, verbose=0).history
        (value,) = (float(part.split(":")[1]) for part in last.split(" - ") if part.startswith(f"M={latent_dim}:"))
        assert value == pytest.approx(history["negative_elbo"][-1], rel=1e-4)
    assert shown.count("\n") == 1


def test_silence(monkeypatch):
    terminal = on_terminal(monkeypatch)
    latent.sweep(Builder(), [1], TRAIN, TEST, 1, progress=False)
    monkeypatch.setattr(type(terminal), "isatty", lambda self: False)
    latent.sweep(Builder(), [1], TRAIN, TEST, 1)
    assert terminal.getvalue() == ""


def test_a_training_may_end_early(monkeypatch):
    terminal = on_terminal(monkeypatch)

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    build = Builder()
    latent.sweep(build, [1, 2], TRAIN, TEST, 5, batch_size=24, callbacks=[Stop()])
    assert [int(model.optimizer.iterations) for model in build.models] == [2, 2]
    shown = terminal.getvalue()
    assert "10/10" in shown
    assert shown.count("\n") == 1


def test_a_model_that_is_not_compiled_is():
    build = Builder(compiled=False)
    latent.sweep(build, np.array([1, 2]), TRAIN, TEST, 1, progress=False)
    assert all(isinstance(model.optimizer, keras.optimizers.Adam) for model in build.models)
    assert build.num_trained == 2


def test_a_training_that_diverges_is_left_out():
    def build(latent_dim):
        model = small_vae(latent_dim=latent_dim)
        model.compile(keras.optimizers.SGD(1e30 if latent_dim == 1 else 0.01))
        return model

    found = latent.sweep(build, [1, 2], TRAIN, TEST, 2, progress=False, batch_size=24)
    assert not np.isfinite(found.points[0].negative_elbo)
    assert found.recommended == 2
    json.dumps(found.as_dict(), allow_nan=False)


SAME = small_vae()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"latent_dims": [2, 0]}, r"`latent_dims\[1\]` must be a whole number of at least 1"),
        ({"latent_dims": [-3]}, r"`latent_dims\[0\]` must be a whole number of at least 1"),
        ({"latent_dims": [2, 4, 2]}, r"`latent_dims` must all be different.*Received: \[2, 4, 2\]"),
        ({"latent_dims": [1.5]}, r"`latent_dims\[0\]` must be a whole number"),
        ({"latent_dims": []}, "`latent_dims` must be a non-empty list"),
        ({"latent_dims": 2}, "`latent_dims` must be a non-empty list"),
        ({"latent_dims": "24"}, "`latent_dims` must be a non-empty list"),
        ({"epochs": 0}, "`epochs` must be a whole number of at least 1"),
        ({"num_samples": 0}, "`num_samples` must be a whole number of at least 1"),
        ({"seed": -1}, "`seed` must be a whole number"),
        ({"tolerance": -0.1}, "`tolerance` must be a finite number of at least 0"),
        ({"progress": 2}, "`progress` must be True or False"),
        ({"test": binary(0)}, "`test` cannot be measured: `x` is empty"),
        ({"test": binary(1)}, "at least two examples"),
        ({"test": tf.data.Dataset.from_tensor_slices(binary(1)).batch(2)}, "at least two"),
        ({"test": binary(4, (3, 3, 1))}, r"must have shape \(batch, 4, 3, 1\)"),
        ({"test": 2 * binary(4)}, r"values in \[0, 1\]"),
        ({"test": tf.data.Dataset.from_tensor_slices(TEST).shuffle(20).batch(5)}, "same order each time it is read"),
        ({"build": lambda latent_dim: SAME}, r"`build` must return a new model at each call"),
        ({"build": lambda latent_dim: small_vae()}, r"`build\(1\)` must return a model of that size. Received: 2"),
        ({"build": lambda latent_dim: None}, r"`build\(latent_dim\)` must be of type LatentModel"),
        (
            {"build": lambda size: small_vae(latent_dim=1) if size == 1 else small_autoencoder()},
            "models of one kind. Received: some with a prior and some without",
        ),
    ],
)
def test_mistakes_are_found_before_the_first_training(changed, message):
    build = Builder()
    arguments = {"build": build, "latent_dims": [1, 2], "train": TRAIN, "test": TEST, "epochs": 1} | changed
    with pytest.raises(ValueError, match=message):
        latent.sweep(**arguments)
    assert build.num_trained == 0


def test_images_that_are_binarised_anew_at_each_reading_are_refused():
    from tests.tiny_models import tiny_vae

    test = datasets.load("digits", "test", binarize="dynamic")
    with pytest.raises(ValueError, match=r"the same examples in the same order .*binarize='static'"):
        latent.sweep(tiny_vae, [1, 2], test, test, 1)
