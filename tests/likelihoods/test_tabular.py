"""Rows of tables against SciPy, in the data's units whatever they are."""

import keras
import numpy as np
import pytest
from scipy import stats

from keras_vae import load_model
from keras_vae.likelihoods import Masked, Tabular
from tests.models.small import small_vae

RNG = np.random.default_rng(0)
# Columns of very different units; the third is binary.
MEANS, DEVIATIONS = np.array([5.0, -1000.0, 0.0, 0.02]), np.array([0.5, 300.0, 1.0, 0.001])
TABLE = MEANS + DEVIATIONS * RNG.normal(size=(500, 4))
TABLE[:, 2] = RNG.random(500) < 0.3
CONTINUOUS = [0, 1, 3]


def features(count=6, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 7)).astype(np.float32)


def adapted(scale="predicted", **kwargs) -> Tabular:
    likelihood = Tabular((4,), binary=[2], scale=scale, **kwargs)
    likelihood.build((None, 7))
    likelihood.adapt(TABLE)
    return likelihood


@pytest.mark.parametrize("scale", ["shared", "predicted"])
def test_log_prob_is_scipys(scale):
    likelihood, x = adapted(scale), TABLE[:6].astype(np.float32)
    params = {name: np.asarray(value, np.float64) for name, value in likelihood(features()).items()}
    expected = stats.norm.logpdf(x, params["location"], np.exp(params["log_scale"]))
    expected[:, 2] = stats.bernoulli.logpmf(x[:, 2], 1 / (1 + np.exp(-params["location"][:, 2])))
    np.testing.assert_allclose(likelihood.log_prob(likelihood(features()), x), expected.sum(axis=1), rtol=1e-5)


@pytest.mark.parametrize("column", range(4))
def test_each_column_has_a_mass_of_one(column):
    likelihood = adapted("predicted")
    params = likelihood(features(1))
    center, width = float(params["location"][0, column]), float(np.exp(params["log_scale"][0, column]))
    values = np.array([0.0, 1.0]) if column == 2 else center + width * np.linspace(-8, 8, 2001)
    x = np.zeros((len(values), 4), np.float32)
    x[:, column] = values
    params = {name: np.repeat(value, len(x), axis=0) for name, value in params.items()}
    density = np.exp(np.asarray(likelihood.element_log_prob(params, x), np.float64)[:, column])
    mass = density.sum() if column == 2 else np.trapezoid(density, x[:, column].astype(np.float64))
    assert mass == pytest.approx(1, rel=1e-4)


def test_the_encoder_sees_standardised_columns():
    scaled = np.asarray(adapted().rescaled(TABLE), np.float64)
    np.testing.assert_allclose(scaled[:, CONTINUOUS].mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(scaled[:, CONTINUOUS].std(axis=0), 1, rtol=1e-3)
    np.testing.assert_array_equal(scaled[:, 2], TABLE[:, 2])


@pytest.mark.parametrize("scale", ["shared", "predicted"])
def test_samples_have_the_mean_and_the_scale_that_it_says(scale):
    likelihood = adapted(scale)
    params = {name: np.repeat(value, 5000, axis=0) for name, value in likelihood(features(1)).items()}
    draws = np.asarray(likelihood.sample(params, seed=0), np.float64)
    mean, deviations = np.asarray(likelihood.mean(params))[0], np.exp(params["log_scale"][0])
    for column in CONTINUOUS:
        standardised = (draws[:, column] - mean[column]) / deviations[column]
        assert stats.kstest(standardised, "norm").pvalue > 1e-3
    assert set(np.unique(draws[:, 2])) == {0.0, 1.0}
    assert stats.binomtest(int(draws[:, 2].sum()), 5000, mean[2]).pvalue > 1e-3
    # What one column draws has nothing to do with another.
    assert np.abs(np.corrcoef(draws.T)[~np.eye(4, dtype=bool)]).max() < 0.06


def test_the_same_rows_in_other_units_have_the_same_density_up_to_the_units():
    one, other = adapted(), Tabular((4,), binary=[2])
    other.build((None, 7))
    other.projection.set_weights(one.projection.get_weights())
    factors, shifts = np.array([100.0, 0.001, 1, 7]), np.array([3.0, 50, 0, -8])
    other.adapt(TABLE * factors + shifts)
    found = other.log_prob(other(features()), (TABLE[:6] * factors + shifts).astype(np.float32))
    expected = one.log_prob(one(features()), TABLE[:6].astype(np.float32)) - np.log(factors).sum()
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-2)


def test_a_series_has_statistics_of_each_channel():
    series, likelihood = RNG.normal([3, -2], [1, 10], size=(50, 6, 2)), Tabular((6, 2))
    likelihood.adapt(series)
    np.testing.assert_allclose(likelihood.column_mean, series.mean(axis=(0, 1)), rtol=1e-5)
    np.testing.assert_allclose(likelihood.column_deviation, series.std(axis=(0, 1)), rtol=1e-5)


def test_what_is_missing_has_no_part_in_a_columns_statistics():
    table = np.where(RNG.random((40, 3)) < 0.3, np.nan, RNG.normal([1, 200, -3], [1, 50, 0.1], size=(40, 3)))
    table[:, 2] = np.nan
    masked = Masked(Tabular((3,)))
    masked.adapt(table)
    np.testing.assert_allclose(masked.likelihood.column_mean, [*np.nanmean(table[:, :2], axis=0), 0], rtol=1e-5)
    np.testing.assert_allclose(masked.unit, [*np.nanstd(table[:, :2], axis=0), 1], rtol=1e-5)


@pytest.mark.parametrize("value", [0.0, 0.1, 12345.678])
def test_a_column_that_never_varies_keeps_its_unit(value):
    table = np.array(TABLE)
    table[:, 0] = value
    likelihood = Tabular((4,), binary=[2])
    likelihood.adapt(table)
    assert float(likelihood.column_deviation[0]) == 1
    np.testing.assert_allclose(likelihood.rescaled(table)[:, 0], 0, atol=1e-3)


@pytest.mark.parametrize("scale", ["shared", "predicted"])
def test_scales_stay_above_the_floor(scale):
    likelihood = adapted(scale, min_scale=0.1)
    if scale == "shared":
        likelihood.column_log_scale.assign([-50.0] * 4)
    params = likelihood(features() * (1 if scale == "shared" else 10))
    least = 0.1 * np.asarray(likelihood.column_deviation)[CONTINUOUS]
    assert np.all(np.exp(np.asarray(params["log_scale"])[:, CONTINUOUS]) >= least * (1 - 1e-5))


def test_a_model_of_raw_columns_learns_and_is_saved_with_its_units(tmp_path):
    vae = small_vae(Tabular((4,), binary=[2]), event_shape=(4,))
    vae.decoder.likelihood.adapt(TABLE)
    vae.compile(keras.optimizers.Adam(0.01))
    history = vae.fit(TABLE, epochs=30, batch_size=50, verbose=0).history["negative_elbo"]
    # The entropy of independent columns, which is the best that can be reached; in nats of the data's units.
    share = TABLE[:, 2].mean()
    entropy = stats.norm.entropy(0, DEVIATIONS[CONTINUOUS]).sum() + stats.bernoulli.entropy(share)
    assert history[-1] < history[0]
    assert history[-1] == pytest.approx(entropy, abs=0.6)
    vae.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.reconstruct(TABLE), vae.reconstruct(TABLE))
    assert loaded.decoder.likelihood.binary == (2,)


def test_data_that_does_not_fit():
    likelihood = adapted()
    inside = np.asarray(likelihood.in_domain(np.array([[1e9, -3, 1, 0], [np.nan, 1, 0.5, np.inf]])))
    np.testing.assert_array_equal(inside, [[True] * 4, [False, True, False, False]])
    with pytest.raises(ValueError, match=r"shape \(batch, 4\).*Received shape \(3, 5\)"):
        likelihood.adapt(np.zeros((3, 5)))
    with pytest.raises(ValueError, match="at least one example"):
        likelihood.adapt(np.zeros((0, 4)))


def test_it_warns_of_columns_that_were_not_adapted():
    assert "adapt(x)" in Tabular((4,), binary=[2]).caution(TABLE)
    assert adapted().caution(TABLE) is None


@pytest.mark.parametrize("binary", [[4], [0, 0], [-1], 3, "x", [1.5]])
def test_columns_that_there_are_not(binary):
    with pytest.raises(ValueError, match="binary"):
        Tabular((4,), binary=binary)


@pytest.mark.parametrize("arguments", [{"scale": "optimal"}, {"scale": 1.0}, {"min_scale": 0}])
def test_other_arguments(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        Tabular((4,), **arguments)
