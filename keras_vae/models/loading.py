"""Models from files."""

import json
import os
import zipfile

import keras

from keras_vae.models.latent_model import LatentModel


def load_model(filepath, compile: bool = True) -> LatentModel:
    """Loads an `Autoencoder`, a `VAE` or a registered subclass of them, as `keras.saving.load_model` does.

    Args:
        filepath: The file.
        compile: Whether to restore the optimizer and the compilation as well.

    Raises:
        ValueError: If there is no such file, or it holds something else.
    """
    filepath = os.fspath(filepath)
    if not os.path.isfile(filepath):
        raise ValueError(f"There is no file at {filepath!r}. Expected a model that `vae.save('NAME.keras')` wrote.")
    found = _saved_class(filepath)
    kind = keras.saving.get_registered_object(found)
    if not (isinstance(kind, type) and issubclass(kind, LatentModel)):
        raise ValueError(
            f"{filepath!r} is not a model of keras_vae. Expected a `.keras` file of an Autoencoder or a VAE; "
            f"found {found}."
        )
    try:
        return keras.saving.load_model(filepath, compile=compile)
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise ValueError(f"The model in {filepath!r} could not be loaded. Keras says: {error}") from error


def _saved_class(filepath: str) -> str:
    try:
        with zipfile.ZipFile(filepath) as archive:
            config = json.loads(archive.read("config.json"))
        return config["registered_name"] or config["class_name"]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError):
        return "something that is no `.keras` file"
