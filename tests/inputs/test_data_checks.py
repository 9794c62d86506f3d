"""Bad data is refused before the long work, in words that name it and say how to mend it."""

import warnings

import keras
import numpy as np
import pytest
import scipy.sparse
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, posteriors
from keras_vae.inputs import data_checks
from tests.models.small import EVENT_SHAPE, binary, small_autoencoder, small_vae


def compiled_vae():
    model = small_vae()
    # Its steps are traced and taken in half of Adam's time.
    model.compile("sgd")
    return model


@pytest.fixture
def vae():
    return compiled_vae()


@pytest.fixture(scope="module")
def untouched():
    """For tests in which all data is refused, so that nothing is left behind."""
    return compiled_vae()


def with_value(value, index=(3, 2, 1, 0)):
    x = binary(8)
    x[index] = value
    return x


def batched(*arrays, batch_size=4):
    arrays = arrays[0] if len(arrays) == 1 else arrays
    return tf.data.Dataset.from_tensor_slices(arrays).batch(batch_size)


def assert_no_step(model):
    assert int(model.optimizer.iterations) == 0


BAD_ARRAYS = {
    "bytes": (lambda: binary(8) * 255, r"values in \[0, 1\] for Bernoulli\. Received: 255\.0 at index .*by 255"),
    "negative": (lambda: with_value(-0.5), r"values in \[0, 1\].*Received: -0\.5 at index \(3, 2, 1, 0\)"),
    "nan": (lambda: with_value(np.nan), r"Received: nan at index \(3, 2, 1, 0\)"),
    "infinity": (lambda: with_value(np.inf), r"Received: inf at index \(3, 2, 1, 0\)"),
    "shape": (
        lambda: np.zeros((8, 28, 28, 1)),
        r"must have shape \(batch, 4, 3, 1\)\. Received shape \((4|8), 28, 28, 1\)",
    ),
    "rank": (lambda: np.zeros((8, 4, 3)), r"must have shape \(batch, 4, 3, 1\)\. Received shape \((4|8), 4, 3\)"),
    "empty": (lambda: binary(0), "is empty"),
    "strings": (lambda: np.array(["a", "b"]), "array of numbers"),
}


ROUTES = {
    "fit": lambda model, data: model.fit(data, verbose=0),
    "evaluate": lambda model, data: model.evaluate(data, verbose=0),
    "validation": lambda model, data: model.fit(
        binary(8), validation_data=data if isinstance(data, tf.data.Dataset) else (data,), verbose=0
    ),
}


@pytest.mark.parametrize("case", BAD_ARRAYS)
@pytest.mark.parametrize("route", ROUTES)
def test_arrays_are_checked_whole(untouched, case, route):
    make, message = BAD_ARRAYS[case]
    with pytest.raises(ValueError, match=message):
        ROUTES[route](untouched, make())
    assert_no_step(untouched)


@pytest.mark.parametrize("case", sorted(set(BAD_ARRAYS) - {"empty", "strings", "rank"}))
@pytest.mark.parametrize("route", ROUTES)
def test_datasets_are_checked_by_their_first_batch(untouched, case, route):
    make, message = BAD_ARRAYS[case]
    with pytest.raises(ValueError, match=message):
        ROUTES[route](untouched, batched(make()))
    assert_no_step(untouched)


def test_later_batches_of_a_dataset_are_checked_as_they_come(vae):
    message = (
        r"`x` must hold values in \[0, 1\] for Bernoulli\. Received: 7 at index \(2, 0, 0, 0\) of batch 1\. Divide"
    )
    for call in (vae.fit, vae.evaluate):
        with pytest.raises(ValueError, match=message):
            call(batched(with_value(7.0, (6, 0, 0, 0))), verbose=0)
    with pytest.raises(ValueError, match=r"Received: nan at index \(3, 2, 1, 0\) of batch 1\. Remove the example"):
        vae.fit(batched(with_value(np.nan, (7, 2, 1, 0))), verbose=0)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ((with_value(np.nan, (6, 0, 0, 0)), binary(8)), "x"),
        ((binary(8), with_value(2.0, (6, 0, 0, 0))), "target"),
        ((binary(8), binary(8), np.r_[np.ones(6), -1, 1].astype(np.float32)), "sample_weight"),
    ],
)
def test_every_part_of_a_later_batch_is_checked(eagerly, vae, parts, name):
    with pytest.raises(ValueError, match=rf"`{name}` must hold .* at index \(2.* of batch 1"):
        vae.fit(batched(*parts), verbose=0)


def test_the_first_bad_index_is_named_beyond_the_first_chunk(untouched, monkeypatch):
    # In place of thousands of rows, the chunk that they would fill.
    monkeypatch.setattr("keras_vae.inputs.rules.ROWS_AT_ONCE", 2)
    with pytest.raises(ValueError, match=r"at index \(5, 0, 1, 0\)"):
        untouched.fit(with_value(np.nan, (5, 0, 1, 0)), verbose=0)


@pytest.mark.parametrize("make", [lambda x, y: (x, y), lambda x, y: (batched(x, y),)], ids=["arrays", "dataset"])
def test_labels_are_no_targets(untouched, make):
    labels = np.arange(8) % 3
    with pytest.raises(ValueError, match="Labels are not targets"):
        untouched.fit(*make(binary(8), labels), verbose=0)
    with pytest.raises(ValueError, match="Labels are not targets"):
        untouched.fit(*make(binary(8), np.eye(3)[labels]), verbose=0)
    assert_no_step(untouched)


def test_labels_from_a_generator_are_refused_by_their_shape(untouched):
    def generator():
        yield binary(4), np.zeros(4)

    with pytest.raises(ValueError, match="Labels are not targets"):
        untouched.fit(generator(), verbose=0)


class Batches(keras.utils.PyDataset):
    """Two batches of a user's own."""

    def __init__(self, x, **kwargs):
        super().__init__(**kwargs)
        self.x = x

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return (self.x[4 * index : 4 * index + 4],)


SOURCES = {
    "generator": lambda x: ((part,) for part in np.split(x, 2)),
    "PyDataset": Batches,
    "on_batch": None,
}


@pytest.mark.parametrize("source", SOURCES)
def test_other_sources_are_checked_batch_by_batch(vae, source):
    def fit(x):
        return vae.train_on_batch(x) if source == "on_batch" else vae.fit(SOURCES[source](x), epochs=1, verbose=0)

    fit(binary(8))
    for bad in (binary(8) * 255, with_value(np.nan, (1, 0, 0, 0))):
        with pytest.raises(ValueError, match=r"`x` must hold values in \[0, 1\].* at index"):
            fit(bad)
    with pytest.raises(ValueError, match=r"`x` must hold values in \[0, 1\]"):
        vae.test_on_batch(binary(8) * 255)


FORMS = {
    "x": lambda x: x,
    "(x,)": lambda x: (x,),
    "(x, x)": lambda x: (x, x),
    "(x, None, weights)": lambda x: (x, None, np.full(len(x), 2.0)),
    "(x, x, weights)": lambda x: (x, x, np.full(len(x), 2.0)),
}


@pytest.mark.parametrize("form", FORMS)
def test_generators_and_datasets_of_python_give_x_alone_or_with_weights(eagerly, form):
    x, model = binary(8), small_autoencoder()
    model.compile(keras.optimizers.SGD(0.0))
    weight = 2.0 if "weights" in form else 1.0
    expected = weight * model.evaluate(x, batch_size=4, verbose=0, return_dict=True)["loss"]

    class OfForm(Batches):
        def __getitem__(self, index):
            return FORMS[form](self.x[4 * index : 4 * index + 4])

    for data in ((FORMS[form](part) for part in np.split(x, 2)), OfForm(x)):
        history = model.fit(data, epochs=1, verbose=0).history
        # float32 sums of 12 elements, in another order.
        np.testing.assert_allclose(history["loss"], expected, rtol=1e-5)


def test_later_batches_of_python_are_refused_in_the_same_words(eagerly, vae):
    x = with_value(np.nan, (6, 0, 0, 0))
    for data in (((part,) for part in np.split(x, 2)), Batches(x)):
        with pytest.raises(
            ValueError, match=r"^`x` must hold values in \[0, 1\].*Received: nan at index \(2, 0, 0, 0\)"
        ):
            vae.fit(data, verbose=0)


def test_data_without_an_end_are_refused(eagerly, vae):
    endless = batched(binary(8)).repeat()

    class Endless(keras.utils.PyDataset):
        num_batches = None

        def __getitem__(self, index):
            return (binary(4),)

    for data in (endless, Endless()):
        for call, name, option in (
            (lambda data: vae.fit(data, verbose=0), "x", "steps_per_epoch"),
            (lambda data: vae.evaluate(data, verbose=0), "x", "steps"),
            (lambda data: vae.predict(data, verbose=0), "x", "steps"),
            (lambda data: vae.fit(binary(8), validation_data=data, verbose=0), "validation_data", "validation_steps"),
        ):
            with pytest.raises(ValueError, match=rf"`{name}` has no end.*`{option}`"):
                call(data)
    assert_no_step(vae)
    vae.fit(endless, steps_per_epoch=3, validation_data=endless, validation_steps=1, verbose=0)
    assert int(vae.optimizer.iterations) == 3
    keras.config.set_max_steps_per_epoch(2)
    try:
        vae.fit(endless, verbose=0)
    finally:
        keras.config.set_max_steps_per_epoch(None)
    assert int(vae.optimizer.iterations) == 5


def test_nothing_of_a_source_that_can_be_read_once_is_lost(eagerly):
    def once():
        parts = iter([np.full((4, 3), number, np.float32) for number in range(6)])
        return tf.data.Dataset.from_generator(lambda: parts, output_signature=tf.TensorSpec((4, 3)))

    seen = []

    class Seen(keras.layers.Layer):
        def call(self, x):
            if tf.executing_eagerly():
                seen.extend(np.asarray(x)[:, 0].tolist())
            return x

    model = small_autoencoder(likelihoods.Normal((3,)), event_shape=(3,), corruption=Seen())
    model.compile(keras.optimizers.SGD(0.0))
    seen.clear()
    model.fit(once(), verbose=0)
    assert seen == np.repeat(np.arange(6.0), 4).tolist()
    assert len(model.predict(once(), verbose=0)) == len(model.encode(once())) == 24


@pytest.mark.parametrize("signature", [None, tf.TensorSpec((4, 2, 3, 1))])
def test_another_shape_of_such_a_source_is_refused(eagerly, vae, signature):
    kind = {"output_types": tf.float32} if signature is None else {"output_signature": signature}
    data = tf.data.Dataset.from_generator(lambda: iter([binary(4)[:, :2]]), **kind)
    with pytest.raises(ValueError, match=r"\[4,2,3,1\]|must have shape \(batch, 4, 3, 1\)"):
        vae.fit(data, verbose=0)
    assert_no_step(vae)


def test_in_processes_of_its_own_a_py_dataset_calls_no_tensorflow(vae):
    bad, several = 2 * binary(8), {"workers": 2, "use_multiprocessing": True}
    with pytest.raises(ValueError, match=r"`x` must hold values in \[0, 1\]"):
        data_checks.CheckedPyDataset(vae.data_spec, Batches(bad, **several), "x")
    checked = data_checks.CheckedPyDataset(vae.data_spec, Batches(binary(8), **several), "x")
    checked._dataset = Batches(bad)
    with pytest.raises(ValueError, match=r"`x` must hold values in \[0, 1\]"):
        checked[1]
    checked._process = None
    np.testing.assert_array_equal(checked[1][0], bad[4:])


def no_tensorflow(x):
    raise AssertionError


@pytest.mark.parametrize("check", [data_checks._checked_element, data_checks._checked_input])
def test_in_such_processes_shapes_and_numbers_are_checked_and_masks_are_kept(monkeypatch, vae, check):
    masked = small_vae(likelihoods.Masked(likelihoods.Bernoulli(EVENT_SHAPE)))
    monkeypatch.setattr(tf, "convert_to_tensor", no_tensorflow)
    x = binary(4)
    for bad, expected in (
        (with_value(np.nan, (2, 0, 0, 0))[:4], r"finite numbers\. Received: nan at index \(2, 0, 0, 0\)"),
        (x[:, :2], r"must have shape \(batch, 4, 3, 1\)"),
        (scipy.sparse.csr_matrix(x.reshape(4, -1)), "is sparse"),
    ):
        with pytest.raises(ValueError, match=expected):
            check(vae.data_spec, (bad,), "x", by_tensorflow=False)
    hidden = np.ma.masked_equal(x, 1)
    np.testing.assert_array_equal(
        check(masked.data_spec, hidden, "x", by_tensorflow=False)[0], np.where(x == 1, np.nan, x)
    )
    with pytest.raises(ValueError, match=r"NaN where one is missing\. Received: inf"):
        check(masked.data_spec, (np.where(x == 1, np.inf, x),), "x", by_tensorflow=False)


def test_batches_for_predict_are_checked_and_need_no_target(eagerly, vae):
    x = binary(8)
    expected = vae.predict(x, verbose=0)
    parts = np.split(x, 2)
    for data in (iter(parts), (part for part in parts), map(np.asarray, parts), ((part, None) for part in parts)):
        np.testing.assert_allclose(vae.predict(data, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(vae.predict(Batches(x), verbose=0), expected, rtol=1e-5)
    bad = with_value(np.nan, (6, 0, 0, 0))
    for data in (iter(np.split(bad, 2)), Batches(bad)):
        with pytest.raises(ValueError, match=r"Received: nan at index \(2, 0, 0, 0\)"):
            vae.predict(data, verbose=0)


def test_an_iterator_is_trained_on_as_a_generator(eagerly, vae):
    vae.fit(iter(np.split(binary(8), 2)), validation_data=map(np.asarray, [binary(4)]), verbose=0)
    num_steps = int(vae.optimizer.iterations)
    # Keras counts a last step that finds no data.
    assert num_steps in (2, 3)


def test_a_caution_sees_the_whole_array(eagerly, vae, monkeypatch):
    # In place of thousands of rows, the chunk that they would fill.
    monkeypatch.setattr("keras_vae.inputs.data_checks.ROWS_AT_ONCE", 2)
    x = binary(8)
    x[7, 0] = 0.5
    with pytest.warns(UserWarning, match="not a likelihood"):
        vae.fit(x, verbose=0)


def test_an_empty_or_unbatched_dataset_is_refused(untouched):
    with pytest.raises(ValueError, match="is empty"):
        untouched.fit(batched(binary(0)), verbose=0)
    with pytest.raises(ValueError, match=r"must be batched.*batch\(128\)"):
        untouched.fit(tf.data.Dataset.from_tensor_slices(binary(8)), verbose=0)
    with pytest.raises(ValueError, match="dataset of tensors"):
        untouched.fit(tf.data.Dataset.from_tensor_slices({"image": binary(8)}).batch(4), verbose=0)


def test_inputs_may_have_as_many_axes_as_an_event(eagerly):
    vae = VAE(
        Encoder(networks.dense([8]), posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([8]), likelihoods.Bernoulli(EVENT_SHAPE)),
    )
    vae.compile("adam")
    x = binary(8)
    for _ in range(2):
        vae.fit(batched(x[..., 0], x), verbose=0)
    with pytest.raises(ValueError, match="must be batched"):
        vae.fit(tf.data.Dataset.from_tensor_slices((x[..., 0], x)), verbose=0)
    with pytest.raises(ValueError, match=r"`x` must have shape \(batch, 4, 3\)\. Received shape \(4, 2, 3\)"):
        vae.fit(batched(x[:, :2, :, 0], x), verbose=0)


def test_an_unbuilt_model_takes_its_events_shape_from_inference():
    built = small_vae()
    model = type(built).from_config(built.get_config())
    for method in (model.encode, model.reconstruct, model.elbo):
        with pytest.raises(ValueError, match=r"\(batch, 4, 3, 1\)"):
            method(binary(8)[:, :2])
    assert model.encode(binary(8)).shape == (8, 2)


def test_the_index_in_a_dataset_counts_from_its_start(untouched):
    with pytest.raises(ValueError, match=r"at index \(6, 0, 0, 0\)"):
        untouched.encode(batched(with_value(np.nan, (6, 0, 0, 0))))


def test_data_of_no_known_kind_is_refused(untouched):
    with pytest.raises(ValueError, match="array of numbers"):
        untouched.fit({"image": binary(8)}, verbose=0)
    with pytest.raises(ValueError, match=r"`x` must be an array of numbers.*Received: list"):
        untouched.fit([binary(8), np.zeros(8)], verbose=0)
    with pytest.raises(ValueError, match="array of numbers"):
        untouched.encode(3.0)
    with pytest.raises(ValueError, match="`class_weight` needs classes"):
        untouched.fit(binary(8), class_weight={0: 1.0}, verbose=0)
    with pytest.raises(ValueError, match="one length"):
        untouched.fit(binary(8), binary(7), verbose=0)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: (x.tolist(), None, [1.0] * 8),
        lambda x: (tf.constant(x),),
        lambda x: (x.astype(bool),),
        lambda x: (tf.data.Dataset.from_tensor_slices(x > 0).batch(4),),
        lambda x: (tf.data.Dataset.from_tensors((x[:4], x[:4], np.ones(4))).repeat(2),),
        lambda x: (tf.data.Dataset.from_generator(lambda: iter(np.split(x, 2)), output_types=tf.float32),),
    ],
    ids=["lists", "tensor", "booleans", "boolean dataset", "weighted dataset", "unknown shape"],
)
def test_every_form_that_keras_takes_is_taken(vae, make):
    x, *rest = make(binary(8))
    arguments = dict(zip(("y", "sample_weight"), rest, strict=False))
    steps = []
    count = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: steps.append(logs["loss"]))
    batch_size = None if isinstance(x, tf.data.Dataset) else 4
    vae.fit(x, **arguments, batch_size=batch_size, epochs=1, verbose=0, callbacks=[count])
    assert len(steps) == 2
    assert np.all(np.isfinite(steps))


@pytest.mark.parametrize("method", ["train_on_batch", "test_on_batch"])
def test_a_batch_of_lists_is_that_of_arrays(eagerly, method):
    model, x, weight = small_autoencoder(), binary(8), np.linspace(0, 2, 8)
    model.compile(keras.optimizers.SGD(0.0))
    call, target = getattr(model, method), 1 - x
    model.reset_metrics()
    expected = call(x, target, weight, return_dict=True)
    model.reset_metrics()
    assert call(x.tolist(), target.tolist(), weight.tolist(), return_dict=True) == expected


@pytest.mark.parametrize("weights", [np.ones(7), np.ones((8, 2)), -np.ones(8), np.full(8, np.nan)])
def test_bad_weights_are_refused(untouched, weights):
    with pytest.raises(ValueError, match="sample_weight"):
        untouched.fit(binary(8), sample_weight=weights, verbose=0)
    assert_no_step(untouched)


def test_no_data_is_refused(untouched):
    with pytest.raises(ValueError, match="`x` is None"):
        untouched.fit(verbose=0)


@pytest.mark.parametrize("method", ["encode", "reconstruct", "elbo", "predict"])
@pytest.mark.parametrize("case", ["nan", "shape", "rank"])
def test_inference_checks_its_data(untouched, method, case):
    make, message = BAD_ARRAYS[case]
    with pytest.raises(ValueError, match=message):
        getattr(untouched, method)(make())


def test_elbo_asks_for_values_that_have_a_likelihood_and_encode_does_not(vae):
    assert vae.encode(binary(4) * 255).shape == (4, 2)
    with pytest.raises(ValueError, match=r"values in \[0, 1\]"):
        vae.elbo(binary(4) * 255)


def test_columns_of_several_types_are_numbers():
    """What NumPy makes of a data frame that has a column of booleans."""
    vae = small_vae(likelihoods.Tabular((3,), binary=[1]), event_shape=(3,))
    frame = np.array([[0.5, True, 3], [1.5, np.False_, np.int64(-4)]], object)
    np.testing.assert_array_equal(vae.encode(frame), vae.encode(frame.astype(np.float64)))
    for other in ("1", None, 1j):
        frame[1, 1] = other
        with pytest.raises(ValueError, match=r"array of numbers.*dtype object"):
            vae.encode(frame)


@pytest.mark.parametrize("z", [np.zeros((3, 5)), np.zeros(2), np.full((3, 2), np.nan)])
def test_decode_checks_its_codes(untouched, z):
    with pytest.raises(ValueError, match="`z` must"):
        untouched.decode(z)


def test_targets_are_checked_by_the_likelihood_and_inputs_by_being_finite(eagerly, vae):
    vae.fit(binary(8) * 3 - 1, binary(8), verbose=0)
    with pytest.raises(ValueError, match=r"`target` must hold values in \[0, 1\]"):
        vae.fit(binary(8), binary(8) * 2, verbose=0)
    with pytest.raises(ValueError, match="`x` must hold finite numbers"):
        vae.fit(with_value(np.nan), binary(8), verbose=0)


@pytest.mark.parametrize("make", [lambda x: x, batched], ids=["array", "dataset"])
def test_grey_values_for_a_bernoulli_warn_once(vae, make):
    with pytest.warns(UserWarning, match="not a likelihood"):
        vae.fit(make(binary(8) * 0.5), verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vae.fit(make(binary(8) * 0.5), verbose=0)


def test_binary_data_does_not_warn(vae):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vae.fit(batched(binary(8)), validation_data=(binary(8),), verbose=0)


def test_any_finite_number_may_be_normal(eagerly):
    model = small_autoencoder(likelihoods.Normal(EVENT_SHAPE))
    model.compile("adam")
    with pytest.warns(UserWarning, match="standard deviation 4.* standardise the data"):
        model.fit(binary(8) * 1000 - 500, verbose=0)
    with pytest.raises(ValueError, match="finite numbers for Normal"):
        model.fit(with_value(np.nan), verbose=0)
