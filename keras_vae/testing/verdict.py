"""What is said of a law that is broken."""

import numpy as np


def hold(part, law: str, error, tolerance, look_at: str) -> None:
    """Raises an AssertionError where an error is above its tolerance, or is no number.

    Args:
        part: What is held to the law.
        law: The law, in words.
        error: How far off it is: numbers of any shape, at least 0.
        tolerance: What is allowed, in the shape of `error` or one that broadcasts against it.
        look_at: What to look at where the law is broken.
    """
    error, tolerance = np.broadcast_arrays(np.asarray(error, np.float64), np.asarray(tolerance, np.float64))
    if np.all(error <= tolerance):
        return
    # NaN is the worst: it is no number at all.
    excess = np.where(np.isnan(error), np.inf, error - tolerance)
    worst = np.unravel_index(np.argmax(excess), error.shape)
    place = f" at index {tuple(map(int, worst))}" if worst else ""
    raise AssertionError(
        f"{type(part).__name__} breaks the law: {law}. Off by {error[worst]:.3g}{place}, where {tolerance[worst]:.1g} "
        f"is allowed. Look at {look_at}."
    )


def hold_that(part, law: str, true, look_at: str) -> None:
    """Raises an AssertionError where a law that knows no degrees does not hold everywhere."""
    true = np.asarray(true)
    if not true.all():
        raise AssertionError(
            f"{type(part).__name__} breaks the law: {law}. It fails in {int((~true).sum())} of {true.size} cases. Look "
            f"at {look_at}."
        )
