"""What a model does where it is served, in processes that have neither Keras nor this package."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, conditions, likelihoods, networks, posteriors, priors
from keras_vae.models import serving

from ..tiny_models import EVENT_SHAPE, conditional_vae, tiny_autoencoder, tiny_vae

SIGNATURES = ["decode", "encode", "reconstruct", "score", "serve", "serving_default"]
SIZES = (0, 1, 5)
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


def spread(model):
    """Gives a model outputs that differ from pixel to pixel, as a trained one has."""
    rng = np.random.default_rng(0)
    for weight in model.encoder.weights + model.decoder.weights:
        weight.assign_add(rng.normal(0, 0.3, weight.shape))
    return model


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Models, inputs, and what a process without Keras and this package makes of the exported models."""
    folder = tmp_path_factory.mktemp("exported")
    keras.utils.set_random_seed(0)
    models = {"vae": spread(tiny_vae()), "autoencoder": spread(tiny_autoencoder())}
    several = {"slant": conditions.Covariates(2), "digit": conditions.Labels(3)}
    models["conditional"] = conditional_vae(several, priors.ConditionalNormal(2))
    # A global seed must not get into the graph, or every load would begin the same stream.
    tf.random.set_seed(0)
    for name, model in models.items():
        model.export(folder / name / "1")
    rng = np.random.default_rng(1)
    inputs = {"x": (rng.random((5, *EVENT_SHAPE)) < 0.3).astype(np.float32), "z": rng.normal(size=(5, 2))}
    inputs["z"] = inputs["z"].astype(np.float32)
    inputs |= {"digit": np.array([0, 1, 2, 1, 0], np.int32), "slant": rng.normal(size=(5, 2)).astype(np.float32)}
    np.savez(folder / "inputs.npz", **inputs)
    script = pathlib.Path(__file__).with_name("serve.py")
    finished = subprocess.run([sys.executable, script, folder], capture_output=True, text=True, cwd=folder)
    assert finished.returncode == 0, finished.stderr
    return models, inputs, dict(np.load(folder / "outputs.npz")), finished.stdout


def test_signatures(served):
    outputs = served[2]
    assert outputs["vae signatures"].tolist() == sorted([*SIGNATURES, "sample", "sample_seeded"])
    assert outputs["autoencoder signatures"].tolist() == SIGNATURES


@pytest.mark.parametrize("name", ["vae", "autoencoder"])
@pytest.mark.parametrize("size", SIZES)
def test_codes_and_images_are_the_models_own(served, name, size):
    models, inputs, outputs, _ = served
    model, x, z = models[name], inputs["x"][:size], inputs["z"][:size]
    for signature in ("serving_default", "serve", "reconstruct"):
        np.testing.assert_allclose(outputs[f"{name} {signature} {size}"], model.reconstruct(x), **TOLERANCE)
    np.testing.assert_allclose(outputs[f"{name} encode {size}"], model.encode(x), **TOLERANCE)
    np.testing.assert_allclose(outputs[f"{name} decode {size}"], model.decode(z), **TOLERANCE)
    assert outputs[f"{name} encode {size}"].shape == (size, 2)
    assert outputs[f"{name} decode {size}"].shape == (size, *EVENT_SHAPE)


@pytest.mark.parametrize("size", SIZES)
def test_scores_are_the_models_own(served, size):
    models, inputs, outputs, _ = served
    for name in ("vae", "autoencoder"):
        model = models[name]
        score = outputs[f"{name} score {size}"]
        assert score.shape == (size,)
        np.testing.assert_allclose(score, model.score(inputs["x"][:size]), **TOLERANCE)


def test_an_autoencoders_score_is_its_cross_entropy(served):
    models, inputs, outputs, _ = served
    x, mean = inputs["x"], models["autoencoder"].reconstruct(inputs["x"]).astype(np.float64)
    expected = -np.sum(x * np.log(mean) + (1 - x) * np.log1p(-mean), axis=(1, 2, 3))
    np.testing.assert_allclose(outputs["autoencoder score 5"], expected, rtol=1e-5)


def test_a_vaes_score_is_near_its_negative_elbo(served):
    models, inputs, outputs, _ = served
    draws = np.stack([-models["vae"].elbo(inputs["x"], seed=seed) for seed in range(300)])
    # The score is the mean of 16 draws, which may be off by some of their standard errors.
    assert np.all(np.abs(outputs["vae score 5"] - draws.mean(axis=0)) < 4 * draws.std(axis=0) / 4)


def test_score_of_an_example_does_not_depend_on_its_batch(served):
    outputs = served[2]
    np.testing.assert_allclose(outputs["each alone"], outputs["vae score 5"], rtol=1e-5)
    np.testing.assert_allclose(outputs["vae score 1"], outputs["vae score 5"][:1], rtol=1e-5)


def test_samples_differ_from_call_to_call_and_from_load_to_load(served):
    outputs = served[2]
    samples = [outputs[f"sample {number}"] for number in range(3)]
    assert all(sample.shape == (6, *EVENT_SHAPE) for sample in samples)
    assert all(set(np.unique(sample)) <= {0.0, 1.0} for sample in samples)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.any(samples[one] != samples[other])


def test_samples_are_from_the_model(served):
    models, _, outputs, _ = served
    codes = np.random.default_rng(0).normal(size=(4000, 2))
    expected = models["vae"].decode(codes.astype(np.float32)).mean(axis=0)
    # 5 standard errors of a mean of 4,000 draws of 0 or 1, and of 4,000 codes.
    assert np.abs(outputs["many samples"].mean(axis=0) - expected).max() < 5 * np.sqrt(0.5 / 4000)
    assert expected.std() > 0.05


@pytest.mark.parametrize("seed", [0, 7, 2**31 - 3])
@pytest.mark.parametrize("size", SIZES)
def test_seeded_samples_are_those_of_vae_sample(served, size, seed):
    models, _, outputs, _ = served
    np.testing.assert_array_equal(outputs[f"sample_seeded {size} {seed}"], models["vae"].sample(size, seed=seed))


def test_other_seeds_give_other_samples(served):
    outputs = served[2]
    assert np.any(outputs["sample_seeded 5 0"] != outputs["sample_seeded 5 7"])


def test_a_model_under_conditions_takes_them_by_name(served):
    models, inputs, outputs, _ = served
    vae, x, condition = models["conditional"], inputs["x"], {name: inputs[name] for name in ("digit", "slant")}
    assert outputs["conditional signatures"].tolist() == sorted([*SIGNATURES, "sample", "sample_seeded"])
    expected = {
        **dict.fromkeys(("serving_default", "serve", "reconstruct"), vae.reconstruct(x, condition=condition)),
        "encode": vae.encode(x, condition=condition),
        "decode": vae.decode(inputs["z"], condition=condition),
        "score": vae.score({"x": x, "condition": condition}),
    }
    for signature, value in expected.items():
        np.testing.assert_allclose(outputs[f"conditional {signature}"], value, **TOLERANCE)
    others = {**condition, "digit": (condition["digit"] + 1) % 3}
    assert np.abs(vae.decode(inputs["z"], condition=others) - expected["decode"]).max() > 0.05


def test_there_are_as_many_samples_as_values_of_the_condition(served):
    models, inputs, outputs, _ = served
    condition = {name: inputs[name] for name in ("digit", "slant")}
    expected = models["conditional"].sample(5, seed=7, condition=condition)
    np.testing.assert_array_equal(outputs["conditional sample_seeded"], expected)
    one, other = (outputs[f"conditional sample {number}"] for number in range(2))
    assert one.shape == other.shape == (5, *EVENT_SHAPE)
    assert np.any(one != other)


def test_a_condition_alone_is_condition_and_a_name_that_is_taken_is_told_from_it():
    def inputs_of(condition, name):
        return {spec.name: spec.dtype for spec in serving.signatures(conditional_vae(condition))[name].inputs}

    assert inputs_of(conditions.Labels(3), "decode") == {"z": tf.float32, "condition": tf.int32}
    several = {"x": conditions.Labels(3), "side": conditions.Covariates(2)}
    assert inputs_of(several, "encode") == {"x": tf.float32, "condition_x": tf.int32, "side": tf.float32}


def load(folder):
    return tf.saved_model.load(str(folder)).signatures


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_continuous_data_and_half_precision(tmp_path, policy):
    keras.config.set_dtype_policy(policy)
    vae = tiny_vae(likelihood=likelihoods.Normal(EVENT_SHAPE, scale="optimal"))
    vae.export(tmp_path / "1")
    sample = load(tmp_path / "1")["sample_seeded"](n=tf.constant(3), seed=tf.constant(4))["output_0"]
    assert sample.dtype == tf.float32
    # Eager and exported graphs round float16 activations alike, but need not.
    tolerance = 1e-5 if policy == "float32" else 1e-2
    np.testing.assert_allclose(sample, vae.sample(3, seed=4), atol=tolerance)


def test_saved_model_cli_shows_the_signatures(served):
    shown = served[3]
    for signature in (*SIGNATURES, "sample", "sample_seeded"):
        assert f"signature_def['{signature}']" in shown
    seeded = shown[shown.index("signature_def['sample_seeded']") :]
    for name in ("inputs['n']", "inputs['seed']"):
        assert name in seeded
    assert "shape: (-1, 8, 8, 1)" in seeded


def test_export_stores_weights_once_and_leaves_the_model_as_it_is(tmp_path):
    """Random states are among the variables, and so are beta and the optimizer's."""
    vae = tiny_vae()
    vae.compile("adam")
    vae.optimizer.build(vae.trainable_weights)
    variables = [*vae.variables, *vae.optimizer.variables]
    before = [variable.numpy().copy() for variable in variables]
    vae.export(tmp_path / "1")
    for variable, value in zip(variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
    stored = tf.train.list_variables(str(tmp_path / "1" / "variables" / "variables"))
    numbers = sum(int(np.prod(shape)) for name, shape in stored if name.endswith("VARIABLE_VALUE"))
    # beta, a random state or the like may be there as well, but no optimizer and no second copy.
    assert vae.count_params() <= numbers + 1 <= 1.01 * vae.count_params() + 10


def test_nothing_is_overwritten_unasked(tmp_path):
    folder, one, other = tmp_path / "1", tiny_vae(), tiny_vae()
    one.export(folder)
    with pytest.raises(ValueError, match=r"already exists\. Choose another path, or pass overwrite=True"):
        other.export(folder)
    x = np.ones((1, *EVENT_SHAPE), np.float32)
    np.testing.assert_allclose(load(folder)["encode"](x=x)["output_0"], one.encode(x), **TOLERANCE)
    other.export(folder, overwrite=True)
    np.testing.assert_allclose(load(folder)["encode"](x=x)["output_0"], other.encode(x), **TOLERANCE)
    assert np.any(np.abs(one.encode(x) - other.encode(x)) > 1e-3)


def test_a_model_that_is_not_built_says_so(tmp_path):
    with pytest.raises(ValueError, match=r"not been built.*Call `fit` or `build\(\(None, \*event_shape\)\)` before"):
        tiny_vae(built=False).export(tmp_path / "1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "signature",
    [
        [keras.InputSpec(shape=(2, *EVENT_SHAPE), dtype="float32", name="pixels")],
        tf.TensorSpec((2, *EVENT_SHAPE), "float32", name="pixels"),
    ],
)
def test_input_signature(tmp_path, signature):
    tiny_vae().export(tmp_path / "1", input_signature=signature)
    for name in ("serving_default", "encode", "reconstruct", "score"):
        _, inputs = load(tmp_path / "1")[name].structured_input_signature
        assert {key: value.shape.as_list() for key, value in inputs.items()} == {"pixels": [2, 8, 8, 1]}


def test_an_empty_folder_is_nothing_and_verbose_lists_the_endpoints(tmp_path, capsys):
    vae = tiny_vae()
    vae.export(tmp_path)
    assert (tmp_path / "saved_model.pb").is_file()
    assert capsys.readouterr().out == ""
    vae.export(tmp_path / "2", verbose=True)
    assert "Endpoint 'sample_seeded'" in capsys.readouterr().out


def test_other_formats_go_to_keras(tmp_path, monkeypatch):
    calls = []

    def export(self, filepath, format, verbose, input_signature, **kwargs):
        calls.append((self, filepath, format, verbose, input_signature, kwargs))
        return "what Keras returns"

    monkeypatch.setattr(keras.Model, "export", export)
    vae, path = tiny_vae(), os.fspath(tmp_path / "vae.onnx")
    assert vae.export(path, format="onnx", opset_version=17) == "what Keras returns"
    assert calls == [(vae, path, "onnx", None, None, {"opset_version": 17})]
    pathlib.Path(path).write_bytes(b"a model")
    with pytest.raises(ValueError, match="already exists"):
        vae.export(path, format="onnx")
    vae.export(path, format="onnx", overwrite=True)
    assert len(calls) == 2


def test_lookup_tables_of_a_users_layers_are_exported(tmp_path):
    lookup = keras.layers.IntegerLookup(vocabulary=[0, 1], output_mode="int")
    network = keras.Sequential([keras.layers.Flatten(), lookup, keras.layers.Embedding(4, 2), keras.layers.Flatten()])
    vae = VAE(
        Encoder(network, posteriors.DiagonalNormal(2)), Decoder(networks.dense([4]), likelihoods.Bernoulli((4, 1)))
    )
    x = np.array([[[0.0], [1], [1], [0]], [[1.0], [1], [0], [0]]], np.float32)
    codes = vae.encode(x)
    vae.export(tmp_path / "1")
    served = tf.saved_model.load(str(tmp_path / "1")).signatures["encode"](x=tf.constant(x))["output_0"]
    np.testing.assert_allclose(served, codes, rtol=1e-5)


def test_a_model_from_one_shape_to_another_is_exported_without_a_score(tmp_path):
    vae = VAE(
        Encoder(networks.dense([4]), posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([4]), likelihoods.Bernoulli((4, 1))),
    )
    vae.build((None, 2, 1))
    vae.export(tmp_path / "1")
    model = tf.saved_model.load(str(tmp_path / "1"))
    assert "score" not in model.signatures
    x = np.array([[[0.0], [1]]], np.float32)
    np.testing.assert_allclose(model.serve(x), vae.reconstruct(x), rtol=1e-5)


def test_other_arguments_are_refused(tmp_path):
    vae = tiny_vae()
    with pytest.raises(ValueError, match="no other arguments"):
        vae.export(tmp_path / "1", opset_version=17)
    with pytest.raises(ValueError, match="one specification of x"):
        vae.export(tmp_path / "1", input_signature={"x": None})
