"""Learning rates over the steps of a run."""

import keras

from keras_vae.choices import SCHEDULES
from keras_vae.ops.checks import checked_name

WARM_UP = 0.05


def learning_rate_schedule(schedule: str, learning_rate: float, total_steps: int):
    """A schedule by name.

    Args:
        schedule: `"constant"`, or `"cosine"`: up in the first twentieth of the steps, then down to 0 along half a
            cosine.
        learning_rate: The highest learning rate.
        total_steps: Steps of the whole training.

    Raises:
        ValueError: If the name is another.
    """
    if checked_name(schedule, SCHEDULES, "schedule") == "constant":
        return learning_rate
    warm_up = max(1, round(WARM_UP * total_steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0, max(1, total_steps - warm_up), warmup_target=learning_rate, warmup_steps=warm_up
    )
