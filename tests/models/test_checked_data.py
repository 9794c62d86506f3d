"""Functions of tensors over data of any length, batch by batch."""

import numpy as np
import pytest
import tensorflow as tf

from tests.models.small import EVENT_SHAPE, MODELS, binary, small_vae


class TestOverBatches:
    """What `evaluation` reaches the models by."""

    @MODELS
    @pytest.mark.parametrize("count", [1, 5, 7])
    def test_every_example_is_there_once_and_in_order(self, make, count):
        model, x = make(), binary(count)
        expected = np.asarray(model.encoder(x)["mean"])
        results = [np.asarray(codes) for codes in model.over_batches(model.encode_tensors, x, batch_size=3)]
        assert [len(codes) for codes in results] == [3] * (count // 3) + [count % 3] * (count % 3 > 0)
        np.testing.assert_allclose(np.concatenate(results), expected, rtol=1e-4, atol=1e-6)
        dataset = tf.data.Dataset.from_tensor_slices((x, np.zeros(count))).batch(2)
        results = [np.asarray(codes) for codes in model.over_batches(model.encode_tensors, dataset)]
        np.testing.assert_allclose(np.concatenate(results), expected, rtol=1e-4, atol=1e-6)

    def test_batches_are_read_as_they_are_asked_for(self):
        vae, read = small_vae(), []

        def examples():
            for example in binary(40):
                read.append(1)
                yield example

        dataset = tf.data.Dataset.from_generator(examples, output_signature=tf.TensorSpec(EVENT_SHAPE)).batch(4)
        results = vae.over_batches(vae.encode_tensors, dataset)
        assert len(read) == 0
        next(results)
        assert len(read) < 20

    def test_options_are_the_methods_and_are_told_apart(self):
        vae, x = small_vae(), binary(4)
        for num_samples in (1, 3):
            (result,) = vae.over_batches(vae.elbo_tensors, x, seed=5, num_samples=num_samples)
            np.testing.assert_allclose(result, vae.elbo(x, num_samples=num_samples, seed=5), rtol=1e-5)

    def test_each_batch_has_noise_of_its_own(self):
        vae, x = small_vae(), np.repeat(binary(1), 6, axis=0)
        results = [np.asarray(result) for result in vae.over_batches(vae.elbo_tensors, x, batch_size=2, seed=5)]
        assert len(np.unique(results)) == 6

    def test_data_is_checked_at_once(self):
        vae = small_vae()
        with pytest.raises(ValueError, match=r"must have shape \(batch, 4, 3, 1\)"):
            vae.over_batches(vae.encode_tensors, binary(3)[:, :2])
        vae.over_batches(vae.encode_tensors, 2 * binary(3))
        with pytest.raises(ValueError, match=r"values in \[0, 1\]"):
            vae.over_batches(vae.encode_tensors, 2 * binary(3), target=True)
        with pytest.raises(ValueError, match="`seed` must be"):
            vae.over_batches(vae.elbo_tensors, binary(3), seed=-1)
