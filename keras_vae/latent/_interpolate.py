"""Ways from one code to another."""

import numpy as np

from keras_vae.ops.checks import checked_name, checked_size

METHODS = ("linear", "spherical")
# Directions whose sum is shorter than this are opposite: what is left of it is the rounding of float32 codes.
OPPOSITE = 1e-6


def interpolate(start, end, num_points: int = 9, method: str = "spherical") -> np.ndarray:
    """Codes at equal steps between two codes, or between the codes of two batches pair by pair, both ends included.

    `"linear"` goes straight. In many dimensions, nearly all draws from a standard normal prior are about
    sqrt(latent_dim) from 0, and the straight line between two of them passes where the decoder has seen no code.
    `"spherical"` turns the direction along the great circle, by the same angle at each step, while the length goes
    linearly from one code's to the other's. Between codes of the same direction, or from 0, which has none, the line is
    straight either way.

    ```python
    codes = keras_vae.latent.interpolate(*vae.encode(images[:2]))
    pictures = vae.decode(codes)  # (9, 8, 8, 1)
    ```

    Source: Shoemake 1985, "Animating Rotation with Quaternion Curves", section 3.3, Slerp, for the directions.

    Args:
        start: `(latent_dim,)` or `(batch, latent_dim)`.
        end: The same shape.
        num_points: How many codes, at least 2.
        method: `"linear"` or `"spherical"`.

    Returns:
        Array `(num_points, latent_dim)` or `(batch, num_points, latent_dim)`: float32 for codes of float32.

    Raises:
        ValueError: If the codes differ in shape or are not finite, an argument is none of these, or the method is
            spherical and the codes point in opposite directions: no great circle between them is the shortest.
    """
    start, end = _checked_code(start, "start"), _checked_code(end, "end")
    if start.shape != end.shape:
        raise ValueError(f"`start` and `end` must have the same shape. Received: {start.shape} and {end.shape}.")
    shares = np.linspace(0.0, 1.0, checked_size(num_points, "num_points", minimum=2))[:, np.newaxis]
    ends = (array.astype(np.float64)[..., np.newaxis, :] for array in (start, end))
    way = {"linear": _linear, "spherical": _spherical}[checked_name(method, METHODS, "method")]
    return way(*ends, shares).astype(np.result_type(start, end, np.float32))


def _linear(start, end, shares):
    return (1.0 - shares) * start + shares * end


def _spherical(start, end, shares):
    lengths = [np.linalg.norm(code, axis=-1, keepdims=True) for code in (start, end)]
    first, last = (_direction(code, length) for code, length in zip((start, end), lengths, strict=True))
    # The way from 0 has the direction of its other end.
    first, last = np.where(lengths[0] > 0, first, last), np.where(lengths[1] > 0, last, first)
    together = np.linalg.norm(first + last, axis=-1, keepdims=True)
    _check_not_opposite(together, lengths)
    # By a quotient of chords the angle has all its digits, near 0 and near pi, where an arc cosine loses half of them.
    angle = 2.0 * np.arctan2(np.linalg.norm(last - first, axis=-1, keepdims=True), together)
    sine = np.where(angle > 0, np.sin(angle), 1.0)
    weights = [np.where(angle > 0, np.sin(share * angle) / sine, share) for share in (1.0 - shares, shares)]
    return (weights[0] * first + weights[1] * last) * _linear(*lengths, shares)


def _direction(code, length):
    return code / np.where(length > 0, length, 1.0)


def _check_not_opposite(together, lengths):
    opposite = (together < OPPOSITE) & (lengths[0] > 0) & (lengths[1] > 0)
    if opposite.any():
        where = "" if opposite.ndim == 2 else f" Received: such a pair at index {int(np.argwhere(opposite)[0][0])}."
        raise ValueError(
            f"`start` and `end` point in opposite directions: no great circle between them is the shortest.{where} Use "
            "method='linear', or go through a third code."
        )


def _checked_code(code, name) -> np.ndarray:
    array = np.asarray(code)
    if array.ndim not in (1, 2) or 0 in array.shape[-1:] or array.dtype.kind not in "iuf":
        raise ValueError(
            f"`{name}` must be codes of shape (latent_dim,) or (batch, latent_dim). Received shape {array.shape} and "
            f"dtype {array.dtype}."
        )
    if not np.all(np.isfinite(array)):
        raise ValueError(f"`{name}` must hold finite numbers.")
    return array
