"""One row for each exported part: how the conformance tests make it, and data that it accepts.

A part that is exported without a row here fails the conformance tests.
"""

import keras
import numpy as np

from keras_vae import (
    VAE,
    Autoencoder,
    ContractiveEncoder,
    Decoder,
    Encoder,
    TiedDecoder,
    likelihoods,
    networks,
    objectives,
    posteriors,
    priors,
    regularizers,
)

EVENT_SHAPE, LATENT_DIM = (4, 3, 1), 2
RNG = np.random.default_rng(0)

POSTERIORS = {
    "Deterministic": [
        lambda: posteriors.Deterministic(LATENT_DIM),
        lambda: posteriors.Deterministic(LATENT_DIM, "relu", keras.regularizers.L1(0.1)),
        lambda: posteriors.Deterministic(LATENT_DIM, "sigmoid", regularizers.KullbackLeiblerSparsity(0.1)),
    ],
    "DiagonalNormal": [lambda: posteriors.DiagonalNormal(LATENT_DIM, seed=5)],
    "FullNormal": [lambda: posteriors.FullNormal(LATENT_DIM, seed=5)],
}
PRIORS = {
    "StandardNormal": [lambda: priors.StandardNormal(LATENT_DIM)],
    "Laplace": [lambda: priors.Laplace(LATENT_DIM)],
    "ConditionalNormal": [lambda: priors.ConditionalNormal(LATENT_DIM, condition_size=3)],
    "MixtureOfNormals": [lambda: priors.MixtureOfNormals(LATENT_DIM, num_components=3)],
}
LIKELIHOODS = {
    "Bernoulli": [lambda: likelihoods.Bernoulli(EVENT_SHAPE)],
    "BetaBinomial": [lambda: likelihoods.BetaBinomial(EVENT_SHAPE, levels=17)],
    "Categorical": [lambda: likelihoods.Categorical(EVENT_SHAPE, num_classes=17)],
    "ContinuousBernoulli": [lambda: likelihoods.ContinuousBernoulli(EVENT_SHAPE)],
    "DiscretizedLogistic": [lambda: likelihoods.DiscretizedLogistic(EVENT_SHAPE, levels=17)],
    "Masked": [
        lambda: likelihoods.Masked(likelihoods.Bernoulli(EVENT_SHAPE)),
        lambda: likelihoods.Masked(likelihoods.Categorical(EVENT_SHAPE, num_classes=3)),
        lambda: likelihoods.Masked(likelihoods.Normal(EVENT_SHAPE, scale="optimal")),
    ],
    "Normal": [
        lambda: likelihoods.Normal(EVENT_SHAPE, scale=0.3),
        lambda: likelihoods.Normal(EVENT_SHAPE, scale="shared", min_scale=0.01),
        lambda: likelihoods.Normal(EVENT_SHAPE, scale="predicted"),
        lambda: likelihoods.Normal(EVENT_SHAPE, scale="optimal"),
    ],
    "Tabular": [
        lambda: likelihoods.Tabular(EVENT_SHAPE),
        lambda: likelihoods.Tabular(EVENT_SHAPE, scale="shared", min_scale=0.01),
    ],
}
OBJECTIVES = {
    "ELBO": [objectives.ELBO],
    "GECO": [lambda: objectives.GECO(reconstruction=5.0)],
    "ImportanceWeighted": [objectives.ImportanceWeighted, lambda: objectives.ImportanceWeighted(True)],
    "SemiSupervised": [objectives.SemiSupervised],
}
# Their models take a condition, and are tested with it: `tests/conditions` and the objective's own tests.
WITH_LABELS = ("ConditionalNormal", "SemiSupervised")

INTEGERS = RNG.integers(0, 17, (12, *EVENT_SHAPE)).astype(np.uint8)
DATA = {
    "BetaBinomial": INTEGERS,
    "Categorical": INTEGERS,
    "ContinuousBernoulli": RNG.random((12, *EVENT_SHAPE)).astype(np.float32),
    "DiscretizedLogistic": INTEGERS,
    "Bernoulli": (RNG.random((12, *EVENT_SHAPE)) < 0.5).astype(np.float32),
    "Masked": np.where(RNG.random((12, *EVENT_SHAPE)) < 0.3, np.nan, INTEGERS % 2).astype(np.float32),
    "Normal": RNG.normal(size=(12, *EVENT_SHAPE)).astype(np.float32),
    "Tabular": RNG.normal(size=(12, *EVENT_SHAPE)).astype(np.float32),
}


def parts(table) -> list:
    """A function for each row of a table of parts, which makes one."""
    return [make for makers in table.values() for make in makers]


def names(table) -> list[str]:
    """A name for each row of a table of parts."""
    return [f"{name}-{i}" for name, makers in table.items() for i in range(len(makers))]


def parts_with_data(table) -> list[tuple]:
    """`parts`, each with the data of its name."""
    return [(make, DATA[name]) for name, makers in table.items() for make in makers]


def vae(likelihood=None, **kwargs) -> VAE:
    """A small VAE around a part."""
    posterior = kwargs.pop("posterior", None) or posteriors.DiagonalNormal(LATENT_DIM)
    model = VAE(
        Encoder(networks.dense([6]), posterior),
        Decoder(networks.dense([6]), likelihood or likelihoods.Bernoulli(EVENT_SHAPE)),
        **kwargs,
    )
    model.build((None, *EVENT_SHAPE))
    return model


def autoencoder(posterior) -> Autoencoder:
    """A small autoencoder around a posterior."""
    return autoencoder_of(Encoder(networks.dense([6]), posterior))


def contractive_autoencoder() -> Autoencoder:
    """A small autoencoder with a penalty of its encoder's derivatives."""
    return autoencoder_of(ContractiveEncoder(networks.dense([6]), posteriors.Deterministic(LATENT_DIM), weight=0.5))


def tied_autoencoder() -> Autoencoder:
    """A small autoencoder with tied weights."""
    encoder = Encoder(networks.dense([6]), posteriors.Deterministic(LATENT_DIM))
    return autoencoder_of(encoder, TiedDecoder(likelihoods.Bernoulli(EVENT_SHAPE)))


def autoencoder_of(encoder, decoder=None) -> Autoencoder:
    """A small autoencoder around an encoder, built."""
    model = Autoencoder(encoder, decoder or Decoder(networks.dense([6]), likelihoods.Bernoulli(EVENT_SHAPE)))
    model.build((None, *EVENT_SHAPE))
    return model


def model_of_posterior(name, make) -> keras.Model:
    """The model that a posterior belongs in."""
    return autoencoder(make()) if name == "Deterministic" else vae(posterior=make())


def models() -> dict:
    """A function for each part and row that makes a small model with it, and the data to train it on."""
    rows = {}
    for name, makers in POSTERIORS.items():
        rows |= {
            f"{name}-{i}": (lambda n=name, m=m: model_of_posterior(n, m), "Bernoulli") for i, m in enumerate(makers)
        }
    for name, makers in PRIORS.items():
        if name in WITH_LABELS:
            continue
        rows |= {f"{name}-{i}": (lambda m=m: vae(prior=m()), "Bernoulli") for i, m in enumerate(makers)}
    for name, makers in LIKELIHOODS.items():
        rows |= {f"{name}-{i}": (lambda m=m: vae(m()), name) for i, m in enumerate(makers)}
    for name, makers in OBJECTIVES.items():
        if name in WITH_LABELS:
            continue
        rows |= {
            f"{name}-{i}": (lambda m=m: vae(objective=m(), num_samples=3), "Bernoulli") for i, m in enumerate(makers)
        }
    options = {"beta": 0.5, "free_bits": 0.1, "num_samples": 3, "corruption": keras.layers.GaussianNoise(0.1, seed=1)}
    rows["VAE-options"] = (lambda: vae(**options), "Bernoulli")
    rows["Autoencoder-contractive"] = (contractive_autoencoder, "Bernoulli")
    rows["Autoencoder-tied"] = (tied_autoencoder, "Bernoulli")
    return {name: (make, DATA[data]) for name, (make, data) in rows.items()}
