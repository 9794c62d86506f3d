import numpy as np
import pytest

from keras_vae import datasets, likelihoods, load_model, runs
from keras_vae.datasets.binarize import binarize_once
from keras_vae.datasets.digits import load_digits
from keras_vae.runs.report_findings import examine

from ..tiny_models import EVENT_SHAPE, tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")

METRICS = {"settings": {"dataset": "digits"}, "test": {"kl": 1.0}}


def binary_digits() -> np.ndarray:
    digits = load_digits("test")
    return binarize_once(digits.pixels, digits.levels, 0).astype(np.float32)


def posterior_of(vae, x) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of q(z|x): float64 `(n, latent_dim)`."""
    params = vae.encoder(x)
    return np.asarray(params["mean"], np.float64), np.exp(np.asarray(params["log_variance"], np.float64))


@pytest.fixture(scope="module")
def found(run):
    folder, metrics = run
    vae = load_model(folder / "model.keras")
    return vae, metrics, examine(vae, metrics, "digits")


def test_codes_and_labels_are_of_the_test_images(found):
    vae, _, findings = found
    np.testing.assert_allclose(findings.codes, posterior_of(vae, binary_digits())[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(findings.labels, load_digits("test").labels)
    assert findings.dataset == "digits"


def test_divergences_of_the_latents_sum_to_that_of_the_run(found):
    """KL(N(m, v) || N(0, 1)) = (m^2 + v - 1 - log v) / 2."""
    vae, metrics, findings = found
    mean, variance = posterior_of(vae, binary_digits())
    expected = 0.5 * (mean**2 + variance - 1 - np.log(variance)).mean(axis=0)
    np.testing.assert_allclose(findings.kl, expected, rtol=1e-4)
    assert findings.kl.sum() == pytest.approx(metrics["test"]["kl"], rel=1e-4)


def test_active_latents_have_means_that_vary(found):
    vae, metrics, findings = found
    np.testing.assert_allclose(findings.variances, posterior_of(vae, binary_digits())[0].var(axis=0), rtol=1e-3)
    np.testing.assert_array_equal(findings.active, findings.variances > 0.01)
    assert findings.active.sum() == metrics["test"]["active_units"]


def test_a_latent_that_ignores_its_image_is_not_active():
    vae = tiny_vae(latent_dim=3)
    kernel, bias = vae.encoder.posterior.projection.get_weights()
    kernel[:, 1], bias[1] = 0.0, 0.5
    vae.encoder.posterior.projection.set_weights([kernel, bias])
    findings = examine(vae, METRICS, "digits")
    assert findings.variances[1] == pytest.approx(0.0, abs=1e-10)
    assert findings.active.tolist() == [True, False, True]


def test_pictures(found):
    vae, _, findings = found
    x = binary_digits()[:52]
    np.testing.assert_array_equal(findings.originals, x)
    np.testing.assert_allclose(findings.reconstructions, vae.reconstruct(x), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(findings.samples, vae.sample(104, seed=0, mean=True), rtol=1e-5, atol=1e-6)
    assert findings.value_range == (0.0, 1.0)


def test_error_over_all_test_images(found):
    vae, _, findings = found
    x = binary_digits()
    expected = np.mean((x.astype(np.float64) - vae.reconstruct(x)) ** 2)
    assert findings.mean_squared_error == pytest.approx(expected, rel=1e-5)


def test_figures_of_the_runs_own_dataset_are_those_that_it_wrote(found):
    _, metrics, findings = found
    assert findings.test == metrics["test"]


def test_figures_of_another_dataset_are_computed(run):
    folder, metrics = run
    other = {**metrics, "settings": {**metrics["settings"], "dataset": "mnist"}, "test": None}
    findings = examine(load_model(folder / "model.keras"), other, "digits")
    expected = runs.evaluate(load_model(folder / "model.keras"), "digits")
    assert findings.test["num_examples"] == 297
    assert findings.test["kl"] == pytest.approx(expected["kl"], rel=1e-5)
    # Codes are drawn.
    assert findings.test["reconstruction"] == pytest.approx(expected["reconstruction"], rel=0.05)


def test_whole_numbers_have_the_greys_of_the_models_levels():
    findings = examine(tiny_vae(likelihood=likelihoods.BetaBinomial(EVENT_SHAPE, levels=17)), METRICS, "digits")
    assert findings.value_range == (0.0, 16.0)
    np.testing.assert_array_equal(findings.originals, load_digits("test").pixels[:52])


def test_a_dataset_without_labels(monkeypatch):
    load = datasets.load

    def unlabelled(*args, with_labels=False, **kwargs):
        if with_labels:
            raise ValueError("The dataset has no labels.")
        return load(*args, **kwargs)

    monkeypatch.setattr(datasets, "load", unlabelled)
    vae = tiny_vae()
    findings = examine(vae, METRICS, "digits")
    assert findings.labels is None
    np.testing.assert_allclose(findings.codes, vae.encode(binary_digits()), rtol=1e-5, atol=1e-6)
    assert findings.kl.shape == (2,)


def test_unknown_data():
    with pytest.raises(ValueError, match="There is no dataset 'digit'"):
        examine(tiny_vae(), METRICS, "digit")
