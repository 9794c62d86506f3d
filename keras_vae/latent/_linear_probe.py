"""How much of the labels a linear classifier reads from codes."""

from typing import NamedTuple

import keras
import numpy as np

from keras_vae.inputs import batches
from keras_vae.inputs.examples import condition_of, joined, x_of
from keras_vae.inputs.plain_arrays import checked_array
from keras_vae.latent._encode_dataset import encode_dataset

MOST_ITERATIONS = 1000


class ProbeComparison(NamedTuple):
    """Accuracies on test data, from 0 to 1.

    Attributes:
        latent_dim: Length of the codes.
        accuracy: Of a linear classifier on the model's mean codes.
        pca_accuracy: Of one on as many principal components of the training data.
    """

    latent_dim: int
    accuracy: float
    pca_accuracy: float


def linear_probe(train_codes, train_labels, test_codes, test_labels) -> float:
    """The accuracy of a linear classifier that is trained on codes: multinomial logistic regression.

    The features are standardised by the training codes, so that the classifier's penalty treats all alike. What the
    classifier finds is in the codes and lies there plainly; codes may hold more than it finds.

    Source: Alain and Bengio 2016, "Understanding Intermediate Layers Using Linear Classifier Probes", section 3.

    Args:
        train_codes: `(n, features)`.
        train_labels: `(n,)`, at least two classes.
        test_codes: `(m, features)`.
        test_labels: `(m,)`.

    Returns:
        The share of test examples whose class is found, from 0 to 1.

    Raises:
        ValueError: If there are not as many labels as codes, codes are no finite numbers `(n, features)`, or the
            training labels are of one class.
    """
    # scikit-learn takes a second to import.
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=MOST_ITERATIONS))
    probe.fit(np.asarray(train_codes, np.float64), np.asarray(train_labels))
    return float(probe.score(np.asarray(test_codes, np.float64), np.asarray(test_labels)))


def probe_beside_pca(model, train, test) -> ProbeComparison:
    """Linear probes of a model's mean codes and of as many principal components, on the same examples.

    Args:
        model: A `VAE` or an `Autoencoder`.
        train: A pair of arrays (x, labels), x `(n, *event_shape)`, or a `tf.data.Dataset` of batches of such pairs,
            which is held in memory as a whole. Of a model with a condition, x is `{"x": ..., "condition": ...}`, of
            which principal components are given x alone.
        test: The same, to measure the accuracy on.

    Returns:
        `ProbeComparison`. Where examples have fewer elements than the code has latents, PCA keeps all of them.

    Raises:
        ValueError: If there are no labels, x is not what the model encodes, or the labels are no classes.
    """
    from sklearn.decomposition import PCA

    (x_train, y_train), (x_test, y_test) = _checked_pair(train, "train"), _checked_pair(test, "test")
    codes = [encode_dataset(model, x).codes for x in (x_train, x_test)]
    accuracy = linear_probe(codes[0], y_train, codes[1], y_test)
    rows = [x.reshape(len(x), -1).astype(np.float64) for x in map(x_of, (x_train, x_test))]
    pca = PCA(min(model.latent_dim, *rows[0].shape), random_state=0).fit(rows[0])
    components = [pca.transform(row) for row in rows]
    return ProbeComparison(model.latent_dim, accuracy, linear_probe(components[0], y_train, components[1], y_test))


def _checked_pair(data, name) -> tuple:
    """x, with its condition where there is one, and labels as arrays, of a pair or of a dataset of pairs."""
    if batches.is_dataset(data):
        batches.check_ends(data, name)
        pairs = [keras.utils.unpack_x_y_sample_weight(element)[:2] for element in data]
    else:
        pairs = [data] if isinstance(data, tuple) and len(data) == 2 else []
    if not pairs or pairs[0][1] is None:
        raise ValueError(
            f"`{name}` must be (x, labels), or a dataset of batches of such pairs, as `datasets.load(..., "
            "with_labels=True)` gives them."
        )
    x, labels = keras.tree.map_structure(_concatenated, *pairs) if batches.is_dataset(data) else pairs[0]
    return joined(checked_array(x_of(x), name), condition_of(x)), np.asarray(labels)


def _concatenated(*parts):
    return np.concatenate([np.asarray(part) for part in parts])
