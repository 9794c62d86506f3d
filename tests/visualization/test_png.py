import matplotlib.image
import numpy as np
import pytest
from matplotlib.figure import Figure

from keras_vae.visualization import pixels, sample_grid, save_png
from keras_vae.visualization.figures import new_figure

PICTURE = np.zeros((2, 2, 3), np.uint8)


def test_pixels_of_a_figure():
    figure = new_figure(40, 20)
    # The left half is red, and the rest is white paper.
    figure.add_axes((0, 0, 0.5, 1), facecolor=(1, 0, 0), xticks=[], yticks=[], frame_on=True)
    figure.axes[0].spines[:].set_visible(False)
    drawn = pixels(figure)
    assert drawn.shape == (20, 40, 3)
    assert drawn.dtype == np.uint8
    np.testing.assert_array_equal(drawn[:, :20], np.broadcast_to([255, 0, 0], (20, 20, 3)))
    np.testing.assert_array_equal(drawn[:, 20:], 255)


def test_pixels_follow_the_figure():
    figure = new_figure(40, 20)
    before = pixels(figure)
    figure.set_facecolor("black")
    np.testing.assert_array_equal(before, 255)
    np.testing.assert_array_equal(pixels(figure), 0)


@pytest.mark.parametrize("name", ["deep/er/grid.png", "grid", "grid.jpg"])
def test_png_files_hold_the_very_pixels(tmp_path, name):
    """Whatever the file is called, it is a PNG file."""
    grid = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    save_png(tmp_path / name, grid)
    assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    read = matplotlib.image.imread(tmp_path / name, format="png")
    np.testing.assert_array_equal(np.rint(read[..., :3] * 255), grid)


def test_no_file_is_overwritten_unasked(tmp_path):
    (tmp_path / "mine.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(ValueError, match=r"mine\.txt.* already exists"):
        save_png(tmp_path / "mine.txt", PICTURE)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "precious"
    save_png(tmp_path / "mine.txt", PICTURE, overwrite=True)
    assert (tmp_path / "mine.txt").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "picture", [PICTURE[..., 0], PICTURE.astype(float), PICTURE[:0], PICTURE[..., :1], "grid", None, Figure()]
)
def test_what_is_no_picture_is_not_written(tmp_path, picture):
    with pytest.raises(ValueError, match="figure of this package"):
        save_png(tmp_path / "grid.png", picture)
    assert list(tmp_path.iterdir()) == []


def test_pixels_of_what_is_no_figure():
    with pytest.raises(ValueError, match=r"Expected a figure of this package. Received: int"):
        pixels(3)


def test_rows_are_written_from_above_whatever_the_user_has_set(tmp_path):
    grid = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    with matplotlib.rc_context({"image.origin": "lower"}):
        save_png(tmp_path / "grid.png", grid)
    read = matplotlib.image.imread(tmp_path / "grid.png")
    np.testing.assert_array_equal(np.rint(read[..., :3] * 255), grid)


def test_png_files_in_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_png("grid.png", PICTURE)
    assert (tmp_path / "grid.png").is_file()


def test_png_files_of_figures(tmp_path):
    figure = sample_grid(np.random.default_rng(0).random((5, 8, 8, 1)), title="five")
    save_png(tmp_path / "figure.png", figure)
    read = matplotlib.image.imread(tmp_path / "figure.png")
    np.testing.assert_array_equal(np.rint(read[..., :3] * 255), pixels(figure))
