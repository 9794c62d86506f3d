import pickle
import random

import joblib
import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from keras_vae import VAE, Autoencoder, Decoder, Encoder, likelihoods, networks, posteriors
from keras_vae.latent import VAETransformer

# What scikit-learn asks and cannot apply, with the reason: nothing.
# They ask for 1e-7, and on some processors a row's place in a batch decides on the last digit of float32.
LAST_DIGITS = dict.fromkeys(
    ("check_methods_sample_order_invariance", "check_methods_subset_invariance"),
    "float32, which a test here allows for",
)
IRIS = load_iris()
QUICK = {"units": (8,), "epochs": 3, "random_state": 0}


@pytest.fixture(scope="module")
def table():
    """A thousand rows of two hidden factors in six columns of very different scales, one of which never varies."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(1000, 2))
    columns = hidden @ rng.normal(size=(2, 5)) + 0.3 * rng.normal(size=(1000, 5))
    columns = columns * [1e-3, 1.0, 50.0, 1e4, 7.0] + [0.0, 5.0, -1e3, 1e6, 1.0]
    return np.insert(columns, 3, 4.25, axis=1)


@pytest.fixture(scope="module")
def fitted(table):
    return VAETransformer(2, units=(32,), epochs=60, learning_rate=5e-3, random_state=0).fit(table[:800])


def test_scikit_learns_own_checks(eagerly):
    results = check_estimator(
        VAETransformer(**{**QUICK, "epochs": 1}), expected_failed_checks=LAST_DIGITS, on_skip=None, on_fail=None
    )
    failed = {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"}
    assert failed == {}
    assert sum(result["status"] == "passed" for result in results) >= 35


def test_codes_do_not_depend_on_the_other_rows(fitted, table):
    rows, order = table[800:], np.random.default_rng(0).permutation(200)
    codes = fitted.transform(rows)
    # Sums of 32 products in float32, in another order.
    np.testing.assert_allclose(fitted.transform(rows[order]), codes[order], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fitted.transform(rows[:1]), codes[:1], rtol=1e-5, atol=1e-6)


def test_codes_and_rows_of_a_table_of_any_scale(fitted, table):
    codes, test = fitted.transform(table[800:]), table[800:]
    assert codes.shape == (200, 2)
    assert codes.dtype == np.float32
    rows = fitted.inverse_transform(codes)
    assert rows.shape == (200, 6)
    np.testing.assert_array_equal(rows[:, 3], 4.25)
    vary = [0, 1, 2, 4, 5]
    residual = np.mean((rows - test)[:, vary] ** 2, axis=0) / test[:, vary].var(axis=0)
    # Two factors explain what they explain, whatever the unit: PCA of standardised columns leaves as much.
    standardised = (test[:, vary] - table[:800, vary].mean(axis=0)) / table[:800, vary].std(axis=0)
    pca = PCA(2).fit((table[:800, vary] - table[:800, vary].mean(axis=0)) / table[:800, vary].std(axis=0))
    expected = np.mean((pca.inverse_transform(pca.transform(standardised)) - standardised) ** 2, axis=0)
    assert residual.mean() < 1.5 * expected.mean() + 0.01


def test_score_is_in_nats_and_in_the_units_of_the_table(fitted, table):
    """One normal distribution holds the truth of linear factors: no bound is above it but by chance."""
    vary = [0, 1, 2, 4, 5]
    mean, deviation = table[:800, vary].mean(axis=0), table[:800, vary].std(axis=0)
    # SciPy takes the covariance of columns of such different scales for singular.
    standardised = [(rows[:, vary] - mean) / deviation for rows in (table[:800], table[800:])]
    truth = stats.multivariate_normal(np.zeros(5), np.cov(standardised[0].T))
    normal = (truth.logpdf(standardised[1]) - np.log(deviation).sum()).mean()
    nothing = stats.norm(mean, deviation).logpdf(table[800:][:, vary]).sum(axis=1).mean()
    score = fitted.score(table[800:])
    assert nothing < normal
    assert normal - 1.5 < score < normal + 0.1
    assert score == fitted.score(table[800:], y=np.zeros(200))


def test_a_larger_unit_costs_its_logarithm(eagerly, table):
    transformer, table = VAETransformer(**QUICK), table[:100]
    plain, scaled = (transformer.fit(x).score(x) for x in (table, 8 * table))
    assert plain - scaled == pytest.approx(5 * np.log(8), abs=1e-3)


def test_score_is_the_mean_bound(fitted, table):
    rows = fitted.scaler_.transform(table[:, fitted.varying_]).astype(np.float32)
    bounds = fitted.model_.elbo(rows, num_samples=16, seed=0)
    expected = bounds.mean(dtype=float) - np.log(table[:800, fitted.varying_].std(axis=0)).sum()
    assert fitted.score(table) == pytest.approx(expected, rel=1e-6)


def test_equal_seeds_equal_results_and_no_trace_in_global_generators(eagerly, table):
    table = table[:100]

    def drawn():
        return random.random(), np.random.random(), float(keras.random.normal(())), float(tf.random.normal(()))

    keras.utils.set_random_seed(3)
    expected = drawn()
    codes = []
    for global_seed in (3, 4):
        keras.utils.set_random_seed(global_seed)
        codes.append(VAETransformer(**QUICK).fit_transform(table))
        if global_seed == 3:
            assert drawn() == expected
    np.testing.assert_array_equal(*codes)


def test_random_states_of_numpy(eagerly, table):
    generator, table = np.random.RandomState(5), table[:100]
    first, second = (VAETransformer(**{**QUICK, "random_state": generator}).fit_transform(table) for _ in range(2))
    again = VAETransformer(**{**QUICK, "random_state": np.random.RandomState(5)}).fit_transform(table)
    np.testing.assert_array_equal(first, again)
    assert np.abs(second - first).max() > 0.01


@pytest.mark.parametrize("copy", ["clone", "pickle", "joblib"])
def test_copies(fitted, table, tmp_path, copy):
    if copy == "clone":
        fresh = clone(fitted)
        assert fresh.get_params() == fitted.get_params()
        assert not hasattr(fresh, "model_")
        return
    if copy == "pickle":
        again = pickle.loads(pickle.dumps(fitted))
    else:
        joblib.dump(fitted, tmp_path / "transformer.joblib")
        again = joblib.load(tmp_path / "transformer.joblib")
    np.testing.assert_array_equal(again.transform(table), fitted.transform(table))
    np.testing.assert_array_equal(again.inverse_transform(np.ones((1, 2))), fitted.inverse_transform(np.ones((1, 2))))
    assert again.score(table) == fitted.score(table)


def test_in_a_pipeline_and_a_grid_search(eagerly):
    # One step: codes of a random network tell as much.
    quick = {**QUICK, "epochs": 1, "batch_size": 150}
    pipeline = make_pipeline(VAETransformer(**quick), LogisticRegression())
    search = GridSearchCV(pipeline, {"vaetransformer__latent_dim": [1, 3]}, cv=2, error_score="raise")
    search.fit(IRIS.data, IRIS.target)
    assert search.best_params_["vaetransformer__latent_dim"] in (1, 3)
    assert search.best_score_ > 0.5
    names = search.best_estimator_[:-1].get_feature_names_out()
    assert list(names) == [f"vaetransformer{index}" for index in range(len(names))]
    alone = GridSearchCV(VAETransformer(**quick), {"scale": ["optimal", 0.01]}, cv=2, error_score="raise", refit=False)
    assert alone.fit(IRIS.data).best_params_ == {"scale": "optimal"}


def test_codes_tell_the_classes_of_iris():
    transformer = VAETransformer(2, units=(32,), epochs=60, batch_size=32, learning_rate=5e-3, random_state=0)
    pipeline = make_pipeline(transformer, LogisticRegression()).fit(IRIS.data, IRIS.target)
    assert pipeline.score(IRIS.data, IRIS.target) > 0.85


def bernoulli(n_features, latent_dim):
    """A VAE of binary columns."""
    return VAE(
        Encoder(networks.dense([8]), posteriors.DiagonalNormal(latent_dim)),
        Decoder(networks.dense([8]), likelihoods.Bernoulli((n_features,))),
    )


def test_a_model_of_ones_own(eagerly):
    x = (np.random.default_rng(0).random((60, 5)) < 0.5).astype(np.float64)
    transformer = VAETransformer(3, build=bernoulli, standardize=False, epochs=2, random_state=0).fit(x)
    assert isinstance(transformer.model_.decoder.likelihood, likelihoods.Bernoulli)
    assert transformer.scaler_ is None
    np.testing.assert_array_equal(transformer.transform(x), transformer.model_.encode(x))
    bounds = transformer.model_.elbo(x.astype(np.float32), num_samples=16, seed=0)
    assert transformer.score(x) == pytest.approx(bounds.mean(dtype=float), rel=1e-6)
    rows = transformer.inverse_transform(transformer.transform(x))
    assert np.all((rows > 0) & (rows < 1))


def test_what_the_users_model_was_compiled_with_stays():
    def build(n_features, latent_dim):
        model = bernoulli(n_features, latent_dim)
        model.compile(keras.optimizers.SGD(0.25), run_eagerly=True)
        return model

    x = np.eye(4)
    model = VAETransformer(1, build=build, standardize=False, epochs=1).fit(x).model_
    assert isinstance(model.optimizer, keras.optimizers.SGD)
    assert float(model.optimizer.learning_rate) == 0.25
    assert model.run_eagerly


def test_parameters_reach_the_model(eagerly, table):
    transformer = VAETransformer(
        3, units=[5, 4], scale=0.5, beta=2.0, epochs=2, batch_size=100, learning_rate=0.02, random_state=0
    )
    model = transformer.fit(table[:200]).model_
    widths = [layer.units for layer in model.encoder.network.layers if isinstance(layer, keras.layers.Dense)]
    assert widths == [5, 4]
    assert [layer.units for layer in model.decoder.network.layers[1:]] == [4, 5]
    assert (model.decoder.likelihood.scale, float(model.beta), model.latent_dim) == (0.5, 2.0, 3)
    assert int(model.optimizer.iterations) == 4
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"latent_dim": 0}, "`latent_dim` must be a whole number of at least 1"),
        ({"units": 8}, "`units` must be a non-empty list"),
        ({"units": (8, 0)}, r"`units\[1\]` must be a whole number"),
        ({"scale": "best"}, "`scale` must be a positive number or one of"),
        ({"beta": -1.0}, "`beta` must be a finite number of at least 0"),
        ({"epochs": 0}, "`epochs` must be a whole number of at least 1"),
        ({"batch_size": 0}, "`batch_size` must be a whole number of at least 1"),
        ({"learning_rate": 0.0}, "`learning_rate` must be a finite number above 0"),
        ({"standardize": "yes"}, "`standardize` must be True or False"),
        ({"learning_rate": 1e30}, "The training diverged. Try a lower learning_rate than 1e"),
        ({"build": lambda n, m: None}, r"`build\(n_features, latent_dim\)` must be of type VAE"),
        ({"build": lambda n, m: bernoulli(n, m + 1)}, r"and latent_dim 2. Received: event_shape \(4,\), latent_dim 3"),
        ({"build": lambda n, m: bernoulli(n + 1, m)}, r"with event_shape \(4,\)"),
        ({"build": lambda n, m: Autoencoder.for_shape((n,), m)}, "must be of type VAE"),
    ],
)
def test_bad_parameters_are_refused_by_fit(eagerly, parameters, message):
    transformer = VAETransformer(**{**QUICK, **parameters})
    with pytest.raises(ValueError, match=message):
        transformer.fit(IRIS.data)
    with pytest.raises(NotFittedError):
        transformer.transform(IRIS.data)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((5, 3)), "X must have a column that varies"),
        (np.array([[1.0, np.nan], [0.0, 1.0]]), "contains NaN"),
        (np.zeros(4), "Expected 2D array"),
        (np.zeros((1, 4)), "minimum of 2 is required"),
        (np.zeros((0, 4)), "minimum of 2 is required"),
    ],
)
def test_bad_tables(x, message):
    with pytest.raises(ValueError, match=message):
        VAETransformer(**QUICK).fit(x)


@pytest.mark.parametrize("method", ["transform", "inverse_transform", "score", "get_feature_names_out"])
def test_before_fit(method):
    arguments = () if method == "get_feature_names_out" else (np.zeros((3, 2)),)
    with pytest.raises(NotFittedError, match="This VAETransformer instance is not fitted yet"):
        getattr(VAETransformer(), method)(*arguments)


def test_columns_and_latents_that_are_not_there(fitted):
    with pytest.raises(ValueError, match="X has 2 features, but VAETransformer is expecting 6 features"):
        fitted.transform(np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"`z` must have shape \(batch, 2\). Received shape \(3, 5\)"):
        fitted.inverse_transform(np.zeros((3, 5)))


def test_it_is_not_imported_with_the_package():
    import keras_vae.latent

    assert "VAETransformer" in keras_vae.latent.__all__
    with pytest.raises(AttributeError, match="has no attribute 'PCATransformer'"):
        keras_vae.latent.PCATransformer  # noqa: B018
