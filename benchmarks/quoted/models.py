"""How good the models are: nats, bits, and what can be read of their samples."""

from quoted.markdown import results, table

# What differs from the defaults of `keras-vae train` in the trainings whose results are kept.
COMMANDS = {
    "digits": "keras-vae train",
    "mnist": "keras-vae train --dataset mnist --latent-dim 50 --likelihood bernoulli --learning-rate 1e-3 --epochs 60",
    "mnist_beta_binomial": "keras-vae train --dataset mnist --latent-dim 50 --likelihood beta_binomial "
    "--learning-rate 1e-3 --epochs 24",
    "mnist_discretized_logistic": "keras-vae train --dataset mnist --latent-dim 50 --likelihood discretized_logistic "
    "--learning-rate 1e-3 --epochs 12",
    "colour_digits": "keras-vae train --dataset colour_digits --network conv --likelihood discretized_logistic "
    "--latent-dim 32 --learning-rate 3e-3 --batch-size 50 --epochs 100",
}
BURDA = ("vae", "vae_5", "vae_50", "iwae_5", "iwae_50", "paper_vae", "paper_iwae_5", "static_vae")
NETWORKS = {"gelu": "784-500-500-50, GELU", "tanh": "the paper's: 784-200-200-50, tanh"}
LABELS_OF_CODECS = {
    "lzma": "LZMA, all images in one piece",
    "png": "PNG, a file for each image",
    "webp_lossless": "WebP, lossless, a file for each image",
}


def negative_elbos() -> str:
    """Test figures of the two trainings that the saved models come from."""
    rows = []
    for name in ("digits", "mnist"):
        test = results(name)["test"]
        nats = [f"{test[key]:.2f}" for key in ("negative_elbo", "reconstruction", "kl")]
        rows.append([name, f"{test['num_examples']:,}", *nats, f"`{COMMANDS[name]}`"])
    return table(["data", "test images", "negative ELBO", "reconstruction", "KL divergence", "command"], rows)


def grey_bits() -> str:
    """MNIST's grey values as whole numbers under two likelihoods."""
    rows = []
    for likelihood in ("beta_binomial", "discretized_logistic"):
        name = f"mnist_{likelihood}"
        nats = results(name)["test"]["negative_elbo"]
        rows.append([f"`{likelihood}`", f"{nats:.2f}", f"{_bits(nats, 784):.3f}", f"`{COMMANDS[name]}`"])
    return table(["likelihood", "negative ELBO", "bits for each pixel", "command"], rows)


def colour_bits() -> str:
    """Bits for each element of the coloured digits, of files and of a model."""
    test, codecs = results("colour_digits")["test"], results("colour_digits_codecs")["bits_per_dim"]
    rows = [["bytes as they are", 8.0]]
    rows += [[label, codecs[name]] for name, label in LABELS_OF_CODECS.items()]
    nats = test["negative_elbo"]
    rows.append([f"VAE, convolutional, 32 latents: negative ELBO, {nats:.2f} nats", _bits(nats, 3072)])
    rows.sort(key=lambda row: -row[1])
    return table(
        ["code for `colour_digits`", "bits for each element"], [[label, f"{bits:.3f}"] for label, bits in rows]
    )


def colour_training_bits() -> str:
    """Bits for each element of the coloured digits that the model was trained on, after its last epoch."""
    return f"{_bits(results('colour_digits')['history']['negative_elbo'][-1], 3072):.2f}"


def readable_digits() -> str:
    """The share of samples that are read as one digit."""
    labels = {
        "real digits": "real ones, for testing",
        "keras-vae train": "`keras-vae train`",
        "the same, a mixture as prior": "the same with the prior `MixtureOfNormals(16, 100)`",
        "binarised, 8 latents": "as the command trained before: binarised, 8 latents, 100 epochs",
    }
    found = results("readable_digits")["rows"]
    shares = [[f"{row[kind]:.1%}" if kind in row else "" for kind in ("draws", "means")] for row in found.values()]
    rows = [[labels[name], *of_kinds] for name, of_kinds in zip(found, shares, strict=True)]
    return table(["10,000 images", "draws", "means"], rows)


def prior_gap() -> str:
    """How much of the rate of the digits' model is the gap between its codes and its prior."""
    test = results("digits")["test"]
    return f"{test['marginal_kl']:.2f} of the {test['kl']:.2f} nats"


def elbo_gap() -> str:
    """By how much the negative ELBO of the MNIST model exceeds its negative log-likelihood."""
    found = results("mnist_evaluation")
    return f"{found['negative_elbo'] - found['negative_log_likelihood']:.1f}"


def published_likelihoods() -> str:
    """The rows of Burda, Grosse and Salakhutdinov (2015) that were trained anew."""
    head = ["row", "network", "epochs", "−log p(x), nats", "published", "active units", "`fit`"]
    return table(head, [_published_row(name) for name in BURDA])


def _published_row(name) -> list[str]:
    found = results(f"burda2015_{name}")
    network, published = NETWORKS[found["network"][0]], f"{found['published']}"
    if found["binarize"] == "static":
        network += ", trained on images that are binarised once"
        published += " (Pythae, 784-400-40, 500 epochs)"
    nats = f"{found['negative_log_likelihood']:.2f} ± {found['standard_error']:.2f}"
    return [f"`{name}`", network, _epochs(found["stages"]), nats, published, found["active_units"], _seconds(found)]


def _epochs(stages) -> str:
    if len(stages) == 1 and stages[0]["num_samples"] == 1:
        return str(stages[0]["epochs"])
    return ", ".join(f"{stage['epochs']} with k = {stage['num_samples']}" for stage in stages)


def _seconds(found) -> str:
    return f"{sum(found['fit_seconds']):.0f} s"


def _bits(nats, elements) -> float:
    # 1 / ln 2
    return nats / elements * 1.4426950408889634
