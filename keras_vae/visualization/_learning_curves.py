"""How a training went."""

from collections.abc import Mapping

import numpy as np

from keras_vae.ops.checks import checked_size
from keras_vae.visualization.figures import TEXT_SIZE, TITLE_SIZE, new_figure
from keras_vae.visualization.style import default_style

TERMS = {"loss": "loss", "negative_elbo": "negative ELBO", "reconstruction": "reconstruction", "kl": "KL divergence"}
COLOURS = {"training": "#4477aa", "validation": "#ee6677"}
PANEL_WIDTH, HEIGHT, TITLE_HEIGHT = 380, 330, 30
MOST_EPOCHS_WITH_MARKERS = 20


@default_style()
def learning_curves(history, title: str | None = None, width: int | None = None):
    """Draws each term of the loss over the epochs, in nats, for training and for validation data.

    The first twentieth of the epochs may start outside of a panel, since it would flatten all that comes after it.
    Validation values that are fewer than the epochs (`validation_freq`) stand at every so many epochs; a history does
    not say at which, and where several would do, the widest distance is taken.

    Args:
        history: The `keras.callbacks.History` that `fit` returns, or its dict of lists.
        title: A line above the picture, or `None`.
        width: Pixels of the figure; `None` gives 380 to each panel.

    Returns:
        A `matplotlib.figure.Figure`, with a panel for each term that is there: `loss`, where it is not the same as
        another term, `negative_elbo`, `reconstruction`, `kl`.

    Raises:
        ValueError: If it is no history, none of these is in it, or the width is no whole number of at least 1.
    """
    logs = getattr(history, "history", history)
    terms = shown_terms(logs)
    epochs = counted_epochs(logs, getattr(history, "epoch", None))
    width = PANEL_WIDTH * len(terms) if width is None else checked_size(width, "width")
    figure = new_figure(width, HEIGHT + (0 if title is None else TITLE_HEIGHT))
    figure.set_layout_engine("constrained")
    panels = figure.subplots(1, len(terms), squeeze=False)[0]
    for axes, term in zip(panels, terms, strict=True):
        _draw(axes, term, logs, epochs)
    panels[0].legend(frameon=False, fontsize=TEXT_SIZE)
    if title is not None:
        figure.suptitle(title, fontsize=TITLE_SIZE, x=0.01, ha="left")
    return figure


def shown_terms(logs) -> list[str]:
    """The terms that a history's dict has, without the loss where it is the same as another term.

    Raises:
        ValueError: If it has none.
    """
    if not isinstance(logs, Mapping):
        raise ValueError(f"Expected a history as `fit` returns it, or its dict. Received: {type(logs).__name__}.")
    terms = [term for term in TERMS if any(np.size(logs.get(key, ())) for key in (term, f"val_{term}"))]
    if not terms:
        raise ValueError(
            f"Expected a history with one of {', '.join(map(repr, TERMS))}, as `fit` returns it. Received: "
            f"{sorted(logs)}."
        )
    if any(_same(logs, "loss", term) for term in terms if term != "loss"):
        terms.remove("loss")
    return terms


def counted_epochs(logs, epochs=None) -> np.ndarray:
    """The epochs of a history, counted from 1 as in the progress bar; a training that goes on counts on."""
    return np.arange(max(map(np.size, logs.values()))) + 1 if epochs is None else np.asarray(epochs) + 1


def spread_epochs(count: int, epochs: np.ndarray) -> np.ndarray:
    """Which epochs so many values are of: all, or every so many, as Keras validates; else the last ones."""
    for distance in range(len(epochs) // count, 0, -1):
        every = epochs[epochs % distance == 0]
        if len(every) == count:
            return every
    return epochs[len(epochs) - count :]


def _same(logs, first, second) -> bool:
    return all(
        (f"{data}{first}" in logs) == (f"{data}{second}" in logs)
        and np.allclose(logs.get(f"{data}{first}", ()), logs.get(f"{data}{second}", ()), rtol=1e-5, atol=0)
        for data in ("", "val_")
    )


def _draw(axes, term, logs, epochs):
    later = []
    for name, key in (("training", term), ("validation", f"val_{term}")):
        if np.size(logs.get(key, ())):
            values = np.asarray(logs[key], float)
            marker = "o" if len(values) <= MOST_EPOCHS_WITH_MARKERS else None
            numbers = spread_epochs(len(values), epochs)
            axes.plot(numbers, values, color=COLOURS[name], label=name, marker=marker, markersize=3, linewidth=1.5)
            later.append(values[len(values) // 20 :])
    _set_limits(axes, np.concatenate(later))
    axes.set_title(TERMS[term], fontsize=TITLE_SIZE, loc="left")
    axes.set_xlabel("epoch", fontsize=TEXT_SIZE)
    axes.set_ylabel("nats", fontsize=TEXT_SIZE)
    axes.tick_params(labelsize=TEXT_SIZE)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)


def _set_limits(axes, values):
    finite = values[np.isfinite(values)]
    if len(finite) > 1 and finite.max() > finite.min():
        margin = 0.05 * (finite.max() - finite.min())
        axes.set_ylim(finite.min() - margin, finite.max() + margin)
