"""Constructor arguments: what passes, and what the refusals say."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae.ops import checks


@pytest.mark.parametrize("value", [0, -3, 2.5, "4", None, True, float("nan")])
def test_size_refuses_what_is_no_whole_number_of_at_least_one(value):
    with pytest.raises(ValueError, match=r"`latent_dim` must be a whole number of at least 1\. Received: latent_dim="):
        checks.checked_size(value, "latent_dim")


def test_size_takes_integers_of_every_kind():
    assert [checks.checked_size(value, "n") for value in (3, np.int64(3), np.uint8(3))] == [3, 3, 3]
    assert checks.checked_size(0, "n", minimum=0) == 0


@pytest.mark.parametrize("values", [[], "32", 32, [32, 0], None])
def test_sizes_refuses_all_but_lists_of_sizes(values):
    with pytest.raises(ValueError, match="units"):
        checks.checked_sizes(values, "units")


@pytest.mark.parametrize("shape", [(), 28, "28", (28, 0), (28, None), None])
def test_event_shape_refuses_what_is_no_shape_of_an_example(shape):
    with pytest.raises(ValueError, match="event_shape"):
        checks.checked_event_shape(shape)


def test_event_shape_takes_lists_and_tensor_shapes():
    assert checks.checked_event_shape([28, 28, 1]) == (28, 28, 1)
    assert checks.checked_event_shape(tf.TensorShape([8, 8])) == (8, 8)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "much", "0.1", b"0.1", None])
def test_number_refuses_what_is_below_or_no_number(value):
    with pytest.raises(ValueError, match=r"`beta` must be a finite number of at least 0\.0\. Received: beta="):
        checks.checked_number(value, "beta", 0.0)


def test_number_can_leave_its_bound_out():
    assert checks.checked_number(0, "beta", 0.0) == 0.0
    with pytest.raises(ValueError, match=r"above 0\.0"):
        checks.checked_number(0, "scale", 0.0, inclusive=False)


@pytest.mark.parametrize("value", [-0.1, 1, 1.5, "0.1", float("nan")])
def test_rate_refuses_what_is_no_number_from_0_to_below_1(value):
    with pytest.raises(ValueError, match=r"`rate` must be .*Received: rate="):
        checks.checked_rate(value, "rate")


def test_rate_takes_zero():
    assert [checks.checked_rate(value, "rate") for value in (0, 0.25)] == [0.0, 0.25]


@pytest.mark.parametrize("value", [0, 1, "no", None])
def test_bool_refuses_what_only_counts_as_one(value):
    with pytest.raises(ValueError, match=r"`overwrite` must be True or False\. Received: overwrite="):
        checks.checked_bool(value, "overwrite")


def test_bool_takes_both():
    assert checks.checked_bool(True, "overwrite") is True
    assert checks.checked_bool(False, "overwrite") is False


def test_name_lists_what_there_is():
    assert checks.checked_name("conv", ("dense", "conv"), "network") == "conv"
    with pytest.raises(ValueError, match=r"`network` must be one of 'dense', 'conv'\. Received: network='resnet'"):
        checks.checked_name("resnet", ("dense", "conv"), "network")


def test_free_path_lets_nothing_be_lost(tmp_path):
    assert checks.checked_free_path(tmp_path, overwrite=False) == str(tmp_path)
    (tmp_path / "precious").write_text("work")
    for path in (tmp_path, tmp_path / "precious"):
        with pytest.raises(ValueError, match="already"):
            checks.checked_free_path(path, overwrite=False)
        with pytest.raises(ValueError, match="`overwrite` must be True or False"):
            checks.checked_free_path(path, overwrite="no")
        assert checks.checked_free_path(path, overwrite=True) == str(path)
