"""Whole examples out of those with holes, in one pass."""

import numpy as np

from keras_vae.inputs import batches
from keras_vae.inputs.data_checks import check_examples
from keras_vae.inputs.plain_arrays import checked_array
from keras_vae.inputs.rules import FINITE_OR_MISSING
from keras_vae.models.corruption_checks import fills_of
from keras_vae.restoration.mask import with_missing


def inpaint(model, x, mask=None, batch_size: int = batches.BATCH_SIZE) -> np.ndarray:
    """Fills in what is missing with a model's reconstruction, and keeps what was observed.

    The model must have been trained for it: with a `corruption` that leaves something out, whose `fill` is put where an
    element is missing here too, or with `likelihoods.Masked`. For several restorations with their uncertainty, see
    `restoration.infer`.

    ```python
    import numpy as np

    restorer = keras_vae.Autoencoder(
        keras_vae.Encoder(keras_vae.networks.dense([64]), keras_vae.posteriors.Deterministic(16)),
        keras_vae.Decoder(keras_vae.networks.dense([64]), keras_vae.likelihoods.Bernoulli((8, 8, 1))),
        corruption=keras_vae.restoration.MissingBlock(3),
    )
    restorer.compile(optimizer="adam")
    restorer.fit(images, verbose=0)
    mask = np.ones((8, 8, 1), bool)
    mask[2:5, 2:5] = False  # what is missing
    whole = keras_vae.restoration.inpaint(restorer, images, mask)
    ```

    Args:
        model: An `Autoencoder` or a `VAE` that reconstructs what it encodes.
        x: Array `(batch, *event_shape)`, NaN where it is missing.
        mask: Booleans in the shape of x or of one of its examples, False where it is missing; `None` for NaN alone.
        batch_size: Examples per batch.

    Returns:
        Array `(batch, *event_shape)`, in the data's units, equal to x where it was observed.

    Raises:
        ValueError: If the mask or x has the wrong shape, everything of an example is missing, or a value is infinite.
    """
    x = with_missing(checked_array(x, "x"), mask)
    check_examples(model.data_spec, x, "x", FINITE_OR_MISSING)
    if x.shape[1:] != model.event_shape:
        raise ValueError(
            f"What is missing is taken from the reconstruction, which must have the shape of x. Received x of shape "
            f"{x.shape}; the model reconstructs {model.event_shape}."
        )
    missing = np.isnan(x)
    restored = model.reconstruct(np.where(missing, _fill_of(model), x).astype(x.dtype), batch_size)
    return np.where(missing, restored, x)


def _fill_of(model) -> float:
    """What the model was trained to see where something is missing."""
    if model.decoder.likelihood.takes_missing:
        return np.nan
    return next(iter([] if model.corruption is None else fills_of(model.corruption)), 0.0)
