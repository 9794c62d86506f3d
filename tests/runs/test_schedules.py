import math

import numpy as np
import pytest

from keras_vae.runs.schedules import learning_rate_schedule


def cosine(step, learning_rate, total_steps, warm_up) -> float:
    """Up along a line, and down along half a cosine."""
    if step < warm_up:
        return learning_rate * step / warm_up
    return learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / (total_steps - warm_up)))


@pytest.mark.parametrize(("total_steps", "warm_up"), [(200, 10), (90, 4), (8, 1), (2, 1)])
def test_cosine(total_steps, warm_up):
    schedule = learning_rate_schedule("cosine", 3e-3, total_steps)
    steps = range(total_steps + 1)
    values = [float(schedule(step)) for step in steps]
    np.testing.assert_allclose(values, [cosine(step, 3e-3, total_steps, warm_up) for step in steps], atol=1e-9)
    assert max(values) == pytest.approx(3e-3) == values[warm_up]
    assert values[-1] == pytest.approx(0.0, abs=1e-9)


def test_constant():
    assert learning_rate_schedule("constant", 3e-3, 1000) == 3e-3


def test_unknown_name():
    with pytest.raises(
        ValueError, match=r"`schedule` must be one of 'cosine', 'constant'. Received: schedule='linear'"
    ):
        learning_rate_schedule("linear", 1e-3, 10)
