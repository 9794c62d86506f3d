"""Figures of a size in pixels, apart from pyplot and its global state."""

DPI = 128
TEXT_SIZE, TITLE_SIZE = 8, 9


def new_figure(width: int, height: int):
    """An empty `matplotlib.figure.Figure` that Agg draws with so many pixels, and that notebooks show."""
    # Matplotlib takes a third of a second to import.
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from keras_vae.visualization.shown_figure import ShownFigure

    # A power of two: no size is rounded, and no pixel lost.
    figure = ShownFigure(figsize=(width / DPI, height / DPI), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def show_pixels(figure, picture, left: int, bottom: int) -> None:
    """Shows a uint8 picture `(height, width, 3)` pixel for pixel, so many pixels from the left and the lower edge."""
    height, width = picture.shape[:2]
    full_width, full_height = figure.bbox.width, figure.bbox.height
    axes = figure.add_axes((left / full_width, bottom / full_height, width / full_width, height / full_height))
    axes.set_axis_off()
    axes.imshow(picture, interpolation="none", aspect="auto")


def text_width(text: str, size: float, **style) -> float:
    """Pixels that a line of text takes, in points of `size` and matplotlib's other properties of a text."""
    figure = new_figure(1, 1)
    return figure.text(0, 0, text, fontsize=size, **style).get_window_extent(figure.canvas.get_renderer()).width
