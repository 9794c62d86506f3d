import numpy as np
import pytest

from keras_vae import conditions
from keras_vae.visualization.side_by_side import check_value, samples_of, shown_values

from ..conditions.shifts import SHIFTS, shifted_vae
from ..tiny_models import conditional_vae, tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")


def shown_of(condition, values):
    return shown_values(conditional_vae(condition), values, "to", "The grid")


def test_all_classes_by_their_names_or_by_their_numbers():
    shown = shown_of(conditions.Labels(3), None)
    np.testing.assert_array_equal(shown.values, [0, 1, 2])
    assert shown.names == ["0", "1", "2"]
    long = "a name of more than twenty-eight letters"
    named = shown_of(conditions.Labels(3, ["cat", "$5 or $6", long]), [2, 1, 0])
    assert named.names == [f"{long[:14]}…{long[-13:]}", r"\$5 or \$6", "cat"]
    assert [int(named[index]) for index in range(len(named))] == [2, 1, 0]


def test_values_that_are_asked_for_of_other_conditions():
    shown = shown_of(conditions.Covariates(2), [[0.5, -1], [2, 3.25]])
    assert shown.names == ["0.5, \N{MINUS SIGN}1", "2, 3.25"]
    np.testing.assert_array_equal(shown[1], [2, 3.25])
    assert shown_of(conditions.Covariates(4), np.zeros((1, 4))).names == ["-"]
    both = {"kind": conditions.Labels(2, ["a", "b"]), "age": conditions.Covariates(1)}
    shown = shown_of(both, {"kind": [1, 0], "age": [[1.0], [2.0]]})
    assert shown.names == ["1 · b", "2 · a"]
    assert (int(shown[0]["kind"]), float(shown[0]["age"][0])) == (1, 1.0)


@pytest.mark.parametrize(
    ("condition", "values", "message"),
    [
        (conditions.Covariates(1), None, r"The grid draws all classes of labels.*Covariates\(1\): say by `to` which"),
        (conditions.Labels(2), [0, 2], "`to` must hold labels from 0 to 1"),
        (conditions.Labels(2), 1, r"`to` must have shape \(batch\)"),
        (conditions.Labels(2), np.zeros(0, int), r"`to` must hold at least one value of Labels\(2\)"),
    ],
)
def test_values_that_cannot_be_shown(condition, values, message):
    with pytest.raises(ValueError, match=message):
        shown_of(condition, values)


def test_a_model_without_a_condition():
    with pytest.raises(ValueError, match="The grid needs a model with a condition"):
        shown_values(tiny_vae(), None, "to", "The grid")
    check_value(tiny_vae(), None, "The grid")
    with pytest.raises(ValueError, match="`condition` of The grid needs a model with a condition"):
        check_value(tiny_vae(), 1, "The grid")


def test_a_value_is_asked_for_where_there_is_a_condition():
    vae = conditional_vae(conditions.Labels(3))
    check_value(vae, 2, "The grid")
    with pytest.raises(
        ValueError, match=r"has a condition, Labels\(3\): say by `condition` under which of its values The"
    ):
        check_value(vae, None, "The grid")
    with pytest.raises(ValueError, match="`condition` must hold labels from 0 to 2"):
        check_value(vae, 3, "The grid")


def test_samples_of_a_column_have_one_code():
    vae = shifted_vae()
    shown = shown_values(vae, None, "condition", "The grid")
    rows = samples_of(vae, shown, 4, seed=3).reshape(3, 4, 2)
    codes = rows - SHIFTS[:, np.newaxis]
    # Of numbers up to 20: four roundings.
    np.testing.assert_allclose(codes, np.broadcast_to(codes[0], codes.shape), atol=8e-6)
    assert len(np.unique(codes[0, :, 0])) == 4
    assert np.any(samples_of(vae, shown, 4, seed=4).reshape(3, 4, 2) != rows)
    # Of the noise of p(x|z) too.
    draws = samples_of(vae, shown, 4, seed=3, mean=False).reshape(3, 4, 2)
    assert 0 < np.abs(draws - rows).max() < 1
