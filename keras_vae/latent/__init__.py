"""Codes as features: encode, walk between codes, probe them, and choose their length."""

from keras_vae.latent._encode_dataset import EncodedDataset, encode_dataset
from keras_vae.latent._interpolate import interpolate
from keras_vae.latent._linear_probe import ProbeComparison, linear_probe, probe_beside_pca
from keras_vae.latent._sweep import Sweep, SweepPoint, sweep
from keras_vae.latent._traversals import Traversals, traversals

__all__ = [
    "EncodedDataset",
    "ProbeComparison",
    "Sweep",
    "SweepPoint",
    "Traversals",
    "VAETransformer",
    "encode_dataset",
    "interpolate",
    "linear_probe",
    "probe_beside_pca",
    "sweep",
    "traversals",
]


def __getattr__(name: str):
    # Its base classes are scikit-learn's, which takes a second to import and is not needed for the rest.
    if name == "VAETransformer":
        from keras_vae.latent.vae_transformer import VAETransformer

        return VAETransformer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
