"""The shape of a batch: what is refused, and with which words."""

import pytest

from keras_vae.inputs.event_shapes import check_event_shape


def test_a_batch_of_any_length_has_the_shape_of_its_examples():
    check_event_shape((0, 4, 3), (4, 3), "x")
    check_event_shape((None, 4, 3), [4, 3], "target")


@pytest.mark.parametrize("shape", [(4, 3), (7, 3, 4), (7, 4, 3, 1), (7,)])
def test_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"`x` must have shape \(batch, 4, 3\)\. Received shape .*\)\.$"):
        check_event_shape(shape, (4, 3), "x")


def test_of_a_target_it_says_that_labels_are_none():
    with pytest.raises(ValueError, match=r"`target` must have shape .* Labels are not targets"):
        check_event_shape((7,), (4, 3), "target")
