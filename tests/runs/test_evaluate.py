import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats

from keras_vae import VAE, Encoder, conditions, evaluation, likelihoods, priors, runs
from keras_vae.datasets.binarize import binarize_once
from keras_vae.datasets.digits import load_digits
from keras_vae.runs.report_findings import examine

from .. import seeds
from ..tiny_models import EVENT_SHAPE, conditional_vae, tiny_autoencoder, tiny_vae
from ..whole_code import whole

pytestmark = pytest.mark.usefixtures("eagerly")


def without_noise(vae):
    """Makes the posterior's variance exp(-30): its draws are its mean, and figures have closed forms."""
    kernel, bias = vae.encoder.posterior.projection.get_weights()
    kernel[:, vae.latent_dim :], bias[vae.latent_dim :] = 0.0, -30.0
    vae.encoder.posterior.projection.set_weights([kernel, bias])
    return vae


def kl_terms(vae, x) -> np.ndarray:
    mean = vae.encode(x).astype(np.float64)
    return 0.5 * (mean**2 + np.exp(-30.0) - 1 + 30.0)


def summed(log_prob) -> np.ndarray:
    return np.sum(log_prob, axis=(1, 2, 3))


def static_digits(split="test") -> np.ndarray:
    digits = load_digits(split)
    return binarize_once(digits.pixels, digits.levels, 0).astype(np.float32)


@pytest.mark.parametrize(("split", "count"), [("test", 297), ("train", 1500)])
def test_binary_data_against_closed_forms(split, count):
    vae, x = without_noise(tiny_vae()), static_digits(split)
    mean = vae.reconstruct(x).astype(np.float64)
    reconstruction = -summed(scipy.stats.bernoulli.logpmf(x.astype(int), mean)).mean()
    kl_per_latent = kl_terms(vae, x).mean(axis=0)
    kl = kl_per_latent.sum()
    expected = {"num_examples": count, "reconstruction": reconstruction, "kl": kl}
    expected["negative_elbo"] = reconstruction + kl
    expected["bits_per_dim"] = (reconstruction + kl) / (64 * np.log(2))
    expected["mean_squared_error"] = np.mean((x - mean) ** 2)
    expected["active_units"] = int(np.sum(np.var(vae.encode(x), axis=0) > 0.01))
    expected |= {"kl_per_latent_min": kl_per_latent.min(), "kl_per_latent_max": kl_per_latent.max()}
    # Without noise, a code tells which of the different images it is of.
    _, counts = np.unique(x, axis=0, return_counts=True)
    expected["mutual_information"] = np.log(count) - np.sum(counts * np.log(counts)) / count
    expected["marginal_kl"] = kl - expected["mutual_information"]
    assert runs.evaluate(vae, "digits", split=split) == pytest.approx(expected, rel=1e-5)


def test_without_a_closed_form_no_latent_has_a_divergence_of_its_own():
    vae = tiny_vae()
    mixed = VAE(vae.encoder, vae.decoder, prior=priors.MixtureOfNormals(2, 3))
    mixed.build((None, *EVENT_SHAPE))
    figures = runs.evaluate(mixed, "digits")
    assert "kl_per_latent_min" not in figures
    assert figures["mutual_information"] + figures["marginal_kl"] == pytest.approx(figures["kl"], rel=0.3)


def test_a_divergence_of_the_whole_code_is_in_no_figure_of_a_latent():
    tiny = tiny_vae()
    vae = VAE(Encoder(tiny.encoder.network, whole(2)), tiny.decoder)
    vae.build((None, *EVENT_SHAPE))
    figures = runs.evaluate(vae, "digits")
    assert "kl_per_latent_min" not in figures
    # The rate is exact, and its parts add up to it.
    assert figures["mutual_information"] + figures["marginal_kl"] == pytest.approx(figures["kl"], rel=1e-5)
    findings = examine(vae, {"settings": {"dataset": "digits"}, "test": figures}, "digits")
    assert findings.kl is None


def test_grey_values_are_not_binarised():
    vae = without_noise(tiny_vae(likelihood=likelihoods.Normal(EVENT_SHAPE, scale=0.5)))
    x = (load_digits("test").pixels / 16).astype(np.float32)
    reconstruction = -summed(scipy.stats.norm.logpdf(x, vae.reconstruct(x), 0.5)).mean()
    assert runs.evaluate(vae, "digits")["reconstruction"] == pytest.approx(reconstruction, rel=1e-5)


@pytest.mark.parametrize("likelihood", [likelihoods.Bernoulli(EVENT_SHAPE), likelihoods.BetaBinomial(EVENT_SHAPE, 17)])
def test_a_masked_likelihood_is_measured_on_the_data_of_the_one_it_wraps(likelihood):
    seeds.set_all(0)
    plain = without_noise(tiny_vae(likelihood=likelihood))
    masked = tiny_vae(likelihood=likelihoods.Masked(type(likelihood).from_config(likelihood.get_config())))
    masked.set_weights(plain.get_weights())
    found, expected = runs.evaluate(masked, "digits"), runs.evaluate(plain, "digits")
    assert found.keys() == expected.keys()
    assert found["reconstruction"] == pytest.approx(expected["reconstruction"], rel=1e-5)
    assert found["bits_per_dim"] == pytest.approx(expected["bits_per_dim"], rel=1e-5)


def test_the_likelihood_is_that_of_the_evaluation_on_every_example():
    vae = tiny_vae()
    figures = runs.evaluate(vae, "digits", num_samples=20)
    estimate = evaluation.log_likelihood(vae, static_digits(), num_samples=20, batch_size=250, seed=0)
    assert figures["negative_log_likelihood"] == pytest.approx(-estimate.mean, rel=1e-6)
    assert figures["standard_error"] == pytest.approx(estimate.standard_error, rel=1e-5)
    assert figures["median_effective_sample_size"] == pytest.approx(np.median(estimate.effective_sample_size), rel=1e-3)
    assert figures["num_samples"] == 20
    assert figures["negative_log_likelihood"] < figures["negative_elbo"]


def test_densities_have_no_bits():
    assert "bits_per_dim" not in runs.evaluate(tiny_vae(likelihood=likelihoods.Normal(EVENT_SHAPE)), "digits")


def test_an_autoencoder_has_no_likelihood():
    with pytest.raises(ValueError, match=r"log p\(x\) cannot be estimated"):
        # Before any data is looked at.
        runs.evaluate(tiny_autoencoder(), "no dataset", num_samples=5)


def test_beta_has_no_part_in_the_figures():
    vae = without_noise(tiny_vae())
    figures = runs.evaluate(vae, "digits")
    vae.beta = 7.0
    assert runs.evaluate(vae, "digits") == pytest.approx(figures, rel=1e-6)


def test_an_autoencoder_has_no_kl():
    model, x = tiny_autoencoder(), static_digits()
    logits = scipy.special.logit(model.reconstruct(x).astype(np.float64))
    reconstruction = summed(np.logaddexp(0, logits) - x * logits).mean()
    error = np.mean((x - model.reconstruct(x)) ** 2)
    expected = {"num_examples": 297, "reconstruction": reconstruction, "mean_squared_error": error}
    assert runs.evaluate(model, "digits") == pytest.approx(expected, rel=1e-5)


def test_compilation_is_kept():
    vae = tiny_vae()
    vae.compile("sgd")
    runs.evaluate(vae, "digits")
    assert isinstance(vae.optimizer, keras.optimizers.SGD)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dataset": "digit"}, "There is no dataset 'digit'"),
        ({"dataset": "digits", "split": "dev"}, "'train' and 'test'. Received: split='dev'"),
    ],
)
def test_unknown_data(arguments, message):
    with pytest.raises(ValueError, match=message):
        runs.evaluate(tiny_vae(), **arguments)


def test_images_that_do_not_fit_the_model():
    vae = VAE.for_shape((5, 5, 1), 2)
    with pytest.raises(ValueError, match=r"\(batch, 5, 5, 1\).*\(250, 8, 8, 1\)"):
        runs.evaluate(vae, "digits")


def test_a_prior_under_a_condition_has_no_parts_of_the_kl():
    vae = conditional_vae(conditions.Labels(10), priors.ConditionalNormal(2))
    figures = runs.evaluate(vae, "digits")
    assert figures["condition"] == "Labels(10)"
    assert "marginal_kl" not in figures
    examples = {"x": static_digits(), "condition": load_digits("test").labels}
    assert figures["mean_squared_error"] == pytest.approx(evaluation.mean_squared_error(vae, examples), rel=1e-5)
    assert figures["kl_per_latent_max"] == pytest.approx(evaluation.kl_per_latent(vae, examples).max(), rel=1e-5)
