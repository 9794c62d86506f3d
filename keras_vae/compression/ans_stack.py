"""The stack of bits that symbols are pushed on and popped from."""

import functools
import types

import numpy as np

from keras_vae.files.damage import DamagedFileError

WORD = np.dtype("<u4")


class AnsStack:
    """An entropy coder by asymmetric numeral systems: what was pushed last is popped first.

    Popping with a distribution that nothing was pushed with draws from that distribution, and pushing the draw again
    restores the stack exactly. An empty stack can be popped too: it gives the first symbol of every distribution and
    stays empty, and pushing those symbols leaves it empty.

    The library's own arithmetic is of whole numbers and of IEEE sums, products and quotients in a fixed order, so
    that equal parameters make equal streams on every machine. Its distributions that evaluate special functions, such
    as a quantised Gaussian, are not used.

    Source: Duda 2013, "Asymmetric numeral systems", section 3.

    Args:
        content: What `to_bytes` returned; empty bytes are an empty stack.

    Raises:
        DamagedFileError: If `content` cannot be what a stack gave.
        ImportError: If the library `constriction` is not installed.
    """

    def __init__(self, content: bytes = b""):
        self._coder_of = constriction()
        if len(content) % WORD.itemsize or (content and not any(content[-WORD.itemsize :])):
            raise DamagedFileError(f"{len(content)} bytes of a block's payload are not a stream of this coder.")
        words = np.frombuffer(content, WORD).astype(np.uint32)
        stack = self._coder_of.stream.stack
        self._ans = stack.AnsCoder(words) if len(words) else stack.AnsCoder()

    @property
    def num_bits(self) -> int:
        """How many bits the stack holds."""
        return self._ans.num_valid_bits()

    @property
    def is_empty(self) -> bool:
        """Whether all that was pushed is popped."""
        return self._ans.is_empty()

    def to_bytes(self) -> bytes:
        """The whole stack."""
        return self._ans.get_compressed().astype(WORD).tobytes()

    def push_bits(self, values: np.ndarray, bits: int) -> None:
        """Pushes whole numbers `(n,)` in 0 ... 2^bits - 1, all equally likely, for 1 to 23 bits."""
        self._push(values, self._models.Uniform(2**bits))

    def pop_bits(self, count: int, bits: int) -> np.ndarray:
        """Pops what `push_bits` pushed: int32 `(count,)`."""
        return self._ans.decode(self._models.Uniform(2**bits), count)

    def push_uniform(self, values: np.ndarray, sizes: np.ndarray) -> None:
        """Pushes whole numbers `(n,)`, each equally likely in 0 ... size - 1, for sizes from 2 to 2^23."""
        self._push(values, self._models.Uniform(), np.ascontiguousarray(sizes, np.int32))

    def pop_uniform(self, sizes: np.ndarray) -> np.ndarray:
        """Pops what `push_uniform` pushed: int32 `(n,)`."""
        return self._ans.decode(self._models.Uniform(), np.ascontiguousarray(sizes, np.int32))

    def push_binary(self, values: np.ndarray, probabilities: np.ndarray) -> None:
        """Pushes zeros and ones `(n,)`, with the probability `(n,)` of each one."""
        self._push(values, self._models.Bernoulli(perfect=False), np.ascontiguousarray(probabilities))

    def pop_binary(self, probabilities: np.ndarray) -> np.ndarray:
        """Pops what `push_binary` pushed: int32 `(n,)`."""
        return self._ans.decode(self._models.Bernoulli(perfect=False), np.ascontiguousarray(probabilities))

    def push_levels(self, values: np.ndarray, weights: np.ndarray) -> None:
        """Pushes whole numbers `(n,)`; float64 `(n, levels)` are in proportion to their
        probabilities, and may be 0."""
        self._push(values, self._models.Categorical(perfect=False), weights)

    def pop_levels(self, weights: np.ndarray) -> np.ndarray:
        """Pops what `push_levels` pushed: int32 `(n,)`."""
        return self._ans.decode(self._models.Categorical(perfect=False), weights)

    def push_alike(self, values: np.ndarray, weights: np.ndarray) -> None:
        """Pushes whole numbers `(n,)` that all have one distribution, in proportion to float64
        `(levels,)`."""
        self._push(values, self._models.Categorical(weights, perfect=False))

    def pop_alike(self, count: int, weights: np.ndarray) -> np.ndarray:
        """Pops what `push_alike` pushed: int32 `(count,)`."""
        return self._ans.decode(self._models.Categorical(weights, perfect=False), count)

    @property
    def _models(self):
        return self._coder_of.stream.model

    def _push(self, values, model, *parameters):
        self._ans.encode_reverse(np.ascontiguousarray(values, np.int32), model, *parameters)


@functools.cache
def constriction() -> types.ModuleType:
    """The library of entropy coders.

    Raises:
        ImportError: If it is not installed.
    """
    try:
        import constriction as library
    except ImportError as error:
        raise ImportError(
            "Compression needs the library 'constriction', which is not installed. Install it with `pip install "
            "'keras_vae[compression]'`."
        ) from error
    return library
