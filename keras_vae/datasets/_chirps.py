"""Signals that need no file: chirps and noise."""

import numpy as np

from keras_vae.ops.checks import checked_number, checked_seed, checked_size

# Periods in the whole signal, at its beginning and at its end.
SLOWEST, FASTEST = 1.0, 10.0
QUIETEST, LOUDEST = 0.5, 1.0


def chirps(num_examples: int, length: int = 128, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    """Chirps: tones whose frequency rises or falls evenly, each with added white noise.

    x(t) = a sin(2 pi (p + f t + (g - f) t^2 / 2)) + noise * epsilon(t), t from 0 to 1, where the amplitude a is uniform
    from 0.5 to 1, the phase p from 0 to 1, and the frequencies at both ends, f and g, from 1 to 10 periods.

    Args:
        num_examples: How many chirps, at least 1.
        length: Samples per chirp, at least 64, so that the fastest tones have six per period.
        noise: Standard deviation of the noise, at least 0.
        seed: Int from 0. The same seed gives the same tones whatever the noise, so a second call without noise gives
            the clean signals.

    Returns:
        Float32 array `(num_examples, length, 1)`.

    Raises:
        ValueError: If an argument is out of range.
    """
    num_examples = checked_size(num_examples, "num_examples")
    length, noise = checked_size(length, "length", 64), checked_number(noise, "noise", 0.0)
    tones, noises = np.random.default_rng(checked_seed(seed)).spawn(2)
    amplitude = tones.uniform(QUIETEST, LOUDEST, (num_examples, 1))
    phase = tones.uniform(0.0, 1.0, (num_examples, 1))
    first, last = tones.uniform(SLOWEST, FASTEST, (2, num_examples, 1))
    time = np.linspace(0.0, 1.0, length)
    periods = phase + first * time + (last - first) * time**2 / 2
    signals = amplitude * np.sin(2 * np.pi * periods) + noise * noises.standard_normal((num_examples, length))
    return signals[..., np.newaxis].astype(np.float32)
