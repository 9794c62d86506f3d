"""Examples with and without a condition."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae.conditions import Labels
from keras_vae.inputs.examples import condition_of, given, has_condition, joined, split, x_of

X, LABELS = np.zeros((2, 3)), np.array([1, 0])


def test_x_and_its_condition_come_apart_again():
    examples = joined(X, LABELS)
    assert has_condition(examples)
    assert x_of(examples) is X
    assert condition_of(examples) is LABELS
    assert joined(X, None) is X
    assert x_of(X) is X
    assert condition_of(X) is None
    assert not has_condition({"x": X})


def test_a_condition_is_given_beside_an_array_alone():
    assert given(X, None) is X
    assert condition_of(given(X, LABELS)) is LABELS
    for with_its_own in (joined(X, LABELS), tf.data.Dataset.from_tensors(joined(X, LABELS))):
        with pytest.raises(ValueError, match="leave out `condition`"):
            given(with_its_own, LABELS)


def test_a_model_takes_a_condition_exactly_where_it_has_one():
    assert split(X, None, "x") == (X, None)
    assert split(joined(X, LABELS), Labels(2), "x") == (X, LABELS)
    with pytest.raises(ValueError, match=r"the model has no condition. Received: a dict of \['condition', 'x'\]"):
        split(joined(X, LABELS), None, "x")
    with pytest.raises(ValueError, match=r"has a condition, Labels\(2\), and `x` has none.*Received: ndarray"):
        split(X, Labels(2), "x")
    with pytest.raises(ValueError, match=r"Received: a dict of \['x'\]"):
        split({"x": X}, Labels(2), "x")
