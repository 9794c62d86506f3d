"""Parts from outside of the package keep its laws and work everywhere."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, special, stats

from keras_vae import (
    VAE,
    Decoder,
    Encoder,
    anomaly,
    callbacks,
    compression,
    evaluation,
    load_model,
    networks,
    posteriors,
)
from keras_vae.cli.main import main
from keras_vae.likelihoods import Bernoulli, Normal
from keras_vae.testing import check_likelihood, check_objective, check_posterior, check_prior
from keras_vae.visualization import latent_manifold
from keras_vae.visualization._prior_quantiles import prior_quantiles

from ..visualization.layout import texts
from .parts import Geometric, Logistic, Renyi, StandardLogistic

EVENT_SHAPE = (8, 8, 1)
COUNTS = stats.geom(0.4).rvs((24, *EVENT_SHAPE), random_state=0).astype(np.float32) - 1


def outside_vae(latent_dim=2) -> VAE:
    vae = VAE(
        Encoder(networks.dense([6]), Logistic(latent_dim)),
        Decoder(networks.dense([6]), Geometric(EVENT_SHAPE)),
        prior=StandardLogistic(latent_dim),
        objective=Renyi(0.3),
        num_samples=2,
    )
    vae.build((None, *EVENT_SHAPE))
    vae.compile(keras.optimizers.Adam(0.01))
    return vae


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[VAE, str]:
    """A model of nothing but outside parts, trained with callbacks, and its file."""
    folder = tmp_path_factory.mktemp("outside")
    vae = outside_vae()
    watchers = [callbacks.SampleGrid(folder, num_images=4), callbacks.CollapseMonitor(COUNTS)]
    vae.fit(COUNTS, batch_size=10, epochs=2, verbose=0, validation_data=(COUNTS, None), callbacks=watchers)
    vae.save(folder / "model.keras")
    return vae, str(folder / "model.keras")


def test_they_keep_the_laws():
    check_likelihood(Geometric((4, 3, 1)), COUNTS[:, :4, :3])
    check_posterior(Logistic(2))
    check_prior(StandardLogistic(2))
    check_objective(Renyi(0.3))


def test_a_model_is_the_same_after_its_file_and_its_export(trained, tmp_path):
    vae, path = trained
    loaded = load_model(path)
    assert type(loaded.decoder.likelihood) is Geometric
    assert loaded.objective.alpha == 0.3
    np.testing.assert_array_equal(loaded.reconstruct(COUNTS), vae.reconstruct(COUNTS))
    vae.export(tmp_path / "exported", verbose=False)
    signatures = tf.saved_model.load(tmp_path / "exported").signatures
    found = next(iter(signatures["reconstruct"](tf.constant(COUNTS)).values()))
    # float32 networks of six units, summed in another order.
    np.testing.assert_allclose(found, vae.reconstruct(COUNTS), rtol=1e-5)
    draws = next(iter(signatures["sample_seeded"](n=tf.constant(3), seed=tf.constant(1)).values()))
    np.testing.assert_array_equal(draws, vae.sample(3, seed=1))


def test_its_log_likelihood_is_that_of_quadrature():
    vae = outside_vae(latent_dim=1)
    found = evaluation.log_likelihood(vae, COUNTS[:3], num_samples=2000, seed=0)
    for i, x in enumerate(COUNTS[:3]):
        z = np.linspace(-30, 30, 6001)[:, None]
        logits = special.logit(1 / (1 + vae.decode(z).reshape(len(z), -1).astype(np.float64)))
        log_p = (special.log_expit(logits) + x.reshape(-1) * special.log_expit(-logits)).sum(axis=1)
        largest = log_p.max()
        total = integrate.trapezoid(np.exp(log_p - largest) * stats.logistic.pdf(z[:, 0]), z[:, 0])
        # Five standard errors of the draws, and what is left of float32 sums of 64 elements.
        assert abs(found.per_example[i] - largest - np.log(total)) < 5 * found.sampling_error[i] + 1e-3


def test_the_commands_take_it(trained, tmp_path, monkeypatch, capsys):
    _, path = trained
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", path, "--num-samples", "3"]) == 0
    printed = capsys.readouterr().out
    # Digits in 17 levels are whole numbers, which have bits.
    assert "bits" in printed
    for command in (["sample", path, "--num", "4"], ["reconstruct", path, "--num", "4"], ["export", path, "served"]):
        assert main(command) == 0
    assert {"samples.png", "served"} <= {file.name for file in tmp_path.iterdir()}


def test_a_command_imports_the_module_that_registers_parts(trained, tmp_path, monkeypatch, capsys):
    _, path = trained
    monkeypatch.chdir(tmp_path)
    registered = keras.saving.get_custom_objects()
    hidden = {name: registered.pop(name) for name in list(registered) if name.startswith("outside>")}
    try:
        assert main(["sample", path]) == 1
        assert "keras-vae --import MODULE" in capsys.readouterr().err
        (tmp_path / "my_own_parts.py").write_text(
            "import keras\nfrom tests.outside import parts\n"
            "for kind in (parts.Geometric, parts.Logistic, parts.StandardLogistic, parts.Renyi):\n"
            "    keras.saving.register_keras_serializable('outside')(kind)\n"
        )
        assert main(["--import", "my_own_parts", "sample", path, "--num", "4"]) == 0
        assert main(["--import", "not_there", "sample", path]) == 1
        assert "No module named 'not_there'" in capsys.readouterr().err
    finally:
        registered.update(hidden)


def test_codes_are_compressed_and_drawn_under_a_prior_with_a_marginal():
    vae = VAE(
        Encoder(networks.dense([6]), posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([6]), Bernoulli(EVENT_SHAPE)),
        prior=StandardLogistic(2),
    )
    vae.build((None, *EVENT_SHAPE))
    kernel, _ = vae.encoder.posterior.get_weights()
    # A code that tells images apart: its deviation is exp(-2).
    vae.encoder.posterior.set_weights([kernel, np.array([0, 0, -4, -4], np.float32)])
    x = (COUNTS > 0).astype(np.uint8)
    np.testing.assert_array_equal(compression.decompress(vae, compression.compress(vae, x)), x)
    close = compression.decompress(vae, compression.compress(vae, x.astype(np.float32), quality=100.0))
    # In steps of a hundredth of the posterior's deviation the codes are nearly those that the encoder gives.
    np.testing.assert_allclose(close, vae.reconstruct(x), atol=0.01)
    quantiles = prior_quantiles(vae, [0.2, 0.5, 0.9])
    np.testing.assert_allclose(quantiles, np.tile(stats.logistic.ppf([[0.2], [0.5], [0.9]]), 2), atol=1e-12)
    # At the sides stand the quantiles 1/6 and 5/6.
    assert stats.logistic.ppf(5 / 6) == pytest.approx(1.61, abs=0.005)
    assert {"\N{MINUS SIGN}1.61", "1.61"} <= set(texts(latent_manifold(vae, 3)))


def test_a_detector_takes_it():
    detector = anomaly.AnomalyDetector(model=outside_vae(), epochs=1, contamination=0.1)
    detector.fit(COUNTS)
    # A tenth of 24 examples are above the 0.9-quantile of their own scores.
    assert np.sum(detector.predict(COUNTS) == -1) == 3


class Sharper(posteriors.DiagonalNormal):
    """A posterior of half the scale that its parent draws with."""

    def _halved(self, params):
        return {**params, "log_variance": params["log_variance"] - 2 * np.log(2)}

    def variance(self, params):
        return super().variance(self._halved(params))

    def sample(self, params, *args, **kwargs):
        return super().sample(self._halved(params), *args, **kwargs)

    def log_prob(self, params, z):
        return super().log_prob(self._halved(params), z)


def test_a_subclass_with_a_density_of_its_own_has_the_divergence_of_its_own():
    vae = VAE(Encoder(networks.dense([6]), Sharper(2)), Decoder(networks.dense([6]), Normal((3,))))
    x = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    vae.build((None, 3))
    params = {name: np.asarray(value, np.float64) for name, value in vae.encoder(x).items()}
    variance = np.exp(params["log_variance"]) / 4
    expected = 0.5 * (params["mean"] ** 2 + variance - 1 - np.log(variance)).sum(axis=1)
    rate, _ = vae.rate_and_distortion(x, 0, num_samples=20_000)
    # log q - log p has a deviation of about 1 in two latents: five standard errors of 20,000 draws.
    np.testing.assert_allclose(rate, expected, atol=5 / np.sqrt(20_000))
