"""Small colour images that need no network."""

import numpy as np

from keras_vae.datasets.digits import WHITE, load_digits
from keras_vae.datasets.images import Images

SIDE, LEVELS, SEEDS = 32, 255, {"train": 0, "test": 1}
# How far a digit is turned (radians), enlarged (pixels for each of its own) and moved (pixels).
TURN, ENLARGEMENTS, MOVE = 0.25, (2.6, 3.4), 2.0
# Between which a channel of the background's corners and of the digit lies, as parts of white.
BACKGROUND, FOREGROUND = (0.0, 0.6), (0.4, 1.0)


def load_colour_digits(split: str) -> Images:
    """The digits of `load_digits` as 32x32 colour images: a task like CIFAR-10's, for where that cannot be had.

    Each digit is enlarged smoothly, turned and moved a little, and laid in a colour of its own over a background whose
    four corners have colours of their own. What is drawn for an image depends on the split and its place there alone:
    everyone has the same images, in the order of `load_digits` and with its labels. There is no noise: what cannot be
    predicted of a pixel is the rounding to whole numbers.

    Args:
        split: `"train"`, of 1,500 images, or `"test"`, of 297.

    Returns:
        `Images` with pixels of `(num_examples, 32, 32, 3)`.

    Raises:
        ValueError: If the split is another.
    """
    digits = load_digits(split)
    rng = np.random.default_rng(SEEDS[split])
    pixels = np.stack([_picture(grey[..., 0] / WHITE, rng) for grey in digits.pixels])
    return Images(pixels, LEVELS, digits.labels)


def _picture(grey, rng) -> np.ndarray:
    """A digit of `(8, 8)` in [0, 1] as uint8 `(32, 32, 3)`."""
    angle, enlargement = rng.uniform(-TURN, TURN), rng.uniform(*ENLARGEMENTS)
    opacity = _enlarged(grey, angle, enlargement, rng.uniform(-MOVE, MOVE, 2))[..., np.newaxis]
    corners, colour = rng.uniform(*BACKGROUND, (2, 2, 3)), rng.uniform(*FOREGROUND, 3)
    ramp = np.linspace(0.0, 1.0, SIDE)
    weights = np.stack([1.0 - ramp, ramp])
    background = np.einsum("iy,jx,ijc->yxc", weights, weights, corners)
    return np.rint(LEVELS * (background + opacity * (colour - background))).astype(np.uint8)


def _enlarged(grey, angle, enlargement, move) -> np.ndarray:
    """How much of each pixel a digit covers: `(32, 32)` in [0, 1], a cubic spline over the `(8, 8)` given."""
    centred = np.arange(SIDE) - (SIDE - 1) / 2
    y, x = np.meshgrid(centred - move[0], centred - move[1], indexing="ij")
    middle = (len(grey) - 1) / 2
    row = middle + (np.cos(angle) * y - np.sin(angle) * x) / enlargement
    column = middle + (np.sin(angle) * y + np.cos(angle) * x) / enlargement
    places = np.arange(len(grey))
    smooth = np.einsum("yxi,ij,yxj->yx", _spline(row[..., None] - places), grey, _spline(column[..., None] - places))
    # The spline blurs; a steeper edge is the digit's again.
    return smooth * smooth * (3.0 - 2.0 * smooth)


def _spline(distance) -> np.ndarray:
    """The cubic B-spline, which is smooth, not negative, and sums to 1 over whole steps."""
    distance = np.minimum(np.abs(distance), 2.0)
    near = 2.0 / 3.0 - distance**2 * (1.0 - distance / 2.0)
    return np.where(distance < 1.0, near, (2.0 - distance) ** 3 / 6.0)
