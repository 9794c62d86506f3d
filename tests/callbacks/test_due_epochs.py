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


def test_each_of_the_first_epochs_and_then_ever_fewer():
    callback = Every(None)
    callback.set_params({"epochs": 100})
    callback.set_model(keras.Sequential())
    due = [epoch + 1 for epoch in range(100) if is_due(callback, epoch)]
    assert due == [*range(1, 8), *range(8, 16, 2), *range(16, 32, 4), *range(32, 64, 8), *range(64, 100, 16), 100]


def test_an_epoch_after_which_training_stops_is_the_last():
    stop = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: setattr(stop.model, "stop_training", epoch == 2)
    )
    assert fit(Every(2), 9, stop) == [1, 2]
