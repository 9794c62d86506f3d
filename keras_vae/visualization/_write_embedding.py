"""Codes for TensorBoard's projector."""

import os

import numpy as np

from keras_vae.files.whole import whole_file, write_text
from keras_vae.ops.checks import checked_free_path
from keras_vae.visualization._sprite import sprite
from keras_vae.visualization.labels import checked_labels, one_line
from keras_vae.visualization.pictures import as_pictures, checked_examples
from keras_vae.visualization.png import save_png

CODES, LABELS, SPRITE, CONFIG = "codes.tsv", "labels.tsv", "sprite.png", "projector_config.pbtxt"


def write_embedding(
    log_dir,
    codes,
    images=None,
    labels=None,
    value_range: tuple[float, float] | None = None,
    overwrite: bool = False,
) -> None:
    """Writes codes, pictures and labels where TensorBoard's projector finds them.

    Then `tensorboard --logdir log_dir`, tab "Projector". Files: `codes.tsv`, one code per line; `labels.tsv`, one label
    per line; `sprite.png`, all pictures in one; `projector_config.pbtxt`, which names them.

    Args:
        log_dir: The folder that TensorBoard is started with, or one of its runs.
        codes: `(n, latent_dim)`.
        images: `(n, *event_shape)`, shown instead of points; `None` shows points.
        labels: `(n,)` of numbers or texts, to colour and search by, with a dash for a blank text; or `None`.
        value_range: The values drawn as black and white; see `image_grid`.
        overwrite: Replace the files of an older embedding, and remove those that this one does not have.

    Raises:
        ValueError: Before anything is written, if the arguments are not equally long, there are too many images for
            one sprite, or one of the files is there already.
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.size == 0 or codes.dtype.kind not in "biuf" or not np.all(np.isfinite(codes)):
        raise ValueError(
            f"`codes` must be finite numbers of shape (n, latent_dim). Received shape {codes.shape} and dtype "
            f"{codes.dtype}."
        )
    labels = checked_labels(labels, len(codes))
    images = None if images is None else checked_examples(images)
    if images is not None and len(images) != len(codes):
        raise ValueError(f"There must be as many `images` as codes, {len(codes)}. Received: {len(images)}.")
    picture = None if images is None else sprite(images, value_range)
    names = [CODES, CONFIG] + [LABELS] * (labels is not None) + [SPRITE] * (images is not None)
    for name in names:
        checked_free_path(os.path.join(log_dir, name), overwrite)
    os.makedirs(log_dir, exist_ok=True)
    older = _named_by_older(log_dir)
    # Nine digits bring every float32 back.
    with whole_file(os.path.join(log_dir, CODES)) as name:
        np.savetxt(name, codes, fmt="%.9g", delimiter="\t")
    if labels is not None:
        write_text(os.path.join(log_dir, LABELS), "".join(f"{one_line(label)}\n" for label in labels))
    if picture is not None:
        save_png(os.path.join(log_dir, SPRITE), picture, overwrite)
    write_text(os.path.join(log_dir, CONFIG), _config(labels is not None, images))
    for name in older - set(names):
        os.remove(os.path.join(log_dir, name))


def _config(has_labels, images) -> str:
    lines = ["embeddings {", '  tensor_name: "codes"', f'  tensor_path: "{CODES}"']
    if has_labels:
        lines.append(f'  metadata_path: "{LABELS}"')
    if images is not None:
        height, width = as_pictures(images[:1], None).shape[1:3]
        lines += ["  sprite {", f'    image_path: "{SPRITE}"']
        lines += [f"    single_image_dim: {width}", f"    single_image_dim: {height}", "  }"]
    return "\n".join([*lines, "}", ""])


def _named_by_older(log_dir) -> set[str]:
    """The labels and pictures of an older embedding: those that its configuration names."""
    config = os.path.join(log_dir, CONFIG)
    if not os.path.isfile(config):
        return set()
    with open(config, encoding="utf-8") as file:
        named = file.read()
    return {name for name in (LABELS, SPRITE) if f'"{name}"' in named and os.path.isfile(os.path.join(log_dir, name))}
