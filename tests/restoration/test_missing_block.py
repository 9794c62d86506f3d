"""Missing blocks: of which size, and where."""

import numpy as np
import pytest
from scipy import stats

from keras_vae.restoration import MissingBlock


def corners(missing: np.ndarray, size) -> np.ndarray:
    """First row and column of the one block that each mask `(batch, height, width)` is; fails where it is none."""
    found = []
    for mask in missing:
        rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
        assert (len(rows), len(columns)) == tuple(size)
        assert mask.sum() == size[0] * size[1] == mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].sum()
        found.append((rows[0], columns[0]))
    return np.array(found)


@pytest.mark.parametrize(("size", "sizes"), [(3, (3, 3)), ([2, 4], (2, 4)), ([6, 1], (6, 1))])
def test_one_block_of_the_size_is_missing_and_every_place_is_as_probable(size, sizes):
    missing = np.asarray(MissingBlock(size, fill=-1, seed=0)(np.ones((2000, 6, 7, 2), np.float32))) == -1
    assert np.all(missing.all(axis=-1) == missing.any(axis=-1))
    found = corners(missing[..., 0], sizes)
    places = (6 - sizes[0] + 1, 7 - sizes[1] + 1)
    counts = np.zeros(places)
    np.add.at(counts, tuple(found.T), 1)
    assert np.all(counts > 0)
    assert stats.chisquare(counts.ravel()).pvalue > 0.01 or counts.size == 1


@pytest.mark.parametrize("shape", [(9,), (9, 2)])
def test_a_signal_and_a_vector_lose_a_stretch(shape):
    missing = np.asarray(MissingBlock(4, fill=-1, seed=0)(np.ones((50, *shape), np.float32))) == -1
    missing = missing.reshape(50, 9, -1)
    assert np.all(missing.sum(axis=1) == 4)
    assert np.all(np.abs(np.diff(missing[..., 0].astype(int), axis=1)).sum(axis=1) <= 2)


@pytest.mark.parametrize("size", [0, 2.5, [], [3, 0], "33"])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(ValueError, match="size"):
        MissingBlock(size)


@pytest.mark.parametrize("size", [9, [2, 9], 8, [2, 2, 2]])
def test_a_block_that_does_not_fit_or_leaves_nothing_is_refused_before_anything_is_drawn(size):
    with pytest.raises(ValueError, match="must fit into an example, and leave something of it"):
        MissingBlock(size).build((None, 8, 8, 1))
