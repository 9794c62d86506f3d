"""What examples are called: names of classes, or numbers."""

import numbers

import numpy as np

# More classes than these can be told apart neither by their colours nor in a legend.
MOST_CLASSES = 40
MOST_LETTERS = 28


def checked_labels(labels, count: int) -> np.ndarray | None:
    """Returns labels as an array `(count,)` of numbers or of texts, or `None` for none.

    Raises:
        ValueError: If they have another shape, or are neither all numbers nor all texts.
    """
    if labels is None:
        return None
    labels = np.asarray(labels)
    if labels.shape not in ((count,), (count, 1)):
        raise ValueError(
            f"`labels` must hold one label for each of {count} examples, of shape ({count},). Received shape "
            f"{labels.shape}."
        )
    labels = labels.reshape(count)
    if labels.dtype.kind in "biufU":
        return labels
    # TensorFlow gives bytes, and pandas gives objects.
    values = labels.tolist()
    if all(isinstance(value, (str, bytes)) for value in values):
        return np.array([value.decode(errors="replace") if isinstance(value, bytes) else value for value in values])
    if all(isinstance(value, numbers.Real) for value in values):
        return np.array(values)
    kinds = ", ".join(sorted({type(value).__name__ for value in values}))
    raise ValueError(f"`labels` must be all numbers or all texts. Received values of: {kinds}.")


def as_classes(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Classes in order and the index of each label's class, or `None` where labels are on a scale of numbers.

    Texts are classes, and so are whole numbers of at most 40 different values, whatever their dtype.

    Args:
        labels: What `checked_labels` returns.
    """
    classes, indices = np.unique(labels, return_inverse=True)
    is_number = labels.dtype.kind in "iuf"
    if is_number and (len(classes) > MOST_CLASSES or not np.all(np.isfinite(classes) & (classes == np.rint(classes)))):
        return None
    if labels.dtype.kind == "f":
        # 3, not 3.0.
        classes = np.array([f"{value:.0f}" for value in classes])
    return classes, indices


def one_line(label) -> str:
    """A label in one line; a dash where there would be nothing to see."""
    return " ".join(str(label).split()) or "-"


def shortened(text: str) -> str:
    """A text of at most 28 letters: its beginning and its end, since names of classes often differ in one of them."""
    if len(text) <= MOST_LETTERS:
        return text
    half = MOST_LETTERS // 2
    return f"{text[:half]}…{text[-(half - 1) :]}"
