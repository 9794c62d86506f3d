"""Figures that notebooks show."""

from matplotlib.figure import Figure

from keras_vae.visualization.png import pixels, png_bytes
from keras_vae.visualization.style import default_style


class ShownFigure(Figure):
    """A figure that is drawn in one style, and that Jupyter shows without pyplot, which does not know it."""

    def draw(self, renderer):
        """Draws as matplotlib does, by its default settings: some are only looked up here."""
        with default_style():
            super().draw(renderer)

    def _repr_png_(self) -> bytes:
        return png_bytes(pixels(self))
