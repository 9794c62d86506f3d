"""Real bytes: a model's `.kvz` files beside other compressors, what blocks cost, speed, memory, and codes with loss.

Of a saved model and the test split of a dataset; printed and written to `results/compression_NAME.json`:

- bytes and bits for each element as one block, and its negative ELBO, beside gzip, bz2, xz, PNG and WebP;
- bytes at other block sizes, and of the first 1, 10, 100, 1,000 ... images; the model's own bytes, and from how many
  images on the file and the model together are smaller than the best of the others;
- images a second each way, the better of two turns, and the resident memory at the end, in a process of its own for one
  and for several times the images;
- for grey and colour images, bits and PSNR of `quality`, beside JPEG, WebP and JPEG 2000; drawn too.

    keras-vae train --dataset mnist --latent-dim 50 --likelihood bernoulli --learning-rate 1e-3 --epochs 60
    python benchmarks/compressed_sizes.py runs/mnist/model.keras mnist
"""

import argparse
import io
import json
import math
import os
import pathlib
import time

import numpy as np
import reports
from fresh_process import in_fresh_process
from matplotlib.figure import Figure
from PIL import Image

from keras_vae import compression, load_model
from keras_vae.compression.baselines import baseline_sizes
from keras_vae.runs.data import held_out_data
from keras_vae.runs.environment import peak_memory

BLOCK_SIZES = (100, 300, 1000, 3000)
QUALITIES = (0.1, 0.2, 0.5, 1, 2, 5)
PICTURES = {
    "JPEG": [{"format": "JPEG", "quality": quality} for quality in (1, 5, 10, 20, 40, 70, 90)],
    "WebP": [{"format": "WEBP", "quality": quality} for quality in (0, 10, 30, 50, 70, 90)],
    "JPEG 2000": [
        {"format": "JPEG2000", "irreversible": True, "quality_mode": "dB", "quality_layers": [decibels]}
        for decibels in (15, 20, 25, 30, 35)
    ],
}
# Images of the rate-distortion curves.
CURVE_IMAGES = 1000


def main():
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a .keras file")
    parser.add_argument("dataset", help="a name for datasets.load")
    parser.add_argument("--images", type=int, help="so many images of the test split (default: all)")
    parser.add_argument("--name", help="of the results (default: the dataset and the likelihood)")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    vae = load_model(options.model)
    binary = vae.decoder.likelihood.data_form == "binary"
    x = test_images(vae, options.dataset)[: options.images]
    results = {"images": len(x), "event_shape": vae.event_shape}
    results["sizes"] = sizes(vae, x, binary)
    results["model_bytes"] = model_bytes(vae)
    results["by_block_size"] = {
        size: len(compression.compress(vae, x, block_size=size)) for size in BLOCK_SIZES if size < len(x)
    }
    results |= by_count(vae, x, binary, results["model_bytes"])
    results["speed"] = speed(vae, x)
    results["memory"] = {
        times * len(x): in_fresh_process(memory, options.model, options.dataset, options.images, times)
        for times in (1, 3)
    }
    if not binary:
        results["rate_distortion"] = rate_distortion(vae, x[:CURVE_IMAGES])
    print(json.dumps(results, indent=2))
    name = f"compression_{options.name or options.dataset + ('_binary' if binary else '_grey')}"
    reports.write(options.output / f"{name}.json", results)
    if not binary:
        draw(results["rate_distortion"], options.output / f"{name}.png")


def test_images(vae, dataset) -> np.ndarray:
    """The test split as the likelihood takes it, bytes."""
    batches = held_out_data(dataset, vae.decoder.likelihood.data_form, 500).as_numpy_iterator()
    return np.concatenate(list(batches)).astype(np.uint8)


def sizes(vae, x, binary) -> dict:
    """Bytes, and bits for each element, as one block and by other compressors."""
    found = {
        "kvz": len(compression.compress(vae, x, block_size=len(x))),
        "negative_elbo": -float(vae.elbo(x, seed=0).sum(dtype=np.float64)) / math.log(2) / 8,
        **baseline_sizes([x], binary),
    }
    return {name: {"bytes": size, "bits_per_dim": 8 * size / x.size} for name, size in found.items()}


def model_bytes(vae) -> int:
    """What the weights take, as float32: the optimizer is not needed to read a file."""
    return sum(weight.nbytes for weight in [*vae.encoder.get_weights(), *vae.decoder.get_weights()])


def by_count(vae, x, binary, model) -> dict:
    """Bytes of the first images, one block, and from how many on file and model together are the smallest."""
    counts = [10**power for power in range(9) if 10**power <= len(x)]
    rows = {}
    for count in counts:
        others = baseline_sizes([x[:count]], binary)
        best = min(others, key=others.get)
        rows[count] = {
            "kvz": len(compression.compress(vae, x[:count], block_size=count)),
            "best_other": best,
            "best_other_bytes": others[best],
        }
    last = rows[counts[-1]]
    saved = (last["best_other_bytes"] - last["kvz"]) / counts[-1]
    return {"by_count": rows, "pays_with_its_model_from": math.ceil(model / saved) if saved > 0 else None}


def speed(vae, x) -> dict[str, float]:
    """Images a second, each way, of whole calls; the better of two turns."""
    there, back = [], []
    for _ in range(2):
        start = time.perf_counter()
        blob = compression.compress(vae, x, block_size=len(x))
        middle = time.perf_counter()
        same = np.array_equal(compression.decompress(vae, blob), x)
        back.append(time.perf_counter() - middle)
        there.append(middle - start)
        if not same:
            raise ValueError("What came back is not what was compressed.")
    return {"compress": len(x) / min(there), "decompress": len(x) / min(back)}


def memory(model, dataset, images, times) -> int:
    """The largest resident memory, in bytes, of a process that compresses a stream of images and reads it again."""
    vae = load_model(model)
    x = test_images(vae, dataset)[:images]
    path = pathlib.Path(f"memory_{os.getpid()}.kvz")
    try:
        compression.compress_to_file(vae, iter([x] * times), path)
        with compression.Reader(vae, path) as reader:
            for _ in reader:
                pass
    finally:
        path.unlink(missing_ok=True)
    return peak_memory()


def rate_distortion(vae, x) -> dict[str, list[dict]]:
    """Bits for each element, headers and all, and PSNR in decibels."""
    peak = vae.decoder.likelihood.levels - 1
    curves = {"kvz": []}
    for quality in QUALITIES:
        blob = compression.compress(vae, x, quality=quality, block_size=len(x))
        curves["kvz"].append(point(quality, len(blob), x, compression.decompress(vae, blob), peak))
    if peak == 255 and x.shape[-1] in (1, 3):
        for name, settings in PICTURES.items():
            curves[name] = [picture_point(x, setting) for setting in settings]
    return curves


def point(setting, size, x, decoded, peak) -> dict:
    """One point of a curve."""
    error = float(np.mean((decoded.astype(np.float64) - x) ** 2))
    return {"setting": setting, "bits_per_dim": 8 * size / x.size, "psnr": 10 * math.log10(peak**2 / error)}


def picture_point(x, setting) -> dict:
    """One point of a picture format, each image a file of its own."""
    size, decoded = 0, []
    for image in x:
        file = io.BytesIO()
        Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(file, **setting)
        size += file.tell()
        pixels = Image.open(file).convert("L" if image.shape[-1] == 1 else "RGB")
        decoded.append(np.asarray(pixels).reshape(image.shape))
    number = setting.get("quality", setting.get("quality_layers"))
    return point(number, size, x, np.stack(decoded), 255)


def draw(curves, path):
    """The curves as a picture."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name, points in curves.items():
        style = {"color": "black", "linewidth": 2} if name == "kvz" else {}
        bits, psnr = ([point[key] for point in points] for key in ("bits_per_dim", "psnr"))
        axes.plot(bits, psnr, "o-", label=name, **style)
    axes.set(xscale="log", xlabel="bits for each element, all bytes counted", ylabel="PSNR in dB")
    axes.legend()
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main()
