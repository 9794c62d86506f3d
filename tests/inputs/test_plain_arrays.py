"""What data come in: taken with all that they say, or refused in words."""

import functools

import keras
import ml_dtypes
import numpy as np
import pytest
import scipy.sparse
import tensorflow as tf

from keras_vae import compression, evaluation, latent, likelihoods, restoration
from keras_vae.anomaly import AnomalyDetector
from keras_vae.inputs.plain_arrays import checked_array
from tests.models.small import small_vae

X = (np.random.default_rng(0).random((12, 4)) < 0.4).astype(np.float32)
MASK = np.zeros(X.shape, bool)
MASK[3, 2] = True
WITH_NAN = np.where(MASK, np.nan, X)


LIKELIHOODS = {
    "bernoulli": lambda: likelihoods.Bernoulli((4,)),
    "masked": lambda: likelihoods.Masked(likelihoods.Bernoulli((4,))),
    "normal": lambda: likelihoods.Normal((4,)),
}


@functools.cache
def made(likelihood):
    """A model, and the values of its variables as it was made."""
    model = small_vae(LIKELIHOODS[likelihood](), event_shape=(4,))
    return model, [variable.numpy() for variable in model.variables]


def vae(likelihood="bernoulli"):
    """A model as it was made: to give it back its weights and the states of its generators is less than to make one."""
    model, values = made(likelihood)
    for variable, value in zip(model.variables, values, strict=True):
        variable.assign(value)
    return model


def compiled(likelihood="bernoulli"):
    """A model as it was made, which has not been trained."""
    model = vae(likelihood)
    model.compile(keras.optimizers.SGD(0.1))
    return model


@functools.cache
def transformer():
    return latent.VAETransformer(2, units=(3,), epochs=1, random_state=0).fit(X)


def as_generator(x):
    yield x


# What takes data, and says something of it. Each computes with a model as it is.
CALLS = {
    "train_on_batch": lambda model, x: model.train_on_batch(x),
    "fit": lambda model, x: model.fit(x, batch_size=12, verbose=0).history["loss"],
    "fit of a generator": lambda model, x: model.fit(as_generator(x), steps_per_epoch=1, verbose=0).history["loss"],
    "fit with validation": lambda model, x: model.fit(X, validation_data=(x,), verbose=0).history["val_loss"],
    "fit with targets": lambda model, x: model.fit(X, x, verbose=0).history["loss"],
    "evaluate": lambda model, x: model.evaluate(x, verbose=0, return_dict=True)["loss"],
    "predict": lambda model, x: model.predict(x, verbose=0),
    "encode": lambda model, x: model.encode(x),
    "elbo": lambda model, x: model.elbo(x, seed=0),
    "over_batches": lambda model, x: next(model.over_batches(model.squared_error, x)),
    "log_likelihood": lambda model, x: evaluation.log_likelihood(model, x, 20, seed=0).per_example,
    "inpaint": lambda model, x: restoration.inpaint(model, x, np.ones(X.shape, bool)),
    "infer": lambda model, x: (
        restoration.infer(
            model, x, num_gradient_steps=1, num_langevin_steps=2, num_restorations=1, seed=0, verbose=0
        ).best_code
    ),
    "detector": lambda model, x: AnomalyDetector(model, train=False, false_alarm_rate=0.2).fit(x).calibration_scores_,
    "transformer": lambda model, x: transformer().transform(x),
    "encode_dataset": lambda model, x: latent.encode_dataset(model, x).codes,
    "compress": lambda model, x: len(compression.compress(model, x)),
    "decode": lambda model, x: model.decode(x[:, :2] if isinstance(x, np.ndarray) else x),
}


def found(call, x, likelihood="bernoulli"):
    """What a call makes of x with a model that is always the same one."""
    keras.utils.set_random_seed(0)
    return np.asarray(CALLS[call](compiled(likelihood), x))


class TestArrays:
    def test_masked_elements_are_missing_ones(self):
        for x in (np.ma.array(X, mask=MASK), list(np.ma.array(X, mask=MASK)), np.ma.array(X.astype(int), mask=MASK)):
            np.testing.assert_array_equal(checked_array(x, "x"), WITH_NAN)
        assert checked_array(np.ma.array(X, mask=MASK), "x").dtype == np.float32
        assert checked_array(np.ma.array(X.astype(bool), mask=MASK), "x").dtype == np.float64
        # What lies under a mask is nothing, be it what it may.
        spoilt = np.ma.array(np.where(MASK, 1e9, X), mask=MASK)
        np.testing.assert_array_equal(checked_array(spoilt, "x"), WITH_NAN)

    def test_without_a_mask_they_are_what_they_were(self):
        for x in (np.ma.array(X.astype(np.uint8)), np.ma.array(X.astype(np.uint8), mask=np.zeros(X.shape, bool))):
            array = checked_array(x, "x")
            assert type(array) is np.ndarray
            assert array.dtype == np.uint8
            np.testing.assert_array_equal(array, X)

    @pytest.mark.parametrize(
        ("x", "message"),
        [
            (scipy.sparse.csr_matrix(X), r"`x` is sparse.*give `x\.toarray\(\)`.*csr_matrix of shape \(12, 4\)"),
            (scipy.sparse.csc_array(X), r"`x` is sparse.*csc_array"),
            (scipy.sparse.coo_array(X), r"`x` is sparse.*coo_array"),
            (tf.sparse.from_dense(X), r"`x` is sparse.*`tf\.sparse\.to_dense\(x\)`"),
            (tf.ragged.constant([[1.0], [1.0, 0.0]]), r"`x` is ragged.*`x\.to_tensor\(\)`.*shape \(2, None\)"),
            (X.astype(complex), "an array of numbers.*complex128"),
            (np.zeros(3, [("a", "f4"), ("b", "f4")]), r"an array of numbers.*'a'"),
            (X.astype(str).astype(object), "an array of numbers.*object"),
            (np.array([[1.0, None]], object), "an array of numbers.*object"),
            (np.array([["2020-01-01"]], "M8[D]"), "an array of numbers.*datetime64"),
        ],
        ids=lambda given: "" if isinstance(given, str) else type(given).__name__,
    )
    def test_what_is_no_array_of_numbers(self, x, message):
        with pytest.raises(ValueError, match=message):
            checked_array(x, "x")


@pytest.mark.usefixtures("eagerly")
class TestCalls:
    @pytest.mark.parametrize("call", CALLS)
    def test_sparse_and_ragged_ones_are_refused(self, call):
        with pytest.raises(ValueError, match=r"`\w+` is sparse, and a network takes every element"):
            found(call, scipy.sparse.csr_array(X))
        with pytest.raises(ValueError, match=r"`\w+` is sparse.*tf\.sparse\.to_dense"):
            found(call, tf.sparse.from_dense(X))
        with pytest.raises(ValueError, match=r"`\w+` is ragged"):
            found(call, tf.RaggedTensor.from_tensor(X))

    @pytest.mark.parametrize("call", sorted(set(CALLS) - {"infer", "inpaint", "transformer", "decode"}))
    def test_a_mask_is_not_dropped(self, call):
        masked = np.ma.array(X, mask=MASK)
        with pytest.raises(ValueError, match=r"nan at index \(3, 2\)"):
            found(call, masked)
        if call != "compress":
            expected = found(call, WITH_NAN.astype(np.float32), "masked")
            np.testing.assert_array_equal(found(call, masked, "masked"), expected)

    def test_a_mask_is_restored_as_what_is_missing(self):
        for call in ("infer", "inpaint"):
            np.testing.assert_array_equal(found(call, np.ma.array(X, mask=MASK)), found(call, WITH_NAN))
        with pytest.raises(ValueError, match="contains NaN"):
            found("transformer", np.ma.array(X, mask=MASK))
        with pytest.raises(ValueError, match=r"`z` must hold finite numbers\. Received: nan at index \(3, 1\)"):
            vae().decode(np.ma.array(X[:, :2], mask=MASK[:, 1:3]))

    @pytest.mark.parametrize("call", sorted(set(CALLS) - {"compress", "decode"}))
    def test_half_precision(self, call):
        rng = np.random.default_rng(1)
        for dtype in (ml_dtypes.bfloat16, np.float16):
            x = rng.normal(size=X.shape).astype(dtype)
            results = [found(call, given, "normal") for given in (x, x.astype(np.float32))]
            np.testing.assert_allclose(*results, rtol=1e-6, err_msg=str(dtype))

    def test_no_file_keeps_bfloat16(self):
        with pytest.raises(
            ValueError, match=r"dtype bfloat16, which a file cannot store\. Give `x\.astype\(np\.float32\)`"
        ):
            found("compress", X.astype(ml_dtypes.bfloat16))
        model, x = vae(), X.astype(np.float16)
        again = compression.decompress(model, compression.compress(model, x))
        assert again.dtype == np.float16
        np.testing.assert_array_equal(again, x)


def test_bfloat16_in_a_graph():
    x = X.astype(ml_dtypes.bfloat16)
    model, losses = compiled(), []
    for given in (x, X, tf.data.Dataset.from_tensor_slices(tf.constant(x)).batch(4)):
        keras.utils.set_random_seed(0)
        vae()
        losses.append(model.fit(given, batch_size=4, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(losses, [losses[0]] * 3, rtol=1e-6)
