import numpy as np
import pytest

from keras_vae.visualization import pixels, score_timeline

SCORES = np.array([1.0, 5.0, 2.0, 3.0, 9.0])


def lines(figure) -> dict[str, np.ndarray]:
    """What is drawn, `(n, 2)` by name."""
    (axes,) = figure.axes
    return {line.get_label(): line.get_xydata() for line in axes.lines}


def test_scores_above_the_threshold_are_alarms():
    drawn = lines(score_timeline(SCORES, 3.0))
    # A score on the threshold is no alarm.
    np.testing.assert_array_equal(drawn["normal"], [[1, 1], [3, 2], [4, 3]])
    np.testing.assert_array_equal(drawn["alarms: 2 of 5, 40.0%"], [[2, 5], [5, 9]])
    np.testing.assert_array_equal(drawn["threshold"][:, 1], np.full(5, 3.0))


def test_thresholds_change_where_it_was_calibrated_anew():
    drawn = lines(score_timeline(SCORES, [3, 3, 3, 8, 10], times=[10.0, 20, 30, 40, 50]))
    np.testing.assert_array_equal(drawn["alarms: 1 of 5, 20.0%"], [[20, 5]])
    np.testing.assert_array_equal(drawn["threshold"], [[10, 3], [20, 3], [30, 3], [40, 8], [50, 10]])


def test_dates_and_titles():
    days = np.datetime64("2024-01-01") + np.arange(5)
    figure = score_timeline(SCORES, 3.0, times=days, title="pump")
    assert figure.axes[0].get_title(loc="left") == "pump"
    assert figure.axes[0].get_xlabel() == "time"
    assert score_timeline(SCORES, 3.0).axes[0].get_xlabel() == "example"
    assert pixels(figure).shape == (300, 760, 3)


def test_what_cannot_be_drawn():
    for scores in ([], [[1.0]], ["a"]):
        with pytest.raises(ValueError, match="`scores` must be numbers"):
            score_timeline(scores, 1.0)
    with pytest.raises(ValueError, match=r"`threshold` must hold one value for each of 5 scores"):
        score_timeline(SCORES, [1.0, 2.0])
    with pytest.raises(ValueError, match=r"`times` must hold one value for each of 5 scores"):
        score_timeline(SCORES, 1.0, times=[1, 2])
