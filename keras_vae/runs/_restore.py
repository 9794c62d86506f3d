"""Damaged examples and what a model makes of them, in a folder."""

import os

import numpy as np

from keras_vae import evaluation, restoration
from keras_vae.files.whole import whole_folder
from keras_vae.ops.checks import checked_free_path
from keras_vae.runs._damaged import damaged
from keras_vae.runs.conditional import check_unconditional
from keras_vae.runs.folder import checked_folder
from keras_vae.visualization import restoration_grid, save_png
from keras_vae.visualization.pictures import range_of
from keras_vae.visualization.value_range import value_range_of

MOST_ROWS = 16
WRITTEN = ("observed.npy", "restored.npy", "restorations.npy", "standard_deviation.npy", "restored.png")


def restore(
    model,
    source,
    output,
    corruption: str | None = None,
    mask=None,
    num_images: int | None = None,
    num_restorations: int = 8,
    data_dir: str | None = None,
    seed: int = 0,
    overwrite: bool = False,
    verbose: int = 1,
) -> dict:
    """Restores examples and writes them to a folder: by inference over the code for a VAE, in one pass otherwise.

    The folder then holds `observed.npy`, `restored.npy` (the mean) and `restored.png`; of a VAE also
    `restorations.npy` (draws) and `standard_deviation.npy`.

    Args:
        model: An `Autoencoder` or a `VAE`.
        source: A `.npy` file with an array `(n, *event_shape)`, NaN where it is missing; or a name for `datasets.load`.
        output: The folder to write.
        corruption: What damages a dataset, or what damaged a file, such as `"downsampling=2"`; see `runs.damaged`.
        mask: A `.npy` file with booleans, False where it is missing; or `None`.
        num_images: How many examples; `None` is all of a file, and 16 of a dataset.
        num_restorations: Restorations of each, by a VAE.
        data_dir: Where TFDS finds its data.
        seed: Int from 0: the same gives the same damage and the same restorations.
        overwrite: Whether files in the folder may be replaced.
        verbose: 1 shows a progress bar on a terminal, 0 does not.

    Returns:
        Dict of `num_examples` and `missing`, a share of the elements. Of a VAE also means over the examples of
        `starting_log_likelihood` and `log_likelihood` in nats and of the `acceptance_rate`. Where the original is known
        also the peak signal-to-noise ratio, `restored_psnr` and, if nothing is missing, `observed_psnr`, means over the
        examples in dB; and of a VAE the `coverage`, the share of what is missing that is in its 90 % interval.

    Raises:
        ValueError: If something is at `output`, or the examples do not fit the model.
    """
    check_unconditional(model, "keras-vae restore", "restoration.infer(vae, x, condition=...)")
    checked_free_path(checked_folder(output), overwrite)
    data = damaged(source, model, corruption, mask, num_images, data_dir, seed)
    if model.has_prior:
        arrays, figures = _by_inference(model, data, num_restorations, seed, verbose)
    else:
        arrays, figures = {"restored": _in_one_pass(model, data)}, {}
    figures = {
        "num_examples": len(data.observed),
        "missing": float(np.isnan(data.observed).mean()),
        **figures,
        **_quality(model, data, arrays["restored"]),
    }
    picture = _picture(model, data, arrays)
    with whole_folder(output, WRITTEN.__contains__) as folder:
        for name, array in (arrays | {"observed": data.observed}).items():
            if name != "pictures":
                np.save(os.path.join(folder, f"{name}.npy"), array)
        save_png(os.path.join(folder, "restored.png"), picture)
    return figures


def _by_inference(vae, data, num_restorations, seed, verbose):
    found = restoration.infer(
        vae,
        data.observed,
        corruption=data.corruption,
        num_restorations=num_restorations,
        seed=seed,
        verbose=verbose,
    )
    arrays = {"restored": found.mean, "pictures": found.pictures}
    arrays |= {"restorations": found.restorations, "standard_deviation": found.standard_deviation}
    names = ("starting_log_likelihood", "log_likelihood", "acceptance_rate")
    figures = {name: float(getattr(found, name).mean()) for name in names}
    missing = np.isnan(data.observed)
    if data.original is not None and missing.any():
        inside = (data.original >= found.lower) & (data.original <= found.upper)
        figures["coverage"] = float(inside[missing].mean())
    return arrays, figures


def _in_one_pass(model, data):
    if np.isnan(data.observed).any():
        return restoration.inpaint(model, data.observed)
    return model.reconstruct(data.observed)


def _quality(model, data, restored):
    """Peak signal-to-noise ratios, where the original is known."""
    if data.original is None:
        return {}
    low, high = value_range_of(model) or range_of(data.original)
    images = {"restored_psnr": restored}
    if not np.isnan(data.observed).any():
        images["observed_psnr"] = data.observed
    ratios = {
        name: evaluation.peak_signal_to_noise_ratio(image, data.original, high - low).mean()
        for name, image in images.items()
    }
    return {name: float(ratio) for name, ratio in ratios.items() if np.isfinite(ratio)}


def _picture(model, data, arrays):
    shown = slice(MOST_ROWS)
    several, deviation = arrays.get("pictures"), arrays.get("standard_deviation")
    values = data.observed if data.original is None else data.original
    return restoration_grid(
        data.observed[shown],
        arrays["restored"][shown],
        None if several is None else several[shown],
        None if deviation is None else deviation[shown],
        None if data.original is None else data.original[shown],
        value_range=value_range_of(model) or range_of(values),
    )
