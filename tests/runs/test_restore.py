import numpy as np
import pytest

from keras_vae import (
    Autoencoder,
    Decoder,
    Encoder,
    evaluation,
    likelihoods,
    networks,
    posteriors,
    restoration,
    runs,
)

from ..callbacks.pictures import png
from ..tiny_models import EVENT_SHAPE, tiny_autoencoder, tiny_vae


@pytest.fixture(scope="module")
def vae():
    return tiny_vae(likelihood=likelihoods.Normal(EVENT_SHAPE, scale=0.3))


def read(folder, name):
    return np.load(folder / f"{name}.npy")


def test_what_is_written_is_what_was_inferred(vae, tmp_path):
    folder = tmp_path / "new" / "restored"
    figures = runs.restore(
        vae, "digits", folder, "missing-block=4", num_images=6, num_restorations=3, seed=2, verbose=0
    )
    observed = read(folder, "observed")
    missing = np.isnan(observed)
    assert figures["missing"] == missing.mean() == 0.25
    found = restoration.infer(vae, observed, num_restorations=3, seed=2, verbose=0)
    np.testing.assert_array_equal(read(folder, "restored"), found.mean)
    np.testing.assert_array_equal(read(folder, "restorations"), found.restorations)
    np.testing.assert_array_equal(read(folder, "standard_deviation"), found.standard_deviation)
    original = runs.restore(vae, "digits", tmp_path / "2", "noise=0", num_images=6, num_restorations=1, verbose=0)
    assert original["num_examples"] == figures["num_examples"] == 6
    x = read(tmp_path / "2", "observed")
    inside = (x >= found.lower) & (x <= found.upper)
    assert figures["coverage"] == pytest.approx(inside[missing].mean())
    ratios = evaluation.peak_signal_to_noise_ratio(found.mean, x, 1.0)
    assert figures["restored_psnr"] == pytest.approx(ratios.mean())
    assert figures["log_likelihood"] == pytest.approx(found.log_likelihood.mean())
    assert figures["starting_log_likelihood"] == pytest.approx(found.starting_log_likelihood.mean())
    # Six rows; what was given, the mean, three draws, the original and the spread.
    assert png(folder / "restored.png").shape == (6 * 58 + 2 + 8 + 26, 7 * 58 + 2 + 16, 3)


def test_noise_is_known_to_the_inference(vae, tmp_path):
    figures = runs.restore(vae, "digits", tmp_path, "noise=0.4", num_images=2, num_restorations=1, seed=1, verbose=0)
    observed = read(tmp_path, "observed")
    found = restoration.infer(vae, observed, noise_scale=0.4, num_restorations=1, seed=1, verbose=0)
    np.testing.assert_array_equal(read(tmp_path, "restored"), found.mean)
    assert figures["observed_psnr"] == pytest.approx(-20 * np.log10(0.4), abs=0.8)
    assert "coverage" not in figures


def test_an_autoencoder_restores_in_one_pass(tmp_path):
    model = tiny_autoencoder()
    figures = runs.restore(model, "digits", tmp_path / "holes", "missing-pixels=0.2", num_images=3)
    observed = read(tmp_path / "holes", "observed")
    np.testing.assert_array_equal(read(tmp_path / "holes", "restored"), restoration.inpaint(model, observed))
    assert set(figures) == {"num_examples", "missing", "restored_psnr"}
    runs.restore(model, "digits", tmp_path / "small", "downsampling=2", num_images=3)
    observed = read(tmp_path / "small", "observed")
    np.testing.assert_array_equal(read(tmp_path / "small", "restored"), model.reconstruct(observed))
    assert sorted(path.name for path in (tmp_path / "small").iterdir()) == [
        "observed.npy",
        "restored.npy",
        "restored.png",
    ]


def test_the_peak_is_the_greatest_value_that_there_can_be(tmp_path):
    model = Autoencoder(
        Encoder(networks.dense([4]), posteriors.Deterministic(2)),
        Decoder(networks.dense([4]), likelihoods.BetaBinomial(EVENT_SHAPE, levels=101)),
    )
    model.build((None, *EVENT_SHAPE))
    figures = runs.restore(model, "digits", tmp_path, "noise=1", num_images=16, seed=1)
    # The digits go to 16, the model's data to 100.
    assert figures["observed_psnr"] == pytest.approx(20 * np.log10(100.0), abs=0.5)


def test_of_a_file_nobody_knows_the_original(tmp_path):
    x = np.zeros((2, *EVENT_SHAPE), np.float32)
    x[:, :4] = np.nan
    np.save(tmp_path / "x.npy", x)
    figures = runs.restore(tiny_autoencoder(), tmp_path / "x.npy", tmp_path / "restored")
    assert figures == {"num_examples": 2, "missing": 0.5}


def test_nothing_is_overwritten_unasked(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="already exists"):
        runs.restore(tiny_autoencoder(), "digits", tmp_path, "noise=1")
    runs.restore(tiny_autoencoder(), "digits", tmp_path, "noise=1", overwrite=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    with pytest.raises(ValueError, match=r"is a file\. Give a folder"):
        runs.restore(tiny_autoencoder(), "digits", tmp_path / "mine.txt", "noise=1", overwrite=True)
