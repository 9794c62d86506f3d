"""The one table of the README: this package beside others, a line for each use."""

from statistics import mean, median

from quoted.markdown import results, table

BURDA_URL = "https://arxiv.org/abs/1509.00519"
TOWNSEND_URL = "https://arxiv.org/abs/1901.04866"
GENERAL = ("gzip", "bz2", "xz")


def beside_others() -> str:
    """What was measured, with the best others."""
    rows = [_likelihood("vae", "VAE"), _likelihood("iwae_50", "IWAE, k = 50"), _seconds()]
    rows += [_bytes("binary", "0.19"), _bytes("grey", "1.41"), _anomalies(), _denoising(), _features()]
    return table(["MNIST, unless said otherwise", "keras_vae", "others"], rows)


def _likelihood(name, label) -> list[str]:
    found = results(f"burda2015_{name}")
    nats = f"{found['negative_log_likelihood']:.2f} ± {found['standard_error']:.2f}"
    return [f"−log p(x), {label}, nats", nats, f"{found['published']} [published]({BURDA_URL})"]


def _seconds() -> list[str]:
    rows = results("training_speed_dense_100")["contenders"]
    ours, keras, torch, jax, pythae = (
        f"{median(rows[name]['seconds']):.2f}"
        for name in ("keras_vae_fit", "keras_plain", "torch_eager", "jax_loop", "pythae")
    )
    return [
        "training, seconds for an epoch",
        f"{ours}",
        f"Keras {keras}, Pythae {pythae}, loops by hand: PyTorch {torch}, JAX {jax}",
    ]


def _bytes(kind, published) -> list[str]:
    sizes = results(f"compression_mnist_{kind}")["sizes"]
    bits = {name: f"{size['bits_per_dim']:.3f}" for name, size in sizes.items()}
    best = min(GENERAL, key=lambda name: sizes[name]["bytes"])
    others = f"{best} {bits[best]}, WebP {bits['WebP']}, bits-back coding {published} [published]({TOWNSEND_URL})"
    return [f"lossless file, {kind}, bits for each pixel", f"{bits['kvz']}", others]


def _anomalies() -> list[str]:
    found = results("anomaly")["rows"].values()
    ours, neighbours, pyod = (
        f"{mean(of_data[method]['auc'] for of_data in found):.3f}"
        for method in ("keras_vae", "nearest_neighbours", "pyod_autoencoder")
    )
    return [
        "anomalies, mean AUC of four data sets",
        f"{ours}",
        f"5 nearest neighbours {neighbours}, PyOD's AutoEncoder {pyod}",
    ]


def _denoising() -> list[str]:
    rows = next(iter(results("restoration")["tasks"].values()))
    ours, means, variation = (
        f"{rows[method]['psnr']:.2f}" for method in ("trained autoencoder", "non-local means", "total variation")
    )
    return ["denoising, PSNR in dB", f"{ours}", f"non-local means {means}, total variation {variation}"]


def _features() -> list[str]:
    row = next(row for row in results("features")["rows"] if row["latent_dim"] == 16)
    ours, pca = (f"{row[key] * 100:.1f} %" for key in ("accuracy", "pca_accuracy"))
    return ["linear classifier on 16 features", f"{ours}", f"PCA {pca}"]
