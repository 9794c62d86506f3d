"""Models with a condition, whose values are given again where a file is read."""

import dataclasses
import functools

import numpy as np
import pytest
import tensorflow as tf

from keras_vae import compression, conditions, likelihoods, load_model, priors
from keras_vae.compression import DamagedFileError, compress, compress_to_file, decompress
from keras_vae.compression._fingerprint import fingerprint
from keras_vae.compression.block_conditions import BlockConditions, with_note, without_note
from keras_vae.compression.file_format import StoredBlock
from keras_vae.conditions.several import as_condition

from ..tiny_models import EVENT_SHAPE, conditional_vae, tiny_vae, vae_of_classes

RNG = np.random.default_rng(0)
PROBABILITIES = np.array([0.02, 0.5, 0.98])
LABELS = np.arange(40, dtype=np.int32) % 3
STORED = StoredBlock(2, 3, 7, b"side", b"payload")


@functools.cache
def of_classes():
    """Pixels whose probabilities are those of a class: 0.02, 0.5 or 0.98."""
    return vae_of_classes(likelihoods.Bernoulli(EVENT_SHAPE), np.log(PROBABILITIES / (1 - PROBABILITIES)))


def of_their_classes() -> np.ndarray:
    uniform = RNG.random((len(LABELS), *EVENT_SHAPE))
    return (uniform < PROBABILITIES[LABELS][:, None, None, None]).astype(np.uint8)


def test_every_bit_comes_back_at_the_rate_of_the_class():
    vae, x = of_classes(), of_their_classes()
    blob = compress(vae, x, condition=LABELS)
    np.testing.assert_array_equal(decompress(vae, blob, condition=LABELS), x)
    ideal = -vae.elbo(x, condition=LABELS).sum() / np.log(2) / 8
    # What a block and the file take beside, about 110 bytes, and the bits that the first codes borrow.
    assert ideal < len(blob) < ideal + 160
    wrong = (LABELS + 1) % 3
    costs = -vae.elbo(x, condition=wrong).sum() / np.log(2) / 8
    assert costs > 4 * ideal
    assert len(compress(vae, x, condition=wrong)) > costs


def test_lossy_pictures_are_those_of_the_class():
    vae = of_classes()
    x = of_their_classes()
    pictures = decompress(vae, compress(vae, x.astype(np.float32), quality=1.0, condition=LABELS), condition=LABELS)
    expected = np.broadcast_to(PROBABILITIES[LABELS][:, None, None, None], x.shape)
    np.testing.assert_allclose(pictures, expected, rtol=1e-5)


def test_several_conditions_in_blocks_and_through_the_models_file(tmp_path):
    several = {"slant": conditions.Covariates(2), "digit": conditions.Labels(3), "side": conditions.Labels(2)}
    vae = conditional_vae(several)
    vae.condition.conditions["slant"].adapt(RNG.normal(5.0, 2.0, (50, 2)))
    x = RNG.integers(0, 2, (40, *EVENT_SHAPE)).astype(np.uint8)
    # One of them is the same for all.
    condition = {"slant": RNG.normal(5.0, 2.0, (40, 2)), "digit": LABELS, "side": 1}
    path = tmp_path / "images.kvz"
    compress_to_file(vae, x, path, block_size=16, condition=condition)
    vae.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    with compression.Reader(loaded, path, condition=condition) as reader:
        parts = [reader.read_block(1), reader.read_block(2)]
        assert [len(block) for block in reader] == [16, 16, 8]
        np.testing.assert_array_equal(np.concatenate(parts), x[16:])
        np.testing.assert_array_equal(reader.read_all(), x)


def test_datasets_and_iterators_of_dicts_are_what_arrays_are():
    vae, x = of_classes(), of_their_classes()
    examples = {"x": x, "condition": LABELS}
    blob = compress(vae, x, block_size=12, condition=LABELS)
    assert compress(vae, examples, block_size=12) == blob
    # The dtype of what is given does not count.
    assert compress(vae, x, block_size=12, condition=LABELS.astype(np.uint8)) == blob
    dataset = tf.data.Dataset.from_tensor_slices(examples).batch(7)
    assert compress(vae, dataset, block_size=12) == blob
    batches = ({"x": x[i : i + 9], "condition": LABELS[i : i + 9]} for i in range(0, 40, 9))
    assert compress(vae, batches, block_size=12) == blob


def test_what_is_not_given_as_it_was_is_refused():
    vae, x = of_classes(), of_their_classes()
    blob = compress(vae, x, block_size=30, condition=LABELS)
    with pytest.raises(ValueError, match=r"Labels\(3\), whose values are not in the file: give them again as"):
        decompress(vae, blob)
    with pytest.raises(ValueError, match=r"one value for each of 40 examples\. Received: 39"):
        decompress(vae, blob, condition=LABELS[:39])
    with pytest.raises(ValueError, match=r"must hold labels from 0 to 2\. Received: 3"):
        decompress(vae, blob, condition=3)
    other = LABELS.copy()
    other[35] = 0 if other[35] else 1
    with pytest.raises(ValueError, match="Received other values for the 10 examples of block 1"):
        decompress(vae, blob, condition=other)
    # The first block is under the right values.
    with compression.Reader(vae, blob, condition=other) as reader:
        np.testing.assert_array_equal(reader.read_block(0), x[:30])
    with pytest.raises(ValueError, match="`x` has none: give it as `condition=`"):
        compress(vae, x)
    plain = compress(tiny_vae_of_all(), x)
    with pytest.raises(ValueError, match="The model has no condition: leave out `condition`"):
        decompress(tiny_vae_of_all(), plain, condition=LABELS)


@functools.cache
def tiny_vae_of_all():
    return tiny_vae()


def test_blocks_of_a_file_without_an_end_are_read():
    vae, x = of_classes(), of_their_classes()
    blob = compress(vae, x, block_size=15, condition=LABELS)[:-20]
    with compression.Reader(vae, blob, condition=LABELS) as reader:
        np.testing.assert_array_equal(reader.read_block(2), x[30:])


def test_a_prior_under_the_condition_is_refused_by_name():
    vae = conditional_vae(conditions.Labels(3), priors.ConditionalNormal(2))
    with pytest.raises(ValueError, match=r"such as StandardNormal or Laplace\. Received: ConditionalNormal"):
        compress(vae, of_their_classes(), condition=LABELS)


def test_the_fingerprint_is_that_of_the_conditions_weights_and_settings_too():
    vae = conditional_vae({"age": conditions.Covariates(1)})
    before = fingerprint(vae)
    vae.condition.conditions["age"].adapt(np.array([[1.0], [3.0]]))
    assert fingerprint(vae) != before


def test_values_are_those_of_each_block():
    several = as_condition({"digit": conditions.Labels(3), "age": conditions.Covariates(1)})
    values = BlockConditions(several, {"digit": [0, 1, 2, 2], "age": [40.0]}, 4).of(1, 2)
    np.testing.assert_array_equal(values["digit"], [1, 2])
    np.testing.assert_array_equal(values["age"], [[40.0], [40.0]])
    assert BlockConditions(None, None).of(0, 3) is None


def test_a_note_is_of_the_values_whatever_holds_them():
    assert with_note(STORED, None) is without_note(STORED, None) is STORED
    noted = with_note(STORED, np.array([0, 1, 2], np.int32))
    # By Python's `zlib.crc32` of the twelve bytes, as everywhere in the file.
    assert noted.side == b"side" + bytes.fromhex("7a 0e 76 1d")
    assert without_note(noted, np.array([0, 1, 2], ">i4").astype("<i4")) == STORED
    assert without_note(noted, np.array([0, 1, 2], ">i4")) == STORED
    with pytest.raises(ValueError, match="must hold what the examples were compressed under"):
        without_note(noted, np.array([0, 1, 1], np.int32))
    with pytest.raises(DamagedFileError, match="does not say what it was written under"):
        without_note(dataclasses.replace(STORED, side=b"abc"), np.array([0]))
