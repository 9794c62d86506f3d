"""What every exported part owes, held against all of them by their rows in `rows.py`."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_vae
from keras_vae.testing.round_trip import check_model
from tests import rows

TABLES = {
    "posteriors": rows.POSTERIORS,
    "priors": rows.PRIORS,
    "likelihoods": rows.LIKELIHOODS,
    "objectives": rows.OBJECTIVES,
}
PARTS = [(name, make) for table in TABLES.values() for name, makers in table.items() for make in makers]
# What a part is by default is in every model with another part: one of them is enough.
DEFAULTS = ("StandardNormal-0", "Bernoulli-0")
MODELS = {name: row for name, row in rows.models().items() if name not in DEFAULTS}

each_part = pytest.mark.parametrize("make", [make for _, make in PARTS], ids=[name for name, _ in PARTS])
each_model = pytest.mark.parametrize(("make", "x"), MODELS.values(), ids=MODELS)


@functools.cache
def as_made(make):
    """A row's model in single precision, for what leaves it as it is."""
    return make()


# What is exported beside the parts: what they derive from, and what they give.
NO_PARTS = {
    "likelihoods": {"Likelihood"},
    "posteriors": {"Posterior"},
    "priors": {"Prior", "Marginal"},
    "objectives": {"Objective"},
}


@pytest.mark.parametrize("room", TABLES)
def test_every_exported_part_has_a_row(room):
    assert set(getattr(keras_vae, room).__all__) - NO_PARTS[room] == set(TABLES[room])


@each_part
def test_a_part_is_a_registered_layer_that_its_config_makes_again(make):
    part = make()
    assert isinstance(part, keras.layers.Layer)
    assert keras.saving.get_registered_name(type(part)) == f"keras_vae>{type(part).__name__}"
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(part))
    assert type(again) is type(part)
    assert again.get_config() == part.get_config()


@each_part
def test_a_part_says_in_its_docstring_what_its_arguments_are(make):
    assert "Source" in type(make()).__doc__ or type(make()).__name__ == "Deterministic"


@pytest.mark.parametrize("name", [name for name in MODELS if name.startswith(("VAE", "Autoencoder"))])
def test_a_model_with_options_is_the_same_after_a_file_and_an_export(name):
    # The models with one part of each kind are held to it by the laws of their parts.
    make, x = MODELS[name]
    model = make()
    check_model(model, model, x)


@each_model
def test_eager_calls_and_graphs_agree(make, x):
    model = as_made(make)
    outputs = model(x, training=False)
    states = [v for v in model.variables if "seed_generator" in v.path]
    assert states or isinstance(model, keras_vae.Autoencoder)
    graph = tf.function(lambda batch: model.decoder(model.encoder(batch)["mean"]))(x)
    eager = model.decoder(model.encoder(x)["mean"])
    assert set(outputs) - {"z", "kl", "log_ratio"} == set(graph)
    for name in graph:
        np.testing.assert_allclose(graph[name], eager[name], rtol=1e-5, atol=1e-6)


@each_model
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_every_model_trains_under_every_precision(make, x, policy):
    keras.config.set_dtype_policy(policy)
    if policy == "float64":
        keras.config.set_floatx("float64")
    model = make()
    # Eagerly: what is tested is precision, and compiling each step would take most of the time. For the same reason by
    # the simplest of optimizers, whose state is Keras's.
    model.compile(keras.optimizers.SGD(0.01), run_eagerly=True)
    assert np.isfinite(model.train_on_batch(x, return_dict=True)["loss"])
    head = "float64" if policy == "float64" else "float32"
    assert {value.dtype.name for value in model(x).values()} == {head}


@each_model
def test_samples_codes_and_reconstructions_are_finite_and_of_their_shape(make, x):
    model = as_made(make)
    assert model.reconstruct(x).shape == x.shape
    if isinstance(model, keras_vae.VAE):
        draws = model.sample(50, seed=0)
        assert draws.shape == (50, *rows.EVENT_SHAPE)
        likelihood = model.decoder.likelihood
        assert np.all(likelihood.in_support(draws))


@pytest.fixture
def _check_numerics():
    tf.debugging.enable_check_numerics()
    # It writes a message with the values of each operation, whether they are finite or not.
    with np.printoptions(threshold=1, edgeitems=1):
        yield
    tf.debugging.disable_check_numerics()


WITH_ENDS = {
    name: np.concatenate([np.full_like(x[:1], np.nanmin(x)), np.full_like(x[:1], np.nanmax(x)), x])
    for name, x in rows.DATA.items()
}


@pytest.mark.usefixtures("_check_numerics")
def test_nothing_on_the_way_of_a_healthy_training_is_infinite_or_nan():
    """Neither values nor gradients, at the ends of the data's range, too: TensorFlow's debugger ends at the first."""
    features, weight = tf.random.stateless_normal((14, 6), (0, 1)), tf.constant([0.0, 1.0] * 7)
    for name, make in [(name, make) for name, makers in rows.LIKELIHOODS.items() for make in makers]:
        likelihood, x = make(), tf.constant(WITH_ENDS[name])
        likelihood.build(features.shape)

        def gradient(features, x, likelihood=likelihood):
            with tf.GradientTape() as tape:
                tape.watch(features)
                params = {key: value[:, None] for key, value in likelihood(features).items()}
                log_prob = likelihood.log_prob(params | likelihood.fitted(params, x, weight), x)
            return log_prob, tape.gradient(log_prob, features), likelihood.rescaled(x)

        # TensorFlow takes NaN in what a graph is given for an alarm as well: what is missing is looked at without one.
        for value in (gradient if likelihood.takes_missing else tf.function(gradient))(features, x):
            assert np.isfinite(value).all(), name


@pytest.mark.usefixtures("_check_numerics", "eagerly")
def test_nothing_in_a_step_of_any_model_is_infinite_or_nan():
    x = tf.constant(WITH_ENDS["Bernoulli"])
    for name, (make, data) in MODELS.items():
        if data is rows.DATA["Bernoulli"]:
            model = make()
            model.compile("sgd")
            logs = [model.train_step((x, x, tf.constant([0.0, 1.0] * 7))), model.test_step((x,))]
            assert np.isfinite([list(step.values()) for step in logs]).all(), name
    holed = tf.constant(WITH_ENDS["Masked"])
    model = rows.vae(rows.LIKELIHOODS["Masked"][0]())
    error = model.squared_error(holed)
    difference = np.asarray(holed) - np.asarray(model.reconstruct_tensors(holed))
    np.testing.assert_allclose(error, np.nanmean(difference**2, axis=(1, 2, 3)), rtol=1e-5)
