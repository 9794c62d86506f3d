import numpy as np
import pytest

from keras_vae.datasets.array_files import ArrayOnDisk, load_npy, load_npz

X, LABELS = np.arange(24).reshape(4, 3, 2), np.array(["a", "b", "a", "c"])


def test_rows_of_an_array_on_the_disk(tmp_path):
    np.save(tmp_path / "x.npy", np.asfortranarray(X))
    rows = ArrayOnDisk(str(tmp_path / "x.npy"))
    assert (len(rows), rows.shape, rows.dtype, rows.size, rows.nbytes) == (4, X.shape, X.dtype, 24, X.nbytes)
    for chosen in (slice(1, 3), np.array([3, 0, 0])):
        np.testing.assert_array_equal(rows[chosen], X[chosen])
        assert type(rows[chosen]) is np.ndarray
    with_channels = ArrayOnDisk(str(tmp_path / "x.npy"), with_channels=True)
    assert with_channels.shape == (4, 3, 2, 1)
    np.testing.assert_array_equal(with_channels[2:], X[2:, ..., np.newaxis])


def test_one_array_of_several_is_of_examples_and_one_of_labels(tmp_path):
    np.savez(tmp_path / "x.npz", X)
    x, labels = load_npz(tmp_path / "x.npz")
    np.testing.assert_array_equal(x, X)
    assert labels is None
    np.savez_compressed(tmp_path / "x.npz", y=LABELS, images=X)
    x, labels = load_npz(tmp_path / "x.npz")
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize(
    "arrays", [{"x_train": X, "x_test": X}, {"x": X, "y": LABELS[:3]}, {"x": X, "y": LABELS, "z": LABELS}, {}]
)
def test_archives_that_do_not_say_which_are_the_examples(tmp_path, arrays):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(ValueError, match=r"x\.npz' holds several arrays") as raised:
        load_npz(tmp_path / "x.npz")
    assert all(f"{name} {array.shape}" in str(raised.value) for name, array in arrays.items())


@pytest.mark.parametrize("load", [load_npy, load_npz])
def test_files_that_hold_something_else_are_named(tmp_path, load):
    name = f"x.np{load.__name__[-1]}"
    (tmp_path / name).write_text("text")
    with pytest.raises(ValueError, match=f"{name}' is not a {name[1:]} file of numbers"):
        load(tmp_path / name)
    (np.save if load is load_npy else np.savez)(tmp_path / name, np.array([{}, 1], dtype=object))
    with pytest.raises(ValueError, match=f"{name}' is not a {name[1:]} file of numbers"):
        load(tmp_path / name)


@pytest.mark.parametrize("load", [load_npy, load_npz])
def test_a_file_with_any_bit_turned_is_whole_or_named(tmp_path, load):
    kind = f"np{load.__name__[-1]}"
    path = tmp_path / f"x.{kind}"
    np.save(path, X.astype(np.uint8)) if load is load_npy else np.savez_compressed(path, X.astype(np.uint8))
    good = path.read_bytes()
    refusals = []
    # All of the heads, which say what is to be unpacked.
    for index in range(len(good)):
        path.write_bytes(good[:index] + bytes([good[index] ^ 1]) + good[index + 1 :])
        try:
            found = load(path)
        except ValueError as error:
            refusals.append(str(error))
        else:
            # A .npy file has no checksum; a .npz file has some of what it holds.
            assert load is load_npy or np.array_equal(found[0], X)
    assert len(refusals) > 50
    for text in refusals:
        assert f"x.{kind}' is not a .{kind} file of numbers" in text or f"x.{kind}' holds several arrays" in text
