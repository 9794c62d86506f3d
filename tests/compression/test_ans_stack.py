import sys

import numpy as np
import pytest

from keras_vae.compression.ans_stack import AnsStack
from keras_vae.compression.file_format import DamagedFileError

RNG = np.random.default_rng(0)


def filled(words: int) -> AnsStack:
    """A stack of bits of chance."""
    return AnsStack(RNG.integers(1, 2**32, words, dtype=np.uint32).astype("<u4").tobytes())


def cases() -> dict:
    count = 200
    # Larger sizes lose some: the coder's probabilities have 24 bits.
    sizes, ones, rows = RNG.integers(2, 2**12, count), RNG.random(count), RNG.random((count, 5))
    return {
        "bits": (
            lambda stack, values: stack.push_bits(values, 7),
            lambda stack: stack.pop_bits(count, 7),
            RNG.integers(0, 128, count),
            np.full(count, 7.0),
        ),
        "uniform": (
            lambda stack, values: stack.push_uniform(values, sizes),
            lambda stack: stack.pop_uniform(sizes),
            (RNG.random(count) * sizes).astype(np.int64),
            np.log2(sizes),
        ),
        "binary": (
            lambda stack, values: stack.push_binary(values, ones),
            lambda stack: stack.pop_binary(ones),
            (binary := RNG.integers(0, 2, count)),
            -np.log2(np.where(binary, ones, 1 - ones)),
        ),
        "levels": (
            lambda stack, values: stack.push_levels(values, rows),
            lambda stack: stack.pop_levels(rows),
            (levels := RNG.integers(0, 5, count)),
            -np.log2(rows[np.arange(count), levels] / rows.sum(axis=1)),
        ),
        "alike": (
            lambda stack, values: stack.push_alike(values, rows[0]),
            lambda stack: stack.pop_alike(count, rows[0]),
            levels,
            -np.log2(rows[0, levels] / rows[0].sum()),
        ),
    }


@pytest.mark.parametrize("kind", cases())
def test_what_is_pushed_is_popped_and_costs_its_information(kind):
    push, pop, values, information = cases()[kind]
    stack = filled(40)
    before, bits = stack.to_bytes(), stack.num_bits
    push(stack, values)
    # The number of bits is a whole one.
    assert stack.num_bits - bits == pytest.approx(information.sum(), abs=2.0)
    assert pop(stack).tolist() == values.tolist()
    assert stack.to_bytes() == before


@pytest.mark.parametrize("kind", cases())
@pytest.mark.parametrize("words", [0, 1, 3, 300])
def test_what_is_popped_can_be_pushed_again_whatever_the_stack_holds(kind, words):
    push, pop, *_ = cases()[kind]
    stack = filled(words)
    before = stack.to_bytes()
    push(stack, pop(stack))
    assert stack.to_bytes() == before
    assert stack.is_empty == (words == 0)


def test_an_empty_stack_gives_the_first_symbols_and_stays_empty():
    stack = AnsStack()
    assert stack.is_empty
    assert stack.to_bytes() == b""
    assert stack.pop_bits(50, 20).tolist() == [0] * 50
    assert stack.is_empty
    assert stack.num_bits == 0


def test_equal_symbols_make_the_same_stream_everywhere():
    stack = AnsStack()
    stack.push_bits(np.array([5, 1, 3]), 10)
    # s -> (s // f) 2^24 + c + s % f, from s = 0, the last symbol first, with f = 2^14 and c = 2^14 times the symbol.
    assert int.from_bytes(stack.to_bytes(), "little") == (3 * 2**10 + 1) * 2**24 + 5 * 2**14


def test_probabilities_that_are_next_to_nothing_beside_others():
    # In float32 the library's sums fail here, by a panic.
    weights = np.exp(-RNG.exponential(8, (20_000, 256)))
    values = RNG.integers(0, 256, len(weights))
    stack = AnsStack()
    stack.push_levels(values, weights)
    assert stack.pop_levels(weights).tolist() == values.tolist()
    assert stack.is_empty


@pytest.mark.parametrize("content", [b"abc", b"abcd\0\0\0\0"])
def test_bytes_that_no_stack_gave(content):
    with pytest.raises(DamagedFileError, match="are not a stream of this coder"):
        AnsStack(content)


def test_without_the_library_the_message_says_how_to_install_it(monkeypatch):
    from keras_vae.compression import ans_stack

    monkeypatch.setitem(sys.modules, "constriction", None)
    with pytest.raises(ImportError, match=r"pip install 'keras_vae\[compression\]'"):
        ans_stack.constriction.__wrapped__()
