"""What models are used for: restoring, detecting, compressing, features."""

from statistics import mean

from quoted.markdown import best_in_bold, results, table

RESTORATIONS = (
    "damaged image",
    "bicubic interpolation",
    "bicubic, block means kept",
    "median filter",
    "total variation",
    "non-local means",
    "biharmonic inpainting",
    "trained autoencoder",
)
DETECTORS = {
    "keras_vae": "**`AnomalyDetector`**",
    "nearest_neighbours": "5 nearest neighbours",
    "pyod_autoencoder": "PyOD's AutoEncoder",
    "pca_residual": "PCA residual",
    "one_class_svm": "one-class SVM",
    "isolation_forest": "isolation forest",
    "pyod_vae": "PyOD's VAE",
}
COMPRESSORS = {"kvz": "**this file**", "negative_elbo": "the model's negative ELBO"}
WITH_LOSS = (
    ("kvz", "`quality={}`", (0.1, 0.5, 1.0, 5.0)),
    ("WebP", "WebP at quality {}", (0, 50)),
    ("JPEG", "JPEG at quality {}", (10, 70)),
    ("JPEG 2000", "JPEG 2000 at {} dB", (25, 35)),
)


def restorations() -> str:
    """PSNR and SSIM of a trained autoencoder beside filters."""
    tasks = results("restoration")["tasks"]
    rows = []
    for method in RESTORATIONS:
        cells = [_psnr_and_ssim(rows_of.get(method)) for rows_of in tasks.values()]
        rows.append([f"**{method}**" if method == RESTORATIONS[-1] else method, *cells])
    return table(["PSNR in dB / SSIM", *tasks], rows)


def _psnr_and_ssim(row) -> str:
    return "" if row is None else f"{row['psnr']:.2f} / {row['ssim']:.3f}"


def interval_coverage() -> str:
    """How many of the hidden pixels lay in their 90 % intervals."""
    binary, normal, whole = (
        f"{row['coverage'] * 100:.1f} %" for row in results("restoration_intervals")["rows"].values()
    )
    return f"{whole} with a BetaBinomial and {normal} with a Normal of predicted scale; {binary} of binary pixels"


def interval_seconds() -> str:
    """How long restorations by inference took."""
    rows = results("restoration_intervals")["rows"]
    return f"{rows['Bernoulli']['seconds']:.0f} s, and {rows['BetaBinomial']['seconds']:.0f} s with a BetaBinomial"


def anomalies() -> str:
    """Detectors on four data sets."""
    found = results("anomaly")["rows"]
    aucs = {data: [found[data][method]["auc"] for method in DETECTORS] for data in found}
    cells = {data: [_auc_and_precision(found[data][method]) for method in DETECTORS] for data in found}
    rows = []
    for index, (method, label) in enumerate(DETECTORS.items()):
        of_data = [best_in_bold(cells[data], aucs[data], index) for data in found]
        seconds = sum(found[data][method]["seconds"] for data in found)
        rows.append([label, *of_data, f"{mean(aucs[data][index] for data in found):.3f}", f"{seconds:.1f}"])
    return table(["AUC / average precision", *found, "mean AUC", "seconds"], rows)


def _auc_and_precision(row) -> str:
    return f"{row['auc']:.3f} / {row['average_precision']:.3f}"


def auc_of_ones() -> str:
    """The AUC where MNIST's ones are the anomaly, the mean over seeds."""
    trials = results("anomaly")["rows"]["mnist"]["keras_vae"]["trials"]
    return f"{mean(trial['auc'] for trial in trials if trial['held_out'] == 1):.2f}"


def scoring_seconds() -> str:
    """How long 10,000 images take to score."""
    seconds = results("anomaly")["scoring_seconds"]
    return ", ".join(f"`{name}` {value:.1f} s" for name, value in seconds.items())


def compressed_sizes() -> str:
    """Bytes of MNIST's test images."""
    kinds = [results(f"compression_mnist_{kind}")["sizes"] for kind in ("binary", "grey")]
    rows = []
    for name in kinds[0]:
        cells = [cell for sizes in kinds for cell in _bytes_and_bits(sizes[name])]
        rows.append([COMPRESSORS.get(name, name), *cells])
    return table(["", "binarised: bytes", "bits for each pixel", "grey: bytes", "bits for each pixel"], rows)


def _bytes_and_bits(size) -> tuple[str, str]:
    return f"{size['bytes']:,.0f}", f"{size['bits_per_dim']:.4f}"


def compression_speed() -> str:
    """Images a second, and memory."""
    binary, grey = (results(f"compression_mnist_{kind}") for kind in ("binary", "grey"))
    there, back = ([found["speed"][way] for found in (binary, grey)] for way in ("compress", "decompress"))
    gigabytes = [max(found["memory"].values()) / 1e9 for found in (binary, grey)]
    return (
        f"compress {there[0]:,.0f} binary and {there[1]:,.0f} grey images a second, and decompress {back[0]:,.0f} and "
        f"{back[1]:,.0f}, in {gigabytes[0]:.2f} and {gigabytes[1]:.2f} GB"
    )


def bytes_with_the_model() -> str:
    """From how many images on the file is the smallest, its model counted."""
    binary, grey = (results(f"compression_mnist_{kind}") for kind in ("binary", "grey"))
    pays = [round(found["pays_with_its_model_from"], -4) for found in (binary, grey)]
    return (
        f"The models are not counted: {binary['model_bytes']:,} and {grey['model_bytes']:,} bytes. With them the file "
        f"is the smallest from some {pays[0]:,} binary and some {pays[1]:,} grey images on."
    )


def bytes_of_few() -> str:
    """What blocks and small files cost."""
    found = results("compression_mnist_binary")
    one = found["by_count"]["1"]
    return (
        f"In blocks of 100 images the binary file has {found['by_block_size']['100']:,} bytes. Of the first image "
        f"alone it has {one['kvz']} bytes, where {one['best_other']} takes {one['best_other_bytes']}"
    )


def bits_with_loss() -> str:
    """Codes with loss beside formats for photographs."""
    found = results("compression_mnist_grey")["rate_distortion"]
    rows = []
    for codec, label, settings in WITH_LOSS:
        points = {_number(point["setting"]): point for point in found[codec]}
        for setting in settings:
            point = points[setting]
            rows.append([label.format(f"{setting:g}"), f"{point['bits_per_dim']:.3f}", f"{point['psnr']:.2f}"])
    return table(["", "bits for each pixel", "PSNR, dB"], rows)


def grey_bits_without_loss() -> str:
    """Bits for each pixel of the grey file."""
    return f"{results('compression_mnist_grey')['sizes']['kvz']['bits_per_dim']:.3f} bits"


def _number(setting):
    return setting[0] if isinstance(setting, list) else setting


def probes() -> str:
    """Accuracy of a linear classifier on codes and on principal components."""
    rows = [
        [row["latent_dim"], f"{row['accuracy'] * 100:.1f} %", f"{row['pca_accuracy'] * 100:.1f} %"]
        for row in results("features")["rows"]
    ]
    return table(["latents", "VAE", "PCA"], rows)
