"""Classical restoration, by scikit-image and SciPy: methods that know nothing of digits.

Each method is a function of one damaged image `(height, width)`, a mask of what was observed, the task and one setting,
and returns an image. `SETTINGS` holds the small grids out of which `restoration.py` chooses on training images.
"""

import numpy as np
from scipy import interpolate, ndimage
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, inpaint_biharmonic
from skimage.transform import resize

NON_LOCAL_MEANS = [
    {"h": h, "patch_size": patch, "patch_distance": 9, "fast_mode": False}
    for patch in (5, 7, 9)
    for h in (0.1, 0.15, 0.2, 0.25)
]


def bicubic(image, observed, task, setting):
    """Cubic interpolation: of the small image's pixels, or of those about a hole; of noise, of block means."""
    if not observed.all():
        known, wanted = np.argwhere(observed), np.argwhere(~observed)
        # Beyond the hull of what is known, at an edge, a cubic has no value.
        cubic, nearest = (interpolate.griddata(known, image[observed], wanted, way) for way in ("cubic", "nearest"))
        filled = image.copy()
        filled[~observed] = np.where(np.isnan(cubic), nearest, cubic)
        return filled
    factor = task.factor if task.factor > 1 else setting["factor"]
    small = image.reshape(image.shape[0] // factor, factor, -1, factor).mean(axis=(1, 3))
    return resize(small, image.shape, order=3, mode="symmetric", anti_aliasing=False)


def bicubic_with_means(image, observed, task, setting):
    """Cubic interpolation, moved to the nearest image whose block means are the small image's: as the model's are."""
    large = bicubic(image, observed, task, setting)
    blocks = (image - large).reshape(image.shape[0] // task.factor, task.factor, -1, task.factor).mean(axis=(1, 3))
    return large + np.kron(blocks, np.ones((task.factor, task.factor)))


def median_filter(image, observed, task, setting):
    """The median of the pixels around each."""
    return ndimage.median_filter(image, setting["size"])


def non_local_means(image, observed, task, setting):
    """The mean of pixels whose surroundings are alike (Buades, Coll and Morel 2005)."""
    return denoise_nl_means(image, sigma=task.noise, **setting)


def total_variation(image, observed, task, setting):
    """The image of little total variation that is near (Chambolle 2004)."""
    return denoise_tv_chambolle(image, **setting)


def biharmonic(image, observed, task, setting):
    """The smooth surface that continues what is about the hole (Damelin and Hoang 2018)."""
    return inpaint_biharmonic(image, ~observed)


METHODS = {
    "bicubic interpolation": bicubic,
    "bicubic, block means kept": bicubic_with_means,
    "median filter": median_filter,
    "non-local means": non_local_means,
    "total variation": total_variation,
    "biharmonic inpainting": biharmonic,
}
SETTINGS = {
    "bicubic interpolation": [{"factor": 2}, {"factor": 4}],
    "bicubic, block means kept": [{}],
    "median filter": [{"size": size} for size in (2, 3, 5, 7)],
    "non-local means": NON_LOCAL_MEANS,
    "total variation": [{"weight": weight} for weight in (0.02, 0.05, 0.1, 0.2, 0.3)],
    "biharmonic inpainting": [{}],
}


def settings_of(name, task) -> list[dict]:
    """The settings of a method that are tried for a task; none where it has nothing to do there."""
    if name == "biharmonic inpainting" and not task.has_hole:
        return []
    if name == "bicubic, block means kept" and task.factor == 1:
        return []
    chooses = name != "bicubic interpolation" or (task.factor == 1 and not task.has_hole)
    return SETTINGS[name] if chooses else [{}]


def restored(name, setting, damaged, observed, task) -> np.ndarray:
    """Restores images `(count, height, width, 1)` one by one; what was observed of a hole's surroundings is kept."""
    pairs = zip(damaged[..., 0].astype(np.float64), observed[..., 0], strict=True)
    images = np.stack([METHODS[name](image, mask, task, setting) for image, mask in pairs])[..., None]
    return np.where(observed, damaged, images) if task.has_hole else images
