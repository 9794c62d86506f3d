"""Models from files."""

import json
import os
import zipfile

import keras

from keras_vae.files.damage import check_archive, is_archive
from keras_vae.models.latent_model import LatentModel

NOT_REGISTERED = (
    "Import the module that registers its classes first; on the command line by `keras-vae --import MODULE ...`."
)


def load_model(filepath, compile: bool = True) -> LatentModel:
    """Loads an `Autoencoder`, a `VAE` or a registered subclass of them, as `keras.saving.load_model` does.

    ```python
    vae = keras_vae.load_model("digits.keras")
    ```

    Args:
        filepath: The file.
        compile: Whether to restore the optimizer and the compilation as well.

    Raises:
        ValueError: If there is no such file, or it holds something else.
    """
    return load_saved(filepath, LatentModel, "an Autoencoder or a VAE", "`vae.save('NAME.keras')`", compile)


def load_saved(filepath, kind: type, holds: str, writer: str, compile: bool = True):
    """Loads a `.keras` file of one kind of model.

    Args:
        filepath: The file.
        kind: The class.
        holds: What the file is to hold, for messages.
        writer: What writes such files, for messages.
        compile: Whether to restore the optimizer and the compilation as well.

    Raises:
        ValueError: If there is no such file, or it holds something else; a `DamagedFileError` if it is not as it was
            written.
    """
    filepath = os.fspath(filepath)
    if not os.path.isfile(filepath):
        raise ValueError(f"There is no file at {filepath!r}. Expected a model that {writer} wrote.")
    if is_archive(filepath):
        check_archive(filepath)
    found = _saved_class(filepath)
    saved = keras.saving.get_registered_object(found)
    if not (isinstance(saved, type) and issubclass(saved, kind)):
        raise ValueError(
            f"{filepath!r} is not a model of keras_vae. Expected a `.keras` file of {holds}; found {found}."
        )
    try:
        return keras.saving.load_model(filepath, compile=compile)
    except Exception as error:
        # What becomes of a configuration that is not one of ours is of any kind, want of memory among them.
        hint = f" {NOT_REGISTERED}" if "Could not locate class" in str(error) else ""
        raise ValueError(f"The model in {filepath!r} could not be loaded.{hint} Keras says: {error}") from error


def _saved_class(filepath: str) -> str:
    try:
        with zipfile.ZipFile(filepath) as archive:
            config = json.loads(archive.read("config.json"))
        return config["registered_name"] or config["class_name"]
    except (zipfile.BadZipFile, LookupError, TypeError, ValueError, RecursionError):
        return "something that is no `.keras` file"
