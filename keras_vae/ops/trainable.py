"""Layers that are frozen before they are built."""


def freeze_built(layer) -> None:
    """Freezes what a layer has just built, if the layer itself is frozen.

    A layer that is loaded is frozen first and built afterwards, and Keras makes the new weights trainable.
    """
    if not layer.trainable:
        # Assigning what it is already would do nothing.
        layer.trainable = True
        layer.trainable = False
