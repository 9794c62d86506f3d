"""Bits for each element that well-known codecs take for the images that a model's bits are measured on.

What `bits_per_dim` of a run is to be held against. Each image is a file of its own, with the codec's header, in PNG and
in lossless WebP, both at their highest effort; LZMA takes all images in one piece. Printed and written to
`results/DATASET_codecs.json`.

    python benchmarks/image_codecs.py --dataset colour_digits
"""

import argparse
import io
import lzma
import pathlib

import numpy as np
import PIL
import reports
from PIL import Image

from keras_vae import datasets

BATCH_SIZE = 1000
CODECS = {
    "png": {"format": "PNG", "optimize": True},
    "webp_lossless": {"format": "WEBP", "lossless": True, "quality": 100, "method": 6},
}


def main():
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="colour_digits", help="images of one or three channels")
    parser.add_argument("--split", default="test")
    parser.add_argument("--data-dir", help="where TFDS finds or puts its data")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    batches = datasets.load(options.dataset, options.split, BATCH_SIZE, data_dir=options.data_dir, integers=True)
    images = np.concatenate(list(batches.as_numpy_iterator()))
    sizes = {name: sum(file_size(image, how) for image in images) for name, how in CODECS.items()}
    sizes["lzma"] = len(lzma.compress(images.tobytes(), preset=9 | lzma.PRESET_EXTREME))
    bits = {name: 8 * size / images.size for name, size in sizes.items()}
    print("\n".join(f"{name:<14}{value:6.3f} bits for each element" for name, value in bits.items()))
    settings = {"dataset": options.dataset, "split": options.split, "num_examples": len(images)}
    results = {**settings, "pillow": PIL.__version__, "bits_per_dim": bits}
    reports.write(options.output / f"{options.dataset}_codecs.json", results)


def file_size(image, how) -> int:
    """Bytes of one image `(height, width, channels)`, uint8, as a file."""
    file = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(file, **how)
    return file.tell()


if __name__ == "__main__":
    main()
