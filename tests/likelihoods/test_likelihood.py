"""What all likelihoods share: the head, the event axes, the checks of data."""

import keras
import numpy as np
import pytest

from keras_vae.likelihoods import Bernoulli, Normal

EVENT_SHAPE = (4, 5, 2)


def features(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def test_features_on_the_events_grid_are_projected_point_by_point():
    grid, likelihood = features(3, 4, 5, 6), Bernoulli(EVENT_SHAPE)
    logits = likelihood(grid)["logits"]
    kernel, bias = likelihood.get_weights()
    assert kernel.shape == (6, 2)
    np.testing.assert_allclose(logits, np.einsum("nijf,fc->nijc", grid, kernel) + bias, rtol=1e-4, atol=1e-5)


def test_flat_features_are_projected_to_all_elements_at_once():
    flat, likelihood = features(3, 6), Bernoulli(EVENT_SHAPE)
    logits = likelihood(flat)["logits"]
    kernel, bias = likelihood.get_weights()
    np.testing.assert_allclose(logits, (flat @ kernel + bias).reshape(3, *EVENT_SHAPE), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(3, 6), (3, 4, 5, 6)])
def test_several_parameters_come_from_separate_weights(shape):
    likelihood = Normal(EVENT_SHAPE, scale="predicted")
    params = likelihood(features(*shape))
    assert {name: value.shape for name, value in params.items()} == dict.fromkeys(
        ("mean", "log_scale"), (3, *EVENT_SHAPE)
    )
    assert likelihood.get_weights()[0].shape[-1] == 2 * (2 if len(shape) == 4 else 40)
    assert not np.allclose(params["mean"], params["log_scale"])


@pytest.mark.parametrize("shape", [(None, 8, 8, 6), (None, 4, 6), (None, 5, 4, 6), (None, 20, 6)])
def test_features_that_cannot_carry_the_event_are_refused(shape):
    with pytest.raises(ValueError, match=r"cannot carry .*'logits': \(4, 5, 2\).*networks\.conv_transpose"):
        Bernoulli(EVENT_SHAPE).build(shape)


def test_an_unknown_number_of_features_is_refused():
    with pytest.raises(ValueError, match="known size"):
        Bernoulli(EVENT_SHAPE).build((None, None))


def test_heads_are_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    assert Bernoulli((3,))(keras.ops.ones((2, 4), "bfloat16"))["logits"].dtype == "float32"


def test_log_prob_compares_x_with_each_sample_even_where_batch_and_samples_are_of_one_size():
    logits, x = features(3, 3, 4), (features(3, 4) > 0).astype(np.float32)
    likelihood = Bernoulli((4,))
    together = np.asarray(likelihood.log_prob({"logits": logits}, x))
    one_by_one = [likelihood.log_prob({"logits": logits[:, sample]}, x) for sample in range(3)]
    np.testing.assert_allclose(together, np.stack(one_by_one, axis=1), rtol=1e-6)


@pytest.mark.parametrize("shape", [(3, 1), (3, 5), (1, 4), (2, 4)])
def test_log_prob_does_not_broadcast_x(shape):
    with pytest.raises(ValueError, match=r"x must end in the axes|same batch"):
        Bernoulli((4,)).log_prob({"logits": features(3, 4)}, np.zeros(shape))


def test_integer_and_boolean_data_is_cast():
    likelihood, logits = Bernoulli((4,)), features(3, 4)
    x = features(3, 4) > 0
    expected = likelihood.log_prob({"logits": logits}, x.astype(np.float32))
    for kind in (bool, np.uint8, np.int64, np.float64):
        np.testing.assert_array_equal(likelihood.log_prob({"logits": logits}, x.astype(kind)), expected)


@pytest.mark.parametrize("event_shape", [(), (0,), (28, -1), 28, None])
def test_event_shape_must_be_a_shape(event_shape):
    with pytest.raises(ValueError, match="event_shape"):
        Bernoulli(event_shape)
