import keras
import numpy as np
import pytest

from keras_vae.visualization import learning_curves, pixels
from keras_vae.visualization._learning_curves import shown_terms

HISTORY = {
    "loss": [9.0, 7.0, 6.0],
    "negative_elbo": [10.0, 8.0, 7.0],
    "reconstruction": [8.0, 5.0, 3.0],
    "kl": [2.0, 3.0, 4.0],
    "val_negative_elbo": [11.0, 9.0, 8.5],
    "beta": [0.5, 0.7, 0.75],
    "learning_rate": [1.0, 1.0, 1.0],
}


def curves(figure) -> dict[str, dict[str, np.ndarray]]:
    """What each panel shows: lines `(epochs, 2)` by name, by the panel's title."""
    return {
        axes.get_title(loc="left"): {line.get_label(): line.get_xydata() for line in axes.lines} for axes in figure.axes
    }


def test_each_term_has_a_panel_with_training_and_validation():
    drawn = curves(learning_curves(HISTORY))
    assert list(drawn) == ["loss", "negative ELBO", "reconstruction", "KL divergence"]
    np.testing.assert_array_equal(drawn["loss"]["training"], [[1, 9], [2, 7], [3, 6]])
    np.testing.assert_array_equal(drawn["negative ELBO"]["training"], [[1, 10], [2, 8], [3, 7]])
    np.testing.assert_array_equal(drawn["negative ELBO"]["validation"], [[1, 11], [2, 9], [3, 8.5]])
    np.testing.assert_array_equal(drawn["KL divergence"]["training"], [[1, 2], [2, 3], [3, 4]])
    assert [len(panel) for panel in drawn.values()] == [1, 2, 1, 1]


def test_a_history_counts_the_epochs_of_a_training_that_goes_on():
    history = keras.callbacks.History()
    history.history, history.epoch = {"loss": [3.0, 2.0]}, [7, 8]
    np.testing.assert_array_equal(curves(learning_curves(history))["loss"]["training"], [[8, 3], [9, 2]])


@pytest.mark.parametrize(
    ("epochs", "validated"), [(9, [3, 6, 9]), (10, [5, 10]), (7, [1, 2, 3, 4, 5, 6, 7]), (6, [6]), (5, [2, 3, 4, 5])]
)
def test_validation_every_so_many_epochs(epochs, validated):
    """Of the last ones, where no distance would do."""
    logs = {"loss": np.arange(float(epochs)), "val_loss": np.ones(len(validated))}
    drawn = curves(learning_curves(logs))["loss"]
    np.testing.assert_array_equal(drawn["training"][:, 0], np.arange(epochs) + 1)
    np.testing.assert_array_equal(drawn["validation"][:, 0], validated)


def test_validation_of_a_training_that_goes_on():
    """Keras validates at multiples of `validation_freq`, wherever the training begins."""
    history = keras.callbacks.History()
    history.history, history.epoch = {"loss": [1.0] * 8, "val_loss": [2.0] * 2}, list(range(2, 10))
    np.testing.assert_array_equal(curves(learning_curves(history))["loss"]["validation"], [[4, 2], [8, 2]])


def test_a_width_for_all_panels():
    figure = learning_curves(HISTORY, width=1001)
    assert pixels(figure).shape == (330, 1001, 3)
    assert len(curves(figure)) == 4
    with pytest.raises(ValueError, match=r"`width` must be a whole number of at least 1. Received: width=0\.5"):
        learning_curves(HISTORY, width=0.5)


def test_units_and_title():
    figure = learning_curves(HISTORY, title="digits")
    assert figure.get_suptitle() == "digits"
    assert {axes.get_ylabel() for axes in figure.axes} == {"nats"}
    assert {axes.get_xlabel() for axes in figure.axes} == {"epoch"}
    assert pixels(figure).shape == (360, 4 * 380, 3)
    assert pixels(learning_curves({"loss": [1.0]})).shape == (330, 380, 3)


@pytest.mark.parametrize(
    ("logs", "terms"),
    [
        ({"loss": [2.0], "negative_elbo": [2.0], "kl": [1.0]}, ["negative_elbo", "kl"]),
        ({"loss": [2.0], "reconstruction": [2.0]}, ["reconstruction"]),
        ({"loss": [2.0], "reconstruction": [2.1]}, ["loss", "reconstruction"]),
        ({"loss": [2.0], "val_loss": [3.0], "reconstruction": [2.0]}, ["loss", "reconstruction"]),
        ({"val_loss": [3.0]}, ["loss"]),
    ],
)
def test_the_loss_is_left_out_where_it_is_another_term(logs, terms):
    assert shown_terms(logs) == terms


def test_the_first_epochs_of_many_do_not_flatten_the_rest():
    values = np.concatenate([[1000.0, 500.0], np.linspace(100, 90, 38)])
    low, high = learning_curves({"loss": values}).axes[0].get_ylim()
    assert (low, high) == pytest.approx((89.5, 100.5))
    # Of few epochs all are shown.
    low, high = learning_curves({"loss": values[:19]}).axes[0].get_ylim()
    assert high > 1000


def test_values_that_are_not_finite_are_left_out():
    assert pixels(learning_curves({"loss": [np.nan, np.inf, 1.0, 2.0]})).shape == (330, 380, 3)
    assert pixels(learning_curves({"loss": [np.nan]})).shape == (330, 380, 3)


@pytest.mark.parametrize("history", [None, 3, "loss"])
def test_what_is_no_history(history):
    with pytest.raises(ValueError, match=f"Expected a history as `fit` returns it.*{type(history).__name__}"):
        learning_curves(history)


def test_nothing_to_draw():
    with pytest.raises(ValueError, match=r"Received: \['loss'\]"):
        learning_curves({"loss": []})
    with pytest.raises(ValueError, match=r"one of 'loss', 'negative_elbo'.* Received: \['accuracy'\]"):
        learning_curves({"accuracy": [0.5]})
