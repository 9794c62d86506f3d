"""The masked likelihood against one that never sees what is missing."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import evaluation, load_model
from keras_vae.likelihoods import (
    Bernoulli,
    BetaBinomial,
    Categorical,
    ContinuousBernoulli,
    DiscretizedLogistic,
    Masked,
    Normal,
    Tabular,
)
from keras_vae.likelihoods.likelihood import Likelihood
from tests.models.small import small_autoencoder, small_vae, without_noise

RNG = np.random.default_rng(0)
EVENT_SHAPE = (4, 3, 1)
X = RNG.integers(0, 2, (5, *EVENT_SHAPE)).astype(np.float32)
MISSING = RNG.random(X.shape) < 0.4
HOLED = np.where(MISSING, np.nan, X).astype(np.float32)
LIKELIHOODS = [
    Bernoulli(EVENT_SHAPE),
    BetaBinomial(EVENT_SHAPE, levels=4),
    Categorical(EVENT_SHAPE, num_classes=3),
    ContinuousBernoulli(EVENT_SHAPE),
    DiscretizedLogistic(EVENT_SHAPE, levels=4),
    Normal(EVENT_SHAPE, 0.3),
    Normal(EVENT_SHAPE, "predicted"),
]

each_likelihood = pytest.mark.parametrize("likelihood", LIKELIHOODS, ids=lambda part: type(part).__name__)


def parameters(likelihood, num_samples=2, spread=2.0) -> dict:
    """Random parameters `(5, num_samples, *EVENT_SHAPE)` of a likelihood, with an axis of values where it has one."""
    values = likelihood.values_per_parameter
    shape = (5, num_samples, *EVENT_SHAPE, *((values,) if values > 1 else ()))
    params = {name: (spread * RNG.normal(size=shape)).astype(np.float32) for name in likelihood.parameter_names}
    if isinstance(likelihood, Normal) and "log_scale" in params:
        params["log_scale"] = np.maximum(params["log_scale"], np.log(np.float32(likelihood.min_scale)))
    return params


def scipys(likelihood, params, i) -> np.ndarray:
    """log p of the observed elements of the example i, by SciPy, for each sample."""
    seen = ~MISSING[i]
    params = {name: value[i][:, seen].astype(np.float64) for name, value in params.items()}
    if isinstance(likelihood, Bernoulli):
        return stats.bernoulli.logpmf(X[i][seen], 1 / (1 + np.exp(-params["logits"]))).sum(axis=-1)
    if isinstance(likelihood, BetaBinomial):
        alpha, beta = np.exp(params["log_alpha"]), np.exp(params["log_beta"])
        return stats.betabinom.logpmf(X[i][seen], likelihood.levels - 1, alpha, beta).sum(axis=-1)
    return stats.norm.logpdf(X[i][seen], params["mean"], np.exp(params["log_scale"])).sum(axis=-1)


@pytest.mark.parametrize(
    "likelihood", [Bernoulli(EVENT_SHAPE), BetaBinomial(EVENT_SHAPE, levels=4), Normal(EVENT_SHAPE, "predicted")]
)
def test_log_prob_is_the_sum_over_what_was_observed(likelihood):
    params = parameters(likelihood)
    expected = np.stack([scipys(likelihood, params, i) for i in range(len(X))])
    np.testing.assert_allclose(Masked(likelihood).log_prob(params, HOLED), expected, rtol=1e-5)


@each_likelihood
def test_each_likelihood_counts_nothing_where_an_element_is_missing_and_all_as_ever_elsewhere(likelihood):
    params, masked = parameters(likelihood), Masked(likelihood)
    elements = np.asarray(likelihood.element_log_prob(params, likelihood.aligned(params, X)))
    missing = np.broadcast_to(MISSING[:, None], elements.shape)
    found = np.asarray(masked.element_log_prob(params, masked.aligned(params, HOLED)))
    np.testing.assert_array_equal(found, np.where(missing, 0.0, elements))
    np.testing.assert_array_equal(masked.log_prob(params, X), likelihood.log_prob(params, X))


@each_likelihood
@pytest.mark.parametrize("spread", [1.0, 60.0])
def test_the_gradient_is_exactly_zero_where_an_element_is_missing_and_never_nan(likelihood, spread):
    params = {name: tf.constant(value) for name, value in parameters(likelihood, spread=spread).items()}
    names, gradients = list(params), []
    for part, x in ((Masked(likelihood), HOLED), (likelihood, X)):
        with tf.GradientTape() as tape:
            tape.watch(params)
            value = part.log_prob(params, x)
        gradients.append(tape.gradient(value, params))
    for name in names:
        missing = MISSING[:, None].reshape(5, 1, *EVENT_SHAPE, *(1,) * (len(params[name].shape) - 5))
        expected = np.where(missing, 0.0, gradients[1][name])
        np.testing.assert_array_equal(gradients[0][name], expected)
        assert np.isfinite(expected).all() or spread > 1


@each_likelihood
def test_mean_samples_and_parameters_are_those_of_the_wrapped_likelihood(likelihood):
    params, masked = parameters(likelihood), Masked(likelihood)
    np.testing.assert_array_equal(masked.mean(params), likelihood.mean(params))
    np.testing.assert_array_equal(masked.sample(params, 3), likelihood.sample(params, 3))
    features = RNG.normal(size=(2, 6)).astype(np.float32)
    for name, value in masked(features).items():
        np.testing.assert_array_equal(value, likelihood(features)[name])


def test_the_encoder_sees_zero_after_rescaling():
    # Levels 0, 1, 2 are -1, 0, 1 to the encoder.
    x = np.array([[0.0, 1.0, 2.0, np.nan]])
    np.testing.assert_allclose(Masked(Categorical((4,), 3)).rescaled(x), [[-1.0, 0.0, 1.0, 0.0]])
    np.testing.assert_allclose(Masked(Normal((4,))).rescaled(x), [[0.0, 1.0, 2.0, 0.0]])


def test_the_optimal_scale_is_that_of_the_observed_errors():
    likelihood = Normal(EVENT_SHAPE, "optimal")
    masked = Masked(likelihood)
    masked(np.zeros((5, 6), np.float32))
    mean = RNG.normal(size=(5, 2, *EVENT_SHAPE)).astype(np.float32)
    weights = np.array([1, 0, 3, 0.5, 2])
    squared = (X[:, None] - mean).astype(np.float64) ** 2
    counted = np.broadcast_to(~MISSING[:, None] * weights[:, None, None, None, None], squared.shape)
    variance = np.average(squared, weights=counted)
    params = masked.fitted({"mean": mean, "log_scale": np.zeros((5, 2, 1, 1, 1), np.float32)}, HOLED, weights)
    np.testing.assert_allclose(np.exp(2 * params["log_scale"]), np.full((5, 2, 1, 1, 1), variance), rtol=1e-5)
    np.testing.assert_allclose(likelihood.running_variance, variance, rtol=1e-5)
    # A batch counts by what was observed of it.
    np.testing.assert_allclose(likelihood.total_weight, counted.mean(), rtol=1e-5)


def test_what_else_is_left_out_of_a_fit_counts_as_missing():
    seen = np.random.default_rng(2).random(X.shape) < 0.5
    params = {
        "mean": RNG.normal(size=(5, 2, *EVENT_SHAPE)).astype(np.float32),
        "log_scale": np.zeros((5, 2, 1, 1, 1), np.float32),
    }
    found = []
    for x, observed in ((np.where(seen, HOLED, np.nan).astype(np.float32), None), (HOLED, seen)):
        masked = Masked(Normal(EVENT_SHAPE, "optimal"))
        masked(np.zeros((5, 6), np.float32))
        found.append(masked.fitted(params, x, observed=observed)["log_scale"])
    np.testing.assert_array_equal(*found)


def test_the_elbo_is_that_of_what_was_observed():
    vae = small_vae(Masked(Bernoulli(EVENT_SHAPE)))
    without_noise(vae)
    posterior = {name: np.asarray(v, np.float64) for name, v in vae.encoder(np.nan_to_num(HOLED)).items()}
    variance = np.exp(posterior["log_variance"])
    kl = 0.5 * np.sum(posterior["mean"] ** 2 + variance - 1 - posterior["log_variance"], axis=1)
    probability = vae.decode(posterior["mean"]).astype(np.float64)
    log_p = np.where(MISSING, 0, stats.bernoulli.logpmf(X, probability)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(vae.elbo(HOLED), log_p - kl, rtol=1e-5)
    np.testing.assert_allclose(vae.score(HOLED), kl - log_p, rtol=1e-5)
    vae.compile()
    figures = vae.evaluate(HOLED, verbose=0, return_dict=True)
    np.testing.assert_allclose(figures["negative_elbo"], np.mean(kl - log_p), rtol=1e-5)
    np.testing.assert_allclose(
        vae.squared_error(HOLED), [np.mean((X - probability)[i][~MISSING[i]] ** 2) for i in range(5)], rtol=1e-5
    )


def test_log_likelihood_is_that_of_what_was_observed():
    vae = small_vae(Masked(Bernoulli(EVENT_SHAPE)))
    # A decoder that does not look at the code: log p(x) is the sum over its elements.
    kernel, bias = vae.decoder.likelihood.get_weights()
    vae.decoder.likelihood.set_weights([np.zeros_like(kernel), RNG.normal(size=bias.shape)])
    probability = vae.decode(np.zeros((1, 2)))[0].astype(np.float64)
    expected = np.where(MISSING, 0, stats.bernoulli.logpmf(X, probability)).sum(axis=(1, 2, 3))
    # The weights are p(z) / q(z|x) alone, of mean 1.
    found = evaluation.log_likelihood(vae, HOLED, num_samples=20_000, seed=0)
    np.testing.assert_allclose(found.per_example, expected, atol=5 * np.max(found.sampling_error))
    assert np.max(found.sampling_error) < 0.05


@pytest.mark.parametrize("make", [small_vae, small_autoencoder])
def test_what_is_missing_teaches_nothing(make):
    """A step on data with holes moves the weights as a step on any filled data with those errors left out does."""
    model = make(Masked(Bernoulli(EVENT_SHAPE)))
    model.compile(keras.optimizers.SGD(0.1))
    start = model.get_weights()
    model.train_on_batch(HOLED)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    # The bias of the logits of an element that nobody has seen stays where it was.
    never = HOLED.copy()
    never[:, 0] = np.nan
    model.set_weights(start)
    model.train_on_batch(never)
    moved = np.asarray(model.decoder.likelihood.likelihood.projection.bias) - start[-1]
    assert np.all(moved[:3] == 0)
    assert np.all(moved[3:] != 0)


def test_a_model_with_missing_values_trains_from_datasets_is_saved_loaded_and_exported(tmp_path):
    vae = small_vae(Masked(Normal(EVENT_SHAPE, "optimal")))
    vae.compile(keras.optimizers.SGD(0.01))
    x = np.repeat(HOLED, 8, axis=0)
    history = vae.fit(tf.data.Dataset.from_tensor_slices(x).batch(10), epochs=3, verbose=0, validation_data=x)
    assert np.isfinite([*history.history["loss"], *history.history["val_loss"]]).all()
    vae.save(tmp_path / "vae.keras")
    again = load_model(tmp_path / "vae.keras")
    np.testing.assert_array_equal(vae.reconstruct(HOLED), again.reconstruct(HOLED))
    np.testing.assert_array_equal(vae.elbo(HOLED, seed=0), again.elbo(HOLED, seed=0))
    vae.export(tmp_path / "exported")
    served = tf.saved_model.load(tmp_path / "exported")
    np.testing.assert_allclose(served.reconstruct(HOLED), vae.reconstruct(HOLED), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(served.score(HOLED), vae.score(HOLED), rtol=1e-4)


@pytest.mark.parametrize("method", ["encode", "reconstruct", "elbo", "predict", "evaluate", "fit"])
def test_nan_is_an_error_without_it_and_infinity_and_nothing_at_all_are_with_it(method):
    plain, masked = small_vae(), small_vae(Masked(Bernoulli(EVENT_SHAPE)))
    for model in (plain, masked):
        model.compile()
    with pytest.raises(ValueError, match=r"Received: nan at index.*likelihoods\.Masked"):
        getattr(plain, method)(HOLED)
    infinite, empty = HOLED.copy(), HOLED.copy()
    infinite[2, 1, 0, 0], empty[3] = np.inf, np.nan
    with pytest.raises(ValueError, match=r"Received: inf at index \(2, 1, 0, 0\)"):
        getattr(masked, method)(infinite)
    with pytest.raises(ValueError, match="of the example at index 3 is NaN"):
        getattr(masked, method)(empty)


def test_an_example_of_nothing_is_found_in_a_later_batch_of_a_dataset():
    vae = small_vae(Masked(Bernoulli(EVENT_SHAPE)))
    vae.compile()
    empty = np.concatenate([HOLED, HOLED])
    empty[len(HOLED) + 1] = np.nan
    with pytest.raises(ValueError, match="of the example at index 1 of batch 1 is NaN"):
        vae.fit(tf.data.Dataset.from_tensor_slices(empty).batch(len(HOLED)), verbose=0)


def test_whole_numbers_as_they_are_stored_are_taken_too():
    vae = small_vae(Masked(BetaBinomial(EVENT_SHAPE, levels=4)))
    x = X.astype(np.uint8)
    for figure in (vae.reconstruct, vae.elbo, lambda data: evaluation.mean_squared_error(vae, data)):
        options = {"seed": 0} if figure == vae.elbo else {}
        np.testing.assert_allclose(figure(x, **options), figure(X, **options), rtol=1e-6)
    vae.compile()
    assert np.isfinite(vae.fit(tf.data.Dataset.from_tensor_slices(x).batch(2), verbose=0).history["loss"]).all()


def test_inputs_with_holes_may_have_whole_targets():
    vae = small_vae(Masked(Bernoulli(EVENT_SHAPE)))
    vae.compile(run_eagerly=True)
    assert np.isfinite(vae.fit(HOLED, X, verbose=0).history["loss"]).all()
    pairs = tf.data.Dataset.from_tensor_slices((HOLED, X)).batch(2)
    assert np.isfinite(vae.fit(pairs, verbose=0).history["loss"]).all()


def test_what_is_observed_is_cautioned_of_as_ever():
    assert Masked(Bernoulli(EVENT_SHAPE)).caution(HOLED) is None
    assert "values between 0 and 1" in Masked(Bernoulli(EVENT_SHAPE)).caution(HOLED / 2)
    assert "mean 1e+03" in Masked(Normal((2,))).caution(np.array([[1e3, np.nan]]))
    # Columns have units of their own, so that it matters in which one something is missing.
    table = np.array([[1e3, np.nan], [np.nan, 0.5], [1e3, 0.25]])
    assert "mean 500 and standard deviation 500" in Masked(Tabular((2,))).caution(table)
    adapted = Masked(Tabular((2,)))
    adapted.adapt(table)
    assert adapted.caution(table) is None


class Positive(Likelihood):
    """Numbers above zero."""

    domain = "numbers above 0"

    def in_domain(self, x):
        return x > 0


class Joint(Bernoulli):
    """Elements that hang together."""

    def log_prob(self, params, x):
        return super().log_prob(params, x)


def test_a_likelihood_that_cannot_be_masked_is_refused():
    for other in ("bernoulli", Masked(Bernoulli((3,))), None):
        with pytest.raises(ValueError, match="must be a likelihood that is not already masked"):
            Masked(other)
    with pytest.raises(ValueError, match=r"must allow 0.*Positive takes numbers above 0"):
        Masked(Positive((3,)))
    with pytest.raises(ValueError, match=r"must have independent elements.*Joint"):
        Masked(Joint((3,)))


def test_how_data_come_is_as_the_wrapped_likelihood_says():
    for likelihood, expected in (
        (Bernoulli((2,)), ("binary", None, True)),
        (BetaBinomial((2,), 17), ("integers", 17, True)),
        (Tabular((2,)), ("real", None, False)),
    ):
        masked = Masked(likelihood)
        assert (masked.data_form, masked.levels, masked.has_one_domain) == expected
