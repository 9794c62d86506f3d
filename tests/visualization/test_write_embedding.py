import matplotlib.image
import numpy as np
import pytest
from google.protobuf import text_format
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from keras_vae.visualization import write_embedding
from keras_vae.visualization._sprite import sprite

RNG = np.random.default_rng(0)
CODES = RNG.normal(size=(5, 3)).astype(np.float32)
IMAGES = RNG.random((5, 6, 4, 1))
LABELS = np.array([3, 1, 4, 1, 5])


def config_of(folder) -> ProjectorConfig:
    return text_format.Parse((folder / "projector_config.pbtxt").read_text(encoding="utf-8"), ProjectorConfig())


def contents(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_the_projector_reads(tmp_path):
    write_embedding(tmp_path / "logs", CODES, IMAGES, LABELS)
    folder = tmp_path / "logs"
    (embedding,) = config_of(folder).embeddings
    assert embedding.tensor_name == "codes"
    rows = (folder / embedding.tensor_path).read_text(encoding="utf-8").splitlines()
    np.testing.assert_array_equal([np.float32(row.split("\t")) for row in rows], CODES)
    assert (folder / embedding.metadata_path).read_text(encoding="utf-8") == "3\n1\n4\n1\n5\n"
    # Width and height.
    assert list(embedding.sprite.single_image_dim) == [4, 6]
    read = matplotlib.image.imread(folder / embedding.sprite.image_path)
    np.testing.assert_array_equal(np.rint(read[..., :3] * 255), sprite(IMAGES))
    assert read.shape[:2] == (18, 12)


def test_images_and_labels_may_be_absent(tmp_path):
    write_embedding(tmp_path, CODES)
    (embedding,) = config_of(tmp_path).embeddings
    assert not embedding.metadata_path
    assert not embedding.HasField("sprite")
    assert sorted(contents(tmp_path)) == ["codes.tsv", "projector_config.pbtxt"]


def test_labels_may_be_texts_and_take_a_line_each(tmp_path):
    write_embedding(tmp_path, CODES, labels=["a cat", "two\nlines", "a\ttab", "", " "])
    # The projector skips blank lines, and would shift all labels after one.
    assert (tmp_path / "labels.tsv").read_text(encoding="utf-8") == "a cat\ntwo lines\na tab\n-\n-\n"


def test_labels_may_be_bytes(tmp_path):
    write_embedding(tmp_path, CODES, labels=np.array([b"cat"] * 5))
    assert (tmp_path / "labels.tsv").read_text(encoding="utf-8") == "cat\n" * 5


def test_value_range(tmp_path):
    write_embedding(tmp_path, CODES, IMAGES, value_range=(0.0, 2.0))
    read = matplotlib.image.imread(tmp_path / "sprite.png")
    np.testing.assert_array_equal(np.rint(read[..., :3] * 255), sprite(IMAGES, (0.0, 2.0)))


@pytest.mark.parametrize("name", ["codes.tsv", "labels.tsv", "sprite.png", "projector_config.pbtxt"])
def test_no_file_is_overwritten_unasked(tmp_path, name):
    (tmp_path / name).write_text("somebody's", encoding="utf-8")
    with pytest.raises(ValueError, match=f"{name}.* already exists"):
        write_embedding(tmp_path, CODES, IMAGES, LABELS)
    assert contents(tmp_path) == {name: b"somebody's"}
    write_embedding(tmp_path, CODES, IMAGES, LABELS, overwrite=True)
    assert len(config_of(tmp_path).embeddings) == 1
    assert len(contents(tmp_path)) == 4


def test_an_older_embedding_leaves_nothing_behind(tmp_path):
    write_embedding(tmp_path, CODES, IMAGES, LABELS)
    write_embedding(tmp_path, CODES, IMAGES, overwrite=True)
    assert sorted(contents(tmp_path)) == ["codes.tsv", "projector_config.pbtxt", "sprite.png"]
    # This is not of the older embedding, which had no labels.
    (tmp_path / "labels.tsv").write_text("mine", encoding="utf-8")
    write_embedding(tmp_path, CODES, overwrite=True)
    assert sorted(contents(tmp_path)) == ["codes.tsv", "labels.tsv", "projector_config.pbtxt"]


@pytest.mark.parametrize(
    ("codes", "arguments", "message"),
    [
        (CODES[0], {}, r"`codes` must be finite numbers of shape \(n, latent_dim\). Received shape \(3,\)"),
        (CODES[:0], {}, "`codes` must be"),
        (np.full((2, 2), np.nan), {}, "`codes` must be finite"),
        (CODES, {"images": IMAGES[:4]}, "as many `images` as codes, 5. Received: 4"),
        ([["a", "b"]], {}, "`codes` must be finite numbers"),
        (CODES, {"images": 3}, r"Received shape \(\)"),
        (CODES, {"overwrite": "no"}, "`overwrite` must be True or False"),
        (CODES, {"labels": [None, 1, 2, 3, 4]}, "all numbers or all texts. Received values of: NoneType, int"),
        (CODES, {"labels": LABELS[:4]}, "one label for each of 5 examples"),
    ],
)
def test_bad_arguments_write_nothing(tmp_path, codes, arguments, message):
    with pytest.raises(ValueError, match=message):
        write_embedding(tmp_path, codes, **arguments)
    assert contents(tmp_path) == {}
