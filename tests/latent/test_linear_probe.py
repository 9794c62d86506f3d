import numpy as np
import pytest
import tensorflow as tf
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from keras_vae import latent
from keras_vae.datasets.digits import load_digits
from tests.evaluation.linear import examples, linear_vae, means
from tests.tiny_models import tiny_vae


def blobs(count, distance, seed, features=3):
    """Two classes of unit normal points whose means are so far apart along the first feature; and their labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    points = rng.normal(size=(count, features))
    points[:, 0] += distance * (labels - 0.5)
    return points, labels


def test_accuracy_of_two_normal_classes_is_bayess():
    """Phi(distance / 2), which no classifier exceeds but by chance."""
    from scipy.stats import norm

    accuracy = latent.linear_probe(*blobs(4000, 2.0, 0), *blobs(20_000, 2.0, 1))
    assert accuracy == pytest.approx(norm.cdf(1.0), abs=4 * (0.16 * 0.84 / 20_000) ** 0.5 + 0.002)


def test_perfect_useless_and_swapped():
    codes, labels = blobs(400, 20.0, 0)
    assert latent.linear_probe(codes, labels, codes, labels) == 1.0
    assert latent.linear_probe(codes, labels, codes, 1 - labels) == 0.0
    noise = np.random.default_rng(2).integers(0, 2, 400)
    assert latent.linear_probe(codes[:, 1:], labels, codes[:, 1:], noise) == pytest.approx(0.5, abs=0.1)


def test_scale_and_shift_of_the_codes_make_no_difference():
    (codes, labels), (other, others) = blobs(300, 1.5, 0), blobs(300, 1.5, 1)
    scale, shift = np.array([1e-4, 1.0, 1e3]), np.array([5.0, 0.0, -1e4])
    plain = latent.linear_probe(codes, labels, other, others)
    assert latent.linear_probe(codes * scale + shift, labels, other * scale + shift, others) == plain
    assert 0.6 < plain < 0.95


def test_what_is_not_linear_is_not_found():
    """Inside or outside of a circle: a linear classifier can do no better than to name the larger class."""
    points = np.random.default_rng(0).normal(size=(2000, 2))
    labels = np.linalg.norm(points, axis=1) > 1.0
    assert latent.linear_probe(points, labels, points, labels) == pytest.approx(labels.mean(), abs=0.02)


def test_several_classes_of_any_kind():
    digits = load_digits("train"), load_digits("test")
    (x, y), (x_test, y_test) = ((part.pixels.reshape(len(part.pixels), -1), part.labels) for part in digits)
    names = np.array(list("abcdefghij"))
    accuracy = latent.linear_probe(x, names[y], x_test, names[y_test])
    # Another linear classifier, which is found by a closed form.
    assert accuracy == pytest.approx(LinearDiscriminantAnalysis().fit(x, y).score(x_test, y_test), abs=0.05)
    assert accuracy > 0.9


def test_beside_pca_each_is_the_probe_of_its_codes():
    vae, x, x_test = linear_vae(), examples(60), examples(50, seed=1)
    labels, labels_test = (means(rows)[:, 0] > means(x)[:, 0].mean() for rows in (x, x_test))
    found = latent.probe_beside_pca(vae, (x, labels), (x_test, labels_test))
    assert found.latent_dim == 2
    assert found.accuracy == latent.linear_probe(means(x), labels, means(x_test), labels_test)
    # Whose classes are read from the first latent of the model.
    assert found.accuracy > 0.9
    pca = PCA(2).fit(x)
    assert found.pca_accuracy == latent.linear_probe(pca.transform(x), labels, pca.transform(x_test), labels_test)


def test_datasets_in_any_order_and_images():
    model, (train, test) = tiny_vae(latent_dim=3), (load_digits(split) for split in ("train", "test"))
    arrays = [((part.pixels / 16).astype(np.float32)[:400], part.labels[:400]) for part in (train, test)]
    shuffled = tf.data.Dataset.from_tensor_slices(arrays[0]).shuffle(400).batch(64)
    found = latent.probe_beside_pca(model, shuffled, tf.data.Dataset.from_tensor_slices(arrays[1]).batch(100))
    expected = latent.probe_beside_pca(model, *arrays)
    np.testing.assert_allclose(found, expected, atol=0.011)
    assert found.pca_accuracy > 0.6


def test_pca_has_no_more_components_than_there_are_elements():
    from tests.models.small import small_vae

    x, labels = blobs(100, 8.0, 0, features=2)
    vae = small_vae(latent_dim=5, event_shape=(2,))
    found = latent.probe_beside_pca(vae, ((x > 0).astype(np.float32), labels), ((x > 0).astype(np.float32), labels))
    assert found.latent_dim == 5
    assert found.pca_accuracy == 1.0


@pytest.mark.parametrize(
    ("train", "message"),
    [
        (examples(4), r"`train` must be \(x, labels\), or a dataset of batches of such pairs"),
        ((examples(4), None), "`train` must be"),
        (tf.data.Dataset.from_tensor_slices(examples(4)).batch(2), "`train` must be"),
        (tf.data.Dataset.from_tensor_slices((examples(0), np.zeros(0))).batch(2), "`train` must be"),
        (tf.data.Dataset.from_tensor_slices((examples(4), np.zeros(4))).batch(2).repeat(), "`train` has no end"),
        ((examples(4)[:, :2], np.arange(4)), r"must have shape \(batch, 3\)"),
        ((examples(4), np.arange(3)), "inconsistent numbers of samples"),
        ((examples(4), np.zeros(4)), "at least 2 classes"),
    ],
)
def test_bad_data(train, message):
    with pytest.raises(ValueError, match=message):
        latent.probe_beside_pca(linear_vae(), train, (examples(4), np.array([0, 1, 0, 1])))
