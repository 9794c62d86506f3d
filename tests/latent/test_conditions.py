"""Codes of a model with a condition, and sweeps over such models."""

import functools

import numpy as np
import pytest
import tensorflow as tf
from sklearn.decomposition import PCA

from keras_vae import conditions, evaluation, latent
from tests.evaluation import linear
from tests.models.small import Builder, binary, small_vae

X, LABELS, NAMES = linear.examples(11), np.arange(11) % 2, np.array(list("abcdefghijk"))
MEANS = linear.means(X) + linear.SHIFTS_OF_CODES[LABELS]
TOLERANCE = {"rtol": 1e-4, "atol": 1e-5}
EXAMPLES = {"x": X, "condition": LABELS}


@functools.cache
def vae():
    return linear.conditional_vae()


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        ((X, NAMES), LABELS),
        ((EXAMPLES, NAMES), None),
        (tf.data.Dataset.from_tensor_slices((EXAMPLES, NAMES)).batch(4), None),
    ],
)
def test_codes_are_those_under_the_class_beside_any_labels(data, condition):
    found = latent.encode_dataset(vae(), data, condition=condition)
    np.testing.assert_allclose(found.codes, MEANS, **TOLERANCE)
    np.testing.assert_array_equal(found.labels.astype("U1"), NAMES)


def test_a_condition_beside_a_dataset_is_refused():
    with pytest.raises(ValueError, match="as `data`, and leave out `condition`"):
        latent.encode_dataset(vae(), tf.data.Dataset.from_tensor_slices(X).batch(4), condition=LABELS)


def test_linear_probes_read_codes_under_the_class_and_components_of_x_alone():
    x, labels = linear.examples(60), np.arange(60) % 2
    classes = x[:, 0] > 0
    train = ({"x": x, "condition": labels}, classes)
    found = latent.probe_beside_pca(vae(), train, tf.data.Dataset.from_tensor_slices(train).batch(25))
    codes = vae().encode(x, condition=labels)
    assert found.accuracy == latent.linear_probe(codes, classes, codes, classes)
    components = PCA(2, random_state=0).fit_transform(x)
    assert found.pca_accuracy == latent.linear_probe(components, classes, components, classes)


def test_traversals_are_under_one_class():
    found = latent.traversals(vae(), X[0], [-1.0, 2.0], condition=1)
    codes = np.tile(linear.means(X[:1])[0] + linear.SHIFTS_OF_CODES[1], (2, 2, 1))
    codes[0, :, 0] = codes[1, :, 1] = [-1.0, 2.0]
    np.testing.assert_allclose(found.codes, codes, **TOLERANCE)
    np.testing.assert_allclose(found.examples, codes @ linear.TO_X + linear.SHIFTS_OF_X[1] + linear.X_BIAS, **TOLERANCE)
    with pytest.raises(ValueError, match="say by `condition` under which of its values traversals draws"):
        latent.traversals(vae())


def test_a_sweep_over_models_with_a_condition(eagerly):
    build = Builder(functools.partial(small_vae, condition=conditions.Labels(2)))
    examples = {"x": binary(24), "condition": np.arange(24) % 2}
    test = {"x": binary(8, seed=1), "condition": np.arange(8) % 2}
    found = latent.sweep(build, [2], examples, test, 1, progress=False, batch_size=12)
    for point, model in zip(found.points, build.models, strict=True):
        expected = evaluation.rate_distortion(model, test)
        np.testing.assert_allclose((point.rate, point.distortion), expected, rtol=1e-4)
        np.testing.assert_allclose(point.squared_error, evaluation.mean_squared_error(model, test), rtol=1e-4)


def test_a_sweep_sees_conditions_that_come_in_another_order(eagerly):
    build = Builder(functools.partial(small_vae, condition=conditions.Labels(9)))
    labels = tf.data.Dataset.range(9).shuffle(9, reshuffle_each_iteration=True)
    x = np.ones((4, 3, 1), np.float32)
    shuffled = labels.map(lambda label: {"x": x, "condition": label}).batch(9)
    with pytest.raises(ValueError, match="must hold the same examples in the same order"):
        latent.sweep(build, [1], {"x": binary(9), "condition": np.arange(9)}, shuffled, 1, progress=False)


def test_rows_of_a_table_have_no_condition():
    transformer = latent.VAETransformer(build=lambda *_: linear.conditional_vae())
    with pytest.raises(ValueError, match=r"must return a VAE without one.*condition=Labels\(2\)"):
        transformer.fit(X)
