import numpy as np
import pytest
import tensorflow as tf

from keras_vae import datasets, latent
from tests.evaluation.linear import LATENT_DIM, NUM_FEATURES, examples, linear_autoencoder, linear_vae, means
from tests.tiny_models import tiny_vae

X, LABELS = examples(11), np.arange(11)
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


@pytest.mark.parametrize("model", [linear_vae, linear_autoencoder])
@pytest.mark.parametrize(
    ("data", "labels"),
    [
        (X, None),
        ((X, LABELS), LABELS),
        (tf.data.Dataset.from_tensor_slices(X).batch(4), None),
        (tf.data.Dataset.from_tensor_slices((X, LABELS)).batch(4), LABELS),
        (tf.data.Dataset.from_tensor_slices((X, LABELS, np.ones(11))).batch(4), LABELS),
        (
            tf.data.Dataset.from_tensor_slices((X, np.array(list("abcdefghijk")))).batch(4),
            np.array(list("abcdefghijk")),
        ),
    ],
)
def test_mean_codes_and_labels(model, data, labels):
    encoded = latent.encode_dataset(model(), data)
    np.testing.assert_allclose(encoded.codes, means(X), **TOLERANCE)
    if labels is None:
        assert encoded.labels is None
    else:
        np.testing.assert_array_equal(encoded.labels.astype(labels.dtype), labels)


def test_labels_stay_with_their_images_however_often_a_dataset_is_shuffled():
    model = tiny_vae()
    data = datasets.load("digits", "train", batch_size=400, with_labels=True)
    first, second = (latent.encode_dataset(model, data) for _ in range(2))
    assert not np.array_equal(first.labels, second.labels)
    by_code = [np.lexsort(encoded.codes.T) for encoded in (first, second)]
    np.testing.assert_allclose(first.codes[by_code[0]], second.codes[by_code[1]], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(first.labels[by_code[0]], second.labels[by_code[1]])


def test_a_code_may_be_drawn():
    vae, x = linear_vae(), np.repeat(X[:1], 4000, axis=0)
    drawn = latent.encode_dataset(vae, tf.data.Dataset.from_tensor_slices(x).batch(1500), sample=True).codes
    deviations = np.exp(0.5 * np.asarray(vae.encoder(X[:1])["log_variance"]))[0]
    np.testing.assert_allclose(drawn.mean(axis=0), means(X)[0], atol=5 * deviations.max() / 4000**0.5)
    np.testing.assert_allclose(drawn.std(axis=0), deviations, rtol=0.1)
    # Batches have noise of their own.
    assert not np.array_equal(drawn[:1500], drawn[1500:3000])


def test_batch_size_makes_no_difference():
    codes = latent.encode_dataset(linear_vae(), (X, LABELS), batch_size=3).codes
    np.testing.assert_allclose(codes, means(X), **TOLERANCE)
    assert codes.shape == (11, LATENT_DIM)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((X, LABELS[:5]), r"a label for each example. Received: 11 examples, labels of shape \(5,\)"),
        ((X, 3), r"labels of shape \(\)"),
        (tf.data.Dataset.from_tensor_slices(X).batch(4).repeat(), "`data` has no end"),
        (tf.data.Dataset.from_tensor_slices(X[:0]).batch(4), "`data` is empty"),
        (tf.data.Dataset.from_tensor_slices(X), r"must have shape \(batch, 3\)"),
        (examples(4)[:, :2], rf"must have shape \(batch, {NUM_FEATURES}\)"),
        (np.full((2, 3), np.nan), "must hold finite numbers"),
        ("digits", "must be an array of numbers"),
        (None, "must be an array of numbers"),
    ],
)
def test_what_cannot_be_encoded(data, message):
    with pytest.raises(ValueError, match=message):
        latent.encode_dataset(linear_vae(), data)


def test_the_index_of_a_bad_value_is_counted_over_the_whole_dataset():
    x = X.copy()
    x[9, 1] = np.inf
    with pytest.raises(ValueError, match=r"inf at index \(9, 1\)"):
        latent.encode_dataset(linear_vae(), tf.data.Dataset.from_tensor_slices(x).batch(4))


def test_sample_is_a_bool():
    with pytest.raises(ValueError, match="`sample` must be True or False"):
        latent.encode_dataset(linear_vae(), X, sample=3)
