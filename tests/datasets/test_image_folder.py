import numpy as np
import pytest
from PIL import Image

from keras_vae.datasets import image_folder
from keras_vae.datasets.image_folder import ImageFolder

X = np.random.default_rng(0).integers(0, 256, (5, 4, 6)).astype(np.uint8)


def save(path, pixels, mode=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(path)


def test_images_of_sub_folders_in_the_order_of_their_names(tmp_path):
    for number, folder in zip((3, 1, 0, 2, 4), ("b", "a", "a", "b", "b/deep"), strict=True):
        save(tmp_path / folder / f"{number}.png", X[number])
    folder = ImageFolder(tmp_path)
    assert (len(folder), folder.shape, folder.dtype) == (5, (5, 4, 6, 1), np.uint8)
    assert (folder.size, folder.nbytes) == (120, 120)
    np.testing.assert_array_equal(folder[:][..., 0], X)
    np.testing.assert_array_equal(folder[np.array([4, 1])][..., 0], X[[4, 1]])
    assert folder[5:].shape == (0, 4, 6, 1)
    np.testing.assert_array_equal(folder.labels, ["a", "a", "b", "b", "b"])
    # An image that is in none has no label, and so has none.
    save(tmp_path / "z.png", X[0])
    assert ImageFolder(tmp_path).labels is None


def test_what_is_hidden_and_what_is_no_image_is_left_out(tmp_path):
    save(tmp_path / "a.PNG", X[0])
    save(tmp_path / ".thumbnails" / "a.png", X[0, :2])
    for name in (".DS_Store", "._a.png", "notes.txt", "Thumbs.db"):
        (tmp_path / name).write_text("text")
    folder = ImageFolder(tmp_path)
    assert (len(folder), folder.num_left_out, folder.labels) == (1, 2, None)


def test_links_are_followed_and_those_that_lead_nowhere_are_named(tmp_path):
    save(tmp_path / "elsewhere" / "a.png", X[1])
    save(tmp_path / "images" / "dogs" / "a.png", X[0])
    (tmp_path / "images" / "cats").symlink_to(tmp_path / "elsewhere")
    # Around and around.
    (tmp_path / "images" / "dogs" / "all").symlink_to(tmp_path / "images")
    folder = ImageFolder(tmp_path / "images")
    np.testing.assert_array_equal(folder[:][..., 0], X[[1, 0]])
    np.testing.assert_array_equal(folder.labels, ["cats", "dogs"])
    (tmp_path / "images" / "cats" / "b.png").symlink_to(tmp_path / "nowhere.png")
    with pytest.raises(ValueError, match=r"cats/b\.png' cannot be read as an image: .*No such file"):
        ImageFolder(tmp_path / "images")


def test_no_pixels_are_read_before_they_are_asked_for(tmp_path, monkeypatch):
    for number in range(3):
        save(tmp_path / f"{number}.png", X[number])
    read = []
    monkeypatch.setattr(image_folder, "read_image", lambda file: read.append(file) or X[0, ..., np.newaxis])
    folder = ImageFolder(tmp_path)
    assert read == []
    folder[1:]
    assert read == folder.files[1:]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_an_image_of_another_mode_is_named(tmp_path, mode):
    save(tmp_path / "a.png", X[0])
    colour = np.stack([X[1], X[2], X[3]], axis=-1)
    save(tmp_path / "b.png", colour, mode)
    read_as = "RGB" if mode == "P" else mode
    with pytest.raises(
        ValueError, match=rf"b\.png' is an image of mode '{read_as}'.*in the first, '.*a\.png': mode 'L'"
    ):
        ImageFolder(tmp_path)


def test_an_image_of_another_size_or_depth_is_named(tmp_path):
    save(tmp_path / "a.png", X[0])
    save(tmp_path / "b.png", X[1].T.copy())
    with pytest.raises(ValueError, match=r"b\.png' has shape \(6, 4, 1\), and the first image \(4, 6, 1\): '.*a\.png'"):
        ImageFolder(tmp_path)
    save(tmp_path / "b.png", X[1].astype(np.uint16))
    with pytest.raises(ValueError, match=r"b\.png' is an image of mode 'I;16'"):
        ImageFolder(tmp_path)


def test_black_and_white_images_of_one_bit_and_of_8_go_together(tmp_path):
    black = X[0] > 128
    save(tmp_path / "a.png", black)
    save(tmp_path / "b.png", 255 * black.astype(np.uint8))
    first, second = ImageFolder(tmp_path)[:]
    np.testing.assert_array_equal(first, second)


def test_a_text_that_is_called_an_image_is_named(tmp_path):
    save(tmp_path / "a.png", X[0])
    (tmp_path / "b.jpg").write_text("text")
    with pytest.raises(ValueError, match=r"b\.jpg' cannot be read as an image"):
        ImageFolder(tmp_path)


@pytest.mark.parametrize("inside", [[], ["notes.txt"], [".hidden.png"]])
def test_a_folder_without_images(tmp_path, inside):
    for name in inside:
        (tmp_path / name).write_text("text")
    with pytest.raises(ValueError, match="There is no image in"):
        ImageFolder(tmp_path)
