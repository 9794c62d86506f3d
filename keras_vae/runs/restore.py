"""Damaged examples and what a model makes of them, in a folder."""

import os

import numpy as np

from keras_vae import evaluation, restoration
from keras_vae.models import VAE
from keras_vae.ops.checks import checked_free_path
from keras_vae.runs.damaged import damaged
from keras_vae.runs.folder import checked_folder
from keras_vae.visualization import restoration_grid, save_png
from keras_vae.visualization.pictures import range_of
from keras_vae.visualization.value_range import value_range_of

MOST_ROWS = 16


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
    `restorations.npy` and `standard_deviation.npy`.

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
        verbose: 1 shows a progress bar, 0 does not.

    Returns:
        Dict of `num_examples`, `missing` (a share of the elements); of a VAE means over the examples, in nats, of
        `starting_log_likelihood` and `log_likelihood`, and `acceptance_rate`; where the original is known, means over
        the examples in dB of `observed_psnr`, if nothing is missing, and `restored_psnr`, and of a VAE the `coverage` of
        the 90 % intervals, of what is missing.

    Raises:
        ValueError: If something is at `output`, or the examples do not fit the model.
    """
    checked_free_path(checked_folder(output), overwrite)
    data = damaged(source, model, corruption, mask, num_images, data_dir, seed)
    missing = np.isnan(data.observed)
    figures = {"num_examples": len(data.observed), "missing": float(missing.mean())}
    if isinstance(model, VAE):
        found = restoration.infer(
            model,
            data.observed,
            corruption=data.corruption,
            num_restorations=num_restorations,
            seed=seed,
            verbose=verbose,
        )
        restored, pictures, deviation = found.mean, found.pictures, found.standard_deviation
        arrays = {"restorations": found.restorations, "standard_deviation": deviation}
        for name in ("starting_log_likelihood", "log_likelihood", "acceptance_rate"):
            figures[name] = float(getattr(found, name).mean())
        if data.original is not None:
            inside = (data.original >= found.lower) & (data.original <= found.upper)
            figures["coverage"] = float(inside[missing if missing.any() else ...].mean())
    else:
        restored = _in_one_pass(model, data)
        pictures, deviation, arrays = restored[:, None], None, {}
    figures |= _quality(model, data, restored)
    _write(output, {"observed": data.observed, "restored": restored, **arrays})
    shown = slice(MOST_ROWS)
    picture = restoration_grid(
        data.observed[shown],
        pictures[shown],
        restored[shown],
        None if deviation is None else deviation[shown],
        None if data.original is None else data.original[shown],
        value_range=_range(model, data),
    )
    save_png(os.path.join(output, "restored.png"), picture, overwrite)
    return figures
