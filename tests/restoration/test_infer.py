"""Inference over codes, against closed forms, and what it promises for any model."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import likelihoods, priors, restoration
from keras_vae.datasets.digits import load_digits
from tests import seeds
from tests.models.small import binary, small_autoencoder, small_vae
from tests.restoration import linear
from tests.tiny_models import EVENT_SHAPE, vae_of_classes

from ..conftest import on_terminal


def with_holes(x, seed=0, share=0.4):
    return np.where(np.random.default_rng(seed).random(x.shape) < share, np.nan, x).astype(np.float32)


def quick(vae, y, **kwargs):
    return restoration.infer(
        vae, y, **{"num_restorations": 2, "num_gradient_steps": 10, "num_langevin_steps": 10, "verbose": 0, **kwargs}
    )


@pytest.fixture(scope="module")
def trained():
    """Of one model what is asked again is compiled once."""
    seeds.set_all(0)
    return linear.trained()


class TestAgainstClosedForms:
    def test_codes_have_the_mean_and_the_covariance_of_the_posterior(self, trained):
        vae, decoder = trained
        y, copies, chains = with_holes(linear.examples(vae, 4, 0)), 375, 3000
        found = restoration.infer(
            vae, np.repeat(y, copies, axis=0), num_langevin_steps=160, batch_size=4 * copies, seed=0, verbose=0
        )
        all_codes, all_best = found.codes.reshape(4, chains, 2), found.best_code.reshape(4, copies, 2)
        for codes, best, example in zip(all_codes, all_best, y, strict=True):
            mean, covariance = linear.posterior(*decoder, example)
            np.testing.assert_allclose(best, np.tile(mean, (copies, 1)), atol=2e-3)
            assert np.all(np.abs(codes.mean(axis=0) - mean) < 4 * np.sqrt(np.diag(covariance) / chains))
            # The relative error of a variance is sqrt(2 / n) = 0.026.
            np.testing.assert_allclose(np.cov(codes.T), covariance, atol=0.11 * np.diag(covariance).max())

    def test_intervals_means_and_deviations_are_those_of_what_is_missing(self, trained):
        vae, (loadings, offset, scale) = trained
        x = linear.examples(vae, 1500, 1)
        y = np.where(np.arange(6) < 3, x, np.nan).astype(np.float32)
        found = restoration.infer(vae, y, batch_size=1500, seed=0, verbose=0)
        inside = (x >= found.lower) & (x <= found.upper)
        # 90 %, within four standard errors of 1500 examples whose elements are all but one.
        assert inside[:, 3:].mean() == pytest.approx(0.9, abs=4 * 0.3 / np.sqrt(1500))
        mean, covariance = linear.posterior(loadings, offset, scale, y[0])
        np.testing.assert_array_equal(found.mean[:, :3], y[:, :3])
        expected = np.sqrt(np.diag(loadings @ covariance @ loadings.T) + scale**2)[3:]
        np.testing.assert_allclose(found.standard_deviation[:, 3:].mean(axis=0), expected, rtol=0.03)
        np.testing.assert_array_equal(found.standard_deviation[:, :3], 0)
        errors = found.mean[0, 3:] - (loadings @ mean + offset)[3:]
        assert np.all(np.abs(errors) < 5 * expected / np.sqrt(20))

    def test_noise_of_a_known_scale(self, trained):
        vae, (loadings, offset, scale) = trained
        clean = linear.examples(vae, 3, 2)
        noisy = clean + np.random.default_rng(0).normal(size=clean.shape).astype(np.float32) * 0.8
        layer = restoration.GaussianNoise(0.8)
        found = restoration.infer(vae, noisy, corruption=layer, num_restorations=2000, seed=0, verbose=0)
        for codes, example in zip(found.codes, noisy, strict=True):
            mean, covariance = linear.posterior(loadings, offset, np.hypot(scale, 0.8), example)
            # The likelihood's own part of the scale is estimated.
            assert np.all(np.abs(codes.mean(axis=0) - mean) < 6 * np.sqrt(np.diag(covariance) / 2000))
            np.testing.assert_allclose(np.cov(codes.T), covariance, atol=0.15 * np.diag(covariance).max())

    def test_means_of_blocks(self, trained):
        vae, (loadings, offset, scale) = trained
        x = linear.examples(vae, 3, 4)
        small = x.reshape(3, 3, 2).mean(axis=2)
        large, layer = np.repeat(small, 2, axis=1), restoration.Downsampling(2)
        found = restoration.infer(vae, large, corruption=layer, num_restorations=2000, seed=0, verbose=0)
        average = np.kron(np.eye(3), [[0.5, 0.5]])
        for codes, example in zip(found.codes, small, strict=True):
            mean, covariance = linear.posterior(average @ loadings, average @ offset, scale / np.sqrt(2), example)
            assert np.all(np.abs(codes.mean(axis=0) - mean) < 8 * np.sqrt(np.diag(covariance) / 2000))
            np.testing.assert_allclose(np.cov(codes.T), covariance, atol=0.2 * np.diag(covariance).max())


@pytest.fixture(scope="module")
def digits_vae():
    """Trained for a moment, so that the encoder's code is no bad start."""
    seeds.set_all(0)
    vae = small_vae(likelihoods.Normal((8, 8, 1), "predicted", min_scale=0.05), 4, (8, 8, 1))
    vae.compile(keras.optimizers.Adam(1e-2))
    vae.fit((load_digits("train").pixels / 16).astype(np.float32), epochs=5, verbose=0)
    return vae


class TestTheLikelihoodNeverFalls:
    @pytest.mark.parametrize("step_size", [1e-6, 0.5, 1e6])
    @pytest.mark.parametrize("seed", [0, 1])
    def test_for_any_example_seed_and_step_size(self, digits_vae, step_size, seed):
        y = with_holes(load_digits("test").pixels[:200] / 16, seed)
        found = quick(digits_vae, y, step_size=step_size, seed=seed, num_gradient_steps=30, batch_size=200)
        assert np.all(found.log_likelihood >= found.starting_log_likelihood)
        assert np.mean(found.log_likelihood - found.starting_log_likelihood) > 0.5

    def test_both_are_those_of_the_codes_they_belong_to(self, digits_vae):
        vae, y = digits_vae, with_holes(load_digits("test").pixels[:5] / 16)
        found = quick(vae, y)
        params = {name: np.asarray(value) for name, value in vae.decoder(tf.constant(found.best_code)).items()}
        log_densities = stats.norm.logpdf(y, params["mean"], np.exp(params["log_scale"]))
        np.testing.assert_allclose(found.log_likelihood, np.nansum(log_densities, axis=(1, 2, 3)), rtol=1e-4)
        np.testing.assert_allclose(found.best_picture[np.isnan(y)], params["mean"][np.isnan(y)], atol=1e-5)


@pytest.fixture(scope="module")
def vae():
    """Of one model what is asked again is compiled once."""
    seeds.set_all(0)
    return small_vae()


class TestAnyModel:
    @pytest.mark.parametrize(
        ("likelihood", "prior"),
        [
            (likelihoods.Bernoulli((4, 3, 1)), priors.Laplace(2)),
            (likelihoods.BetaBinomial((4, 3, 1), levels=4), priors.MixtureOfNormals(2, 3)),
            (likelihoods.Masked(likelihoods.Categorical((4, 3, 1), num_classes=3)), None),
        ],
        ids=lambda part: type(part).__name__,
    )
    def test_what_was_observed_stays_and_the_rest_is_what_the_likelihood_allows(self, likelihood, prior):
        vae, y = small_vae(likelihood, prior=prior), with_holes(binary(3))
        found = quick(vae, y, num_restorations=3, level=0.5)
        missing = np.isnan(y)
        assert found.restorations.shape == found.pictures.shape == (3, 3, 4, 3, 1)
        assert found.codes.shape == (3, 3, 2)
        assert found.acceptance_rate.shape == (3, 3)
        assert np.all((found.acceptance_rate > 0) & (found.acceptance_rate <= 1))
        for several in (found.restorations, found.pictures):
            for one in np.moveaxis(several, 1, 0):
                np.testing.assert_array_equal(one[~missing], y[~missing])
        for one in (found.mean, found.lower, found.upper, found.best_picture):
            np.testing.assert_array_equal(one[~missing], y[~missing])
        assert np.all(np.asarray(likelihood.in_domain(found.restorations)))
        assert np.all(found.lower <= found.upper)

    def test_a_mask_and_nan_are_the_same(self, vae):
        x, observed = binary(3), np.random.default_rng(0).random((3, 4, 3, 1)) < 0.6
        by_mask = quick(vae, x.astype(int), mask=observed, seed=0)
        by_nan = quick(vae, np.where(observed, x, np.nan), seed=0)
        np.testing.assert_array_equal(by_mask.restorations, by_nan.restorations)
        by_one = quick(vae, x, mask=observed[0], seed=0)
        np.testing.assert_array_equal(by_one.mean, quick(vae, np.where(observed[:1], x, np.nan), seed=0).mean)

    def test_seeds_and_batches(self, vae):
        y = with_holes(binary(5))
        first, again, other = (quick(vae, y, seed=seed, batch_size=2) for seed in (3, 3, 4))
        np.testing.assert_array_equal(first.codes, again.codes)
        assert np.all(first.codes != other.codes)
        assert np.all(quick(vae, y).codes != quick(vae, y).codes)
        # The mode is found without random numbers, whatever the batches; and no two batches have the same noise. Where
        # a step gains no more than rounding it is taken or not: codes then differ, and log p(z, observed) by as little.
        values = [found.log_likelihood - 0.5 * np.sum(found.best_code**2, axis=1) for found in (first, quick(vae, y))]
        np.testing.assert_allclose(*values, rtol=1e-5)
        twice = quick(vae, np.repeat(y[:1], 2, axis=0), batch_size=1, seed=0)
        assert np.all(twice.codes[0] != twice.codes[1])

    def test_no_gradient_steps_begin_at_the_encoders_code(self, vae):
        x = binary(3)
        found = quick(vae, x, num_gradient_steps=0)
        np.testing.assert_allclose(found.best_code, vae.encode(x), rtol=1e-5)
        np.testing.assert_array_equal(found.log_likelihood, found.starting_log_likelihood)

    def test_progress_is_shown_where_it_is_wanted_and_people_look_on(self, vae, monkeypatch):
        terminal, y = on_terminal(monkeypatch), binary(3)
        quick(vae, y)
        assert terminal.getvalue() == ""
        quick(vae, y, verbose=1, batch_size=2)
        assert "40/40" in terminal.getvalue()
        monkeypatch.setenv("NO_COLOR", "1")
        terminal.truncate(0)
        quick(vae, y, verbose=1)
        assert terminal.getvalue() == ""


class TestBadInput:
    @pytest.mark.parametrize("name", ["num_restorations", "num_langevin_steps", "batch_size", "num_gradient_steps"])
    def test_numbers(self, name):
        with pytest.raises(ValueError, match=f"`{name}` must be a whole number"):
            quick(small_vae(), binary(2), **{name: -1})

    @pytest.mark.parametrize(("name", "value"), [("step_size", 0), ("noise_scale", -1), ("level", 0), ("level", 1)])
    def test_other_numbers(self, name, value):
        with pytest.raises(ValueError, match=f"`{name}` must be"):
            quick(small_vae(), binary(2), **{name: value})

    def test_an_autoencoder(self):
        with pytest.raises(ValueError, match=r"those of a VAE.*Received: Autoencoder"):
            quick(small_autoencoder(), binary(2))


class Fading(keras.layers.Layer):
    """A corruption of somebody's own, with a setting."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, x):
        return x * self.factor


def test_a_corruption_counts_as_it_is_now():
    vae, x = small_vae(), binary(3)
    corruption = Fading(0.9)
    before = quick(vae, 0.5 * x, corruption=corruption, seed=0)
    corruption.factor = 0.2
    found, expected = (quick(vae, 0.5 * x, corruption=layer, seed=0) for layer in (corruption, Fading(0.2)))
    np.testing.assert_array_equal(found.restorations, expected.restorations)
    assert not np.array_equal(found.best_code, before.best_code)


class TestConditions:
    LABELS = np.array([0, 1, 1, 0])
    Y = with_holes(np.random.default_rng(0).normal(size=(4, linear.NUM_FEATURES)))

    def test_codes_are_those_of_the_prior_and_the_decoder_of_each_class(self):
        vae = linear.conditional()
        found = restoration.infer(
            vae, self.Y, num_langevin_steps=100, num_restorations=200, seed=0, verbose=0, condition=self.LABELS
        )
        for label, y, best, codes in zip(self.LABELS, self.Y, found.best_code, found.codes, strict=True):
            parts, means, scales = linear.standardised(vae, label)
            mean, covariance = linear.posterior(*parts, y)
            np.testing.assert_allclose(best, means + scales * mean, atol=2e-3)
            deviations = scales * np.sqrt(np.diag(covariance))
            # Four standard errors of 200 chains; the relative error of a deviation is 1 / sqrt(400) = 0.05.
            assert np.all(np.abs(codes.mean(axis=0) - means - scales * mean) < 4 * deviations / np.sqrt(200))
            np.testing.assert_allclose(codes.std(axis=0), deviations, rtol=0.2)

    def test_what_a_corruption_left_is_restored_under_the_class(self, eagerly):
        vae = vae_of_classes(likelihoods.Normal(EVENT_SHAPE, 0.1), [-3.0, 3.0])
        steps = {"num_gradient_steps": 1, "num_langevin_steps": 2}
        small, layer = np.zeros((3, 4, 4, 1), np.float32), restoration.Downsampling(2)
        found = quick(vae, small, corruption=layer, condition=[1, 0, 1], **steps)
        np.testing.assert_allclose(found.best_picture[:, 0, 0, 0], [3.0, -3.0, 3.0], atol=1e-5)
        other = quick(vae, {"x": np.zeros((2, 8, 8, 1)), "condition": 0}, noise_scale=0.1, **steps)
        np.testing.assert_allclose(other.pictures, -3.0, atol=1e-5)

    def test_without_a_condition_nothing_begins(self):
        with pytest.raises(ValueError, match="`x` has none: give it as `condition=`"):
            quick(linear.conditional(), self.Y)
        with pytest.raises(ValueError, match=r"one value for each of 4 examples\. Received: 3"):
            quick(linear.conditional(), self.Y, condition=[0, 1, 1])
