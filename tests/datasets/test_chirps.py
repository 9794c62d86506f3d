import numpy as np
import pytest
import scipy.signal

from keras_vae.datasets import chirps


def test_each_is_a_chirp_of_scipys():
    # What is drawn is drawn here again; what is made of it is SciPy's, whose chirps begin with a cosine.
    tones, _ = np.random.default_rng(3).spawn(2)
    amplitudes, phases, frequencies = tones.uniform(0.5, 1, 20), tones.uniform(0, 1, 20), tones.uniform(1, 10, (2, 20))
    time = np.linspace(0, 1, 200)
    drawn = zip(amplitudes, phases, *frequencies, strict=True)
    expected = [a * scipy.signal.chirp(time, f, 1, g, phi=360 * p - 90) for a, p, f, g in drawn]
    np.testing.assert_allclose(chirps(20, length=200, seed=3)[..., 0], expected, atol=1e-6)


def test_amplitudes_and_frequencies_fill_their_ranges():
    signals = chirps(2000, length=512, seed=1)[..., 0]
    peaks = np.abs(signals).max(axis=1)
    assert (peaks.min(), peaks.max()) == pytest.approx((0.5, 1.0), abs=0.02)
    # Two crossings of zero for each period; the mean frequency is that of both ends.
    crossings = np.sum(np.diff(np.signbit(signals), axis=1), axis=1)
    assert crossings.mean() / 2 == pytest.approx(5.5, abs=0.15)
    assert crossings.min() >= 2
    assert crossings.max() <= 20


def test_the_same_seed_has_the_same_tones_with_and_without_noise():
    clean, noisy = chirps(300, seed=5), chirps(300, noise=0.3, seed=5)
    noise = noisy - clean
    assert noise.std() == pytest.approx(0.3, rel=0.02)
    assert noise.mean() == pytest.approx(0, abs=0.01)
    # White: neighbours have nothing to do with each other, nor has the signal.
    assert np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1] == pytest.approx(0, abs=0.02)
    assert np.corrcoef(noise.ravel(), clean.ravel())[0, 1] == pytest.approx(0, abs=0.02)
    np.testing.assert_array_equal(noisy, chirps(300, noise=0.3, seed=5))
    assert not np.array_equal(clean, chirps(300, seed=6))


def test_shape_and_dtype():
    signals = chirps(3, length=100)
    assert (signals.shape, signals.dtype) == ((3, 100, 1), np.float32)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((0,), "num_examples"), ((1, 63), "length"), ((1, 64, -0.1), "noise"), ((1, 64, 0.0, -1), "seed")],
)
def test_what_is_out_of_range_is_refused(arguments, name):
    with pytest.raises(ValueError, match=f"`{name}` must be"):
        chirps(*arguments)
