"""Several conditions by name."""

import keras
import numpy as np
import pytest

from keras_vae.conditions import Covariates, Labels, Several
from keras_vae.conditions.several import as_condition

VALUES = {"slant": np.float32([[0.5], [2.0]]), "digit": np.array([2, 0])}


def both() -> Several:
    return as_condition({"slant": Covariates(1), "digit": Labels(3)})


def test_features_are_those_of_all_in_the_order_of_names():
    np.testing.assert_array_equal(both()(VALUES), [[0, 0, 1, 0.5], [1, 0, 0, 2]])
    assert both().size == 4
    assert both().described() == "{'digit': Labels(3), 'slant': Covariates(1)}"


def test_each_is_checked_under_its_name():
    assert set(both().checked(VALUES, count=2)) == {"digit", "slant"}
    with pytest.raises(ValueError, match=r"`condition\['digit'\]` must hold labels from 0 to 2"):
        both().checked({**VALUES, "digit": np.array([0, 7])})
    for wrong in ({"digit": [0]}, {**VALUES, "age": [1]}, [0, 1]):
        with pytest.raises(ValueError, match=r"must be a dict of \['digit', 'slant'\]"):
            both().checked(wrong)


def test_one_value_of_each_stands_for_all():
    found = both().for_each({"digit": 1, "slant": [0.5]}, 2)
    np.testing.assert_array_equal(found["digit"], [1, 1])
    np.testing.assert_array_equal(found["slant"], [[0.5], [0.5]])


def test_labels_are_counted_and_all_are_drawn_where_each_can_be():
    condition = both()
    condition.note(VALUES)
    np.testing.assert_array_equal(condition.conditions["digit"].counts, [1, 0, 1])
    with pytest.raises(ValueError, match="cannot be drawn"):
        condition.sample(3, 0)
    drawn = as_condition({"a": Labels(1000), "b": Labels(1000)}).sample(3, 0)
    assert np.any(np.asarray(drawn["a"]) != np.asarray(drawn["b"]))


def test_its_config_makes_it_again():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(both()))
    assert {name: type(part) for name, part in again.conditions.items()} == {"digit": Labels, "slant": Covariates}


@pytest.mark.parametrize("wrong", [{}, {"a": 3}, "digit", 10, [Labels(2)]])
def test_what_is_no_condition_is_refused(wrong):
    with pytest.raises(ValueError, match="condition"):
        as_condition(wrong)
