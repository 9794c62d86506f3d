"""The last layer of each side."""

import keras


class Head(keras.layers.Dense):
    """A dense layer from features to the parameters of a distribution, which stays in float32 (or float64).

    Logarithms of scales and logits need their digits: `model.quantize` leaves it as it is.
    """

    def quantize(self, *args, **kwargs):
        """Does nothing."""
