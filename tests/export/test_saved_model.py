"""SavedModels of functions that know nothing of this package's models."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae.export import saved_model
from keras_vae.export.saved_model import Signature

X = tf.TensorSpec((None, 2), tf.float32, name="x")


def served(folder) -> dict:
    return tf.saved_model.load(str(folder)).signatures


def test_each_signature_is_its_function_and_the_first_is_the_default(tmp_path):
    layer = keras.layers.Dense(3)
    layer.build((None, 2))
    pair = [tf.TensorSpec((), tf.int32, name="a"), tf.TensorSpec((), tf.int32, name="b")]
    signatures = {"project": Signature(layer, [X]), "subtract": Signature(lambda a, b: {"difference": a - b}, pair)}
    saved_model.write(tmp_path / "1", signatures)
    x = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    for name in ("serving_default", "project"):
        np.testing.assert_allclose(served(tmp_path / "1")[name](x=x)["output_0"], layer(x), rtol=1e-6)
    assert int(served(tmp_path / "1")["subtract"](a=tf.constant(5), b=tf.constant(3))["difference"]) == 2


def test_what_has_two_names_is_traced_once(tmp_path):
    traces = []

    def double(x):
        traces.append(x)
        return 2 * x

    signature = Signature(double, [X])
    saved_model.write(tmp_path / "1", {"one": signature, "other": signature})
    assert len(traces) == 1
    for name in ("one", "other"):
        np.testing.assert_array_equal(served(tmp_path / "1")[name](x=np.ones((1, 2)))["output_0"], [[2.0, 2.0]])


def test_tables_are_written_with_their_owner(tmp_path):
    owner = keras.Sequential([keras.Input((2,)), keras.layers.IntegerLookup(vocabulary=[7, 9], output_mode="int")])
    saved_model.write(tmp_path / "1", {"look_up": Signature(owner, [X])}, owner=owner)
    np.testing.assert_array_equal(served(tmp_path / "1")["look_up"](x=[[9.0, 7.0]])["output_0"], [[2, 1]])


def test_a_file_in_the_way_is_refused_before_anything_is_traced(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ValueError, match="is a file"):
        saved_model.write(tmp_path / "file", {"no function": Signature(None, [X])})
    assert (tmp_path / "file").read_text() == "mine"
