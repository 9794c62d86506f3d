import keras
import pytest

from keras_vae.conditions import Labels


def test_classes_are_called_by_their_names_or_by_their_numbers():
    named, numbered = Labels(3, names=["cat", "dog", "2x"]), Labels(3)
    assert named.class_names == ["cat", "dog", "2x"]
    assert numbered.class_names == ["0", "1", "2"]
    assert [named.number_of(text) for text in ("dog", "1", "2x", "2")] == [1, 1, 2, 2]
    assert numbered.number_of("2") == 2
    # A name goes before a number.
    assert Labels(2, names=["1", "0"]).number_of("1") == 0


@pytest.mark.parametrize("names", [None, ["cat", "dog"]])
def test_names_are_kept(names):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Labels(2, names)))
    assert again.names == names
    assert ("names" in again.get_config()) == (names is not None)


def test_no_such_class():
    with pytest.raises(ValueError, match=r"no class '3'. Expected a number from 0 to 1\.$"):
        Labels(2).number_of("3")
    with pytest.raises(ValueError, match=r"no class 'cow'. Expected a number from 0 to 1, or one of 'cat', 'dog'"):
        Labels(2, ["cat", "dog"]).number_of("cow")


@pytest.mark.parametrize("names", [["a"], ["a", "a"], "ab", [0, 1]])
def test_names_are_as_many_different_texts(names):
    with pytest.raises(ValueError, match="`names` must be 2 different texts"):
        Labels(2, names)
