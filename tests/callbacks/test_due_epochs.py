import keras
import numpy as np
import pytest

from keras_vae.callbacks.due_epochs import is_due

pytestmark = pytest.mark.usefixtures("eagerly")


class Every(keras.callbacks.Callback):
    """Knows how often it is due, and in which of the epochs it was."""

    def __init__(self, every):
        super().__init__()
        self.every, self.due = every, []

    def on_epoch_end(self, epoch, logs=None):
        if is_due(self, epoch):
            self.due.append(epoch)


def fit(callback, epochs, *more):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((1, 1)), np.ones((1, 1)), epochs=epochs, verbose=0, callbacks=[*more, callback])
    return callback.due


@pytest.mark.parametrize(
    ("every", "epochs", "expected"), [(1, 3, [0, 1, 2]), (2, 4, [1, 3]), (2, 5, [1, 3, 4]), (9, 2, [1])]
)
def test_every_so_many_epochs_and_the_last(every, epochs, expected):
    assert fit(Every(every), epochs) == expected


def test_an_epoch_after_which_training_stops_is_the_last():
    stop = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: setattr(stop.model, "stop_training", epoch == 2)
    )
    assert fit(Every(2), 9, stop) == [1, 2]
