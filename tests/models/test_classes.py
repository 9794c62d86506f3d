"""Classes by Bayes's rule, against a model whose log p(x|c) has a closed form."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from keras_vae import conditions
from tests.models import labelled
from tests.models.small import small_autoencoder, small_vae


@pytest.fixture(scope="module")
def vae():
    return labelled.labelled_vae()


X = labelled.examples(5)


class TestClassify:
    def test_it_is_bayess_rule_with_the_frequencies_of_training(self, vae):
        expected = special.softmax(labelled.log_likelihoods(X) + labelled.LOG_PROBABILITIES, axis=1)
        # By the exact posterior all weights are alike: what remains is the rounding of float32.
        np.testing.assert_allclose(vae.classify(X, num_samples=3, seed=0), expected, atol=2e-6)

    def test_the_temperature_divides_the_logits(self, vae):
        logits = labelled.log_likelihoods(X) + labelled.LOG_PROBABILITIES
        found = vae.classify(X, num_samples=3, seed=0, temperature=2.5)
        np.testing.assert_allclose(found, special.softmax(logits / 2.5, axis=1), atol=2e-6)

    def test_rows_are_probabilities_also_of_examples_that_are_far_from_all_classes(self, vae):
        far = np.array([[300.0, -300.0], [3000.0, 3000.0]], np.float32)
        found = vae.classify(far, num_samples=3, seed=0)
        np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-12)
        assert found.dtype == np.float64

    def test_before_any_training_all_classes_are_alike(self):
        vae = small_vae(condition=conditions.Labels(4))
        for weight in vae.trainable_variables:
            weight.assign(np.zeros(weight.shape))
        np.testing.assert_allclose(vae.classify(np.zeros((2, 4, 3, 1)), num_samples=2), 0.25, rtol=1e-6)

    @pytest.mark.parametrize("temperature", [0.0, -1.0, np.nan, "hot"])
    def test_a_temperature_is_above_0(self, vae, temperature):
        with pytest.raises(ValueError, match="`temperature` must be a finite number above 0"):
            vae.classify(X, temperature=temperature)

    def test_the_same_seed_gives_the_same_values_and_none_gives_others(self):
        vae = labelled.labelled_vae()
        labelled.loosen(vae)
        first, again, other, another = (vae.classify(X, num_samples=5, seed=seed) for seed in (1, 1, None, None))
        np.testing.assert_array_equal(first, again)
        assert np.all(other != another)

    def test_labels_of_examples_are_not_looked_at(self, vae):
        pairs = {"x": X, "condition": np.full(5, 99)}
        dataset = tf.data.Dataset.from_tensor_slices(pairs).batch(2)
        expected = vae.classify(X, num_samples=2, seed=0, batch_size=2)
        for examples in (pairs, dataset, tf.data.Dataset.from_tensor_slices(X).batch(2)):
            np.testing.assert_array_equal(vae.classify(examples, num_samples=2, seed=0, batch_size=2), expected)

    def test_nothing_has_no_classes(self, vae):
        assert vae.classify(X[:0], num_samples=2).shape == (0, labelled.NUM_CLASSES)

    def test_values_that_have_no_probability_are_refused(self):
        with pytest.raises(ValueError, match="zeros and ones"):
            small_vae(condition=conditions.Labels(4)).classify(np.full((2, 4, 3, 1), 0.5))


class TestWhatHasNoClasses:
    def test_no_condition(self):
        with pytest.raises(ValueError, match=r"classify needs .*`VAE\(.*Labels\(10\)\)`.*VAE without a condition"):
            small_vae().classify(np.zeros((2, 4, 3, 1)))

    def test_another_condition(self):
        with pytest.raises(ValueError, match=r"VAE with the condition Covariates\(2\)"):
            small_vae(condition=conditions.Covariates(2)).classify(np.zeros((2, 4, 3, 1)))

    def test_several_conditions(self):
        several = {"digit": conditions.Labels(3), "angle": conditions.Covariates(1)}
        with pytest.raises(ValueError, match=r"Labels\(3\).*Of several conditions no one is the class"):
            small_vae(condition=several).classify(np.zeros((2, 4, 3, 1)))

    def test_an_autoencoder_cannot_be_asked(self):
        assert not hasattr(small_autoencoder(), "classify")
