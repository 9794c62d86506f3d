import itertools
import math

import numpy as np
import pytest

from keras_vae import likelihoods
from keras_vae.compression import block_codec, rounding
from keras_vae.compression.block_codec import Block, BlockCodec
from keras_vae.compression.file_format import DamagedFileError

from .conftest import SHAPE, trained
from .networks_of_others import disturbed


@pytest.fixture(scope="module")
def codec(grey_vae) -> BlockCodec:
    return BlockCodec(grey_vae, 10)


@pytest.fixture(scope="module")
def many(grey) -> np.ndarray:
    """Every digit eight times: 2,376 images. The coder does not see that they come again."""
    return np.tile(grey, (8, 1, 1, 1))


def test_examples_come_back(codec, grey):
    block = codec.encode(grey)
    assert block.count == sum(block.groups) == len(grey)
    np.testing.assert_array_equal(codec.decode(block), grey)


def test_that_networks_repeat_themselves_is_seen_once_of_the_first_block_that_can_tell(grey_vae, grey, monkeypatch):
    codec, seen = BlockCodec(grey_vae, 10), []
    monkeypatch.setattr(codec.networks, "check_repeatable", lambda x, *grids: seen.append(len(x)))
    for count in (0, 1, 20, 30):
        codec.encode(grey[:count])
    assert seen == [20]


def test_none_come_back_as_none(codec, grey):
    block = codec.encode(grey[:0])
    assert block == Block(0, (), (), b"")
    assert codec.decode(block).shape == (0, 8, 8, 1)


def test_a_block_costs_the_negative_elbo_and_its_first_code(codec, grey_vae, many):
    bound = -grey_vae.elbo(many, num_samples=30, seed=0).sum() / math.log(2)
    bits = 8 * len(codec.encode(many).payload)
    first_code = 4 * 10
    assert bits == pytest.approx(bound + first_code, rel=0.005)


def test_groups_grow_as_the_stream_can_fund_them(codec, many):
    groups = codec.encode(many).groups
    assert groups[0] == 1
    assert max(groups) == block_codec.MOST_AT_ONCE
    assert all(before <= after for before, after in itertools.pairwise(groups[:-1]))


def test_large_images_come_in_smaller_groups(codec, many, monkeypatch, grey_vae):
    # In place of images of megapixels, the bound that they would meet.
    monkeypatch.setattr(block_codec, "ELEMENTS_AT_ONCE", 64 * 5)
    small = BlockCodec(grey_vae, 10)
    block = small.encode(many[:50])
    assert max(block.groups) == 5
    np.testing.assert_array_equal(codec.decode(block), many[:50])


def test_examples_of_many_outputs_come_in_smaller_groups(monkeypatch, grey):
    vae = trained(likelihoods.Categorical(SHAPE, 17), grey, 0)
    # In place of images of megapixels, the bound that they would meet.
    monkeypatch.setattr(block_codec, "OUTPUTS_AT_ONCE", 64 * 17 * 6)
    codec = BlockCodec(vae, 10)
    block = codec.encode(grey[:50])
    assert max(block.groups) == 6
    np.testing.assert_array_equal(codec.decode(block), grey[:50])


def test_progress_counts_examples_both_ways(codec, grey):
    written, read = [], []
    codec.decode(codec.encode(grey, written.append), read.append)
    assert sum(written) == sum(read) == len(grey)
    assert len(written) > 3


def test_a_reader_whose_networks_differ_in_their_last_digits_reads_all_the_same(grey_vae, many, monkeypatch):
    # Real differences are 1e-14, and the margin is 1e-7 steps: both larger here, so that many outputs are in doubt.
    monkeypatch.setattr(rounding, "MARGIN", 1e-2)
    codec = BlockCodec(grey_vae, 10)
    block = codec.encode(many)
    assert len(block.exceptions) > 1000
    disturbed(codec, monkeypatch, 1e-6)
    np.testing.assert_array_equal(codec.decode(block), many)
    # Without the exceptions it would be lost.
    lost = Block(block.count, block.groups, (), block.payload)
    try:
        same = np.array_equal(codec.decode(lost), many)
    except DamagedFileError:
        same = False
    assert not same


def test_a_stream_that_does_not_end_with_its_examples(codec, grey):
    block = codec.encode(grey[:20])
    with pytest.raises(DamagedFileError):
        codec.decode(Block(19, (*block.groups[:-1], block.groups[-1] - 1), (), block.payload))
