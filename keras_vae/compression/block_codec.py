"""A block of examples as one stream, by bits-back coding."""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from keras_vae.compression.ans_stack import AnsStack
from keras_vae.compression.buckets import Buckets
from keras_vae.compression.networks import networks_of
from keras_vae.compression.quantized_likelihoods import quantized
from keras_vae.compression.quantized_posterior import AT_ONCE, QuantizedPosterior
from keras_vae.compression.rounding import Rounding
from keras_vae.files.damage import DamagedFileError
from keras_vae.inputs.batches import num_rows, rows
from keras_vae.inputs.examples import condition_of, joined, x_of

# Examples of a group at most; their number, less 1, is a byte in the file.
MOST_AT_ONCE = 256
# Elements of a group at most: large images come in smaller groups, so that memory stays where it is.
ELEMENTS_AT_ONCE = 2**18
# And numbers that the decoder's network gives for them: a categorical likelihood has one for each level.
OUTPUTS_AT_ONCE = 2**21


@dataclasses.dataclass(frozen=True)
class Block:
    """What is kept of a block of examples.

    Attributes:
        count: How many examples.
        groups: How many examples each group has, in the order of coding.
        exceptions: Outputs whose rounding was in doubt; see `Rounding`.
        payload: The stream.
    """

    count: int
    groups: tuple[int, ...]
    exceptions: tuple[tuple[int, int, int], ...]
    payload: bytes


class BlockCodec:
    """Examples to a stream and back, group by group.

    For a group of examples, codes z are popped from the stack with q(z|x); then x is pushed with p(x|z) and z with
    p(z). What the pop took from the stack comes back when the reader pushes z with q(z|x): an example costs
    -log p(x|z) - log p(z) + log q(z|x) on average, the negative ELBO. The networks see each group once when it is
    written and once when it is read, in the same shape.

    A first group is of one example, and pops an empty stack, which gives the mean code. From then on a group has as
    many examples as the stack holds bits for.

    Source: Townsend, Bird and Barber 2019, "Practical lossless compression with latent variables using bits back
    coding", section 2.4 and appendix C.

    Args:
        vae: A model that `check_model` has seen.
        latent_bits: The prior has 2^latent_bits buckets for each latent.

    Raises:
        ValueError: If the likelihood is not of whole numbers.
    """

    def __init__(self, vae, latent_bits: int):
        self.event_shape, self.latent_dim = vae.event_shape, vae.latent_dim
        self.elements = quantized(vae.decoder.likelihood)
        self.posterior = QuantizedPosterior(Buckets(vae.prior_marginal, latent_bits))
        self.networks = networks_of(vae)
        self._is_checked = False
        self._most_at_once = min(max(_most_in_memory(vae.decoder.likelihood), 1), MOST_AT_ONCE)
        borrowed = min(AT_ONCE, self.latent_dim) * (self.posterior.mass_bits - latent_bits)
        self._bits_for_one = self.latent_dim * latent_bits + borrowed

    def encode(self, x: np.ndarray, progress: Callable[[int], None] | None = None) -> Block:
        """Examples to a block.

        Args:
            x: `(n, *event_shape)`, of values that the likelihood allows; of a model with a condition,
                `{"x": ..., "condition": ...}`.
            progress: Called with the number of examples that were coded, after each group.

        Raises:
            ValueError: If the networks' outputs are not finite, or differ from batch to batch.
        """
        self._check_networks(x)
        stack, rounding, groups = AnsStack(), Rounding(), []
        start, count = 0, num_rows(x)
        while start < count:
            funded = min(max(stack.num_bits // self._bits_for_one, 1), self._most_at_once)
            group = rows(x, start, funded)
            self._push_group(stack, rounding, len(groups), group)
            groups.append(num_rows(group))
            start += groups[-1]
            if progress is not None:
                progress(groups[-1])
        return Block(count, tuple(groups), tuple(rounding.exceptions), stack.to_bytes())

    def decode(self, block: Block, progress: Callable[[int], None] | None = None, condition=None) -> np.ndarray:
        """A block to examples: int32 `(n, *event_shape)`.

        Args:
            block: What `encode` returned.
            progress: Called with the number of examples that were decoded, after each group.
            condition: Of a model with a condition, its values for all examples of the block.

        Raises:
            DamagedFileError: If the block is none that this model's `encode` returned.
        """
        stack, rounding, groups, start = AnsStack(block.payload), Rounding(block.exceptions), [], block.count
        for index in reversed(range(len(block.groups))):
            start -= block.groups[index]
            values = None if condition is None else rows(condition, start, block.groups[index])
            groups.append(self._pop_group(stack, rounding, index, block.groups[index], values))
            if progress is not None:
                progress(block.groups[index])
        if not stack.is_empty:
            raise DamagedFileError("A block's stream does not end where its examples do.")
        empty = np.empty((0, *self.event_shape), np.int32)
        return np.concatenate([empty, *reversed(groups)])

    def _check_networks(self, x):
        """Sees once, of the first block that can tell, that the networks repeat themselves."""
        if self._is_checked or num_rows(x) < 2:
            return
        grids = dict(zip(("mean", "log_variance"), self.posterior.grids, strict=True))
        self.networks.check_repeatable(x, grids, self.elements.grids)
        self._is_checked = True

    def _push_group(self, stack, rounding, index, x):
        q = self._posterior(rounding, index, x)
        codes = self.posterior.pop(stack, *q)
        parameters = self._likelihood(rounding, index, codes, condition_of(x))
        self.elements.push(stack, x_of(x).reshape(-1), *parameters)
        stack.push_bits(codes.reshape(-1), self.posterior.buckets.bits)

    def _pop_group(self, stack, rounding, index, size, condition):
        bits = self.posterior.buckets.bits
        codes = stack.pop_bits(size * self.latent_dim, bits).reshape(size, self.latent_dim)
        parameters = self._likelihood(rounding, index, codes, condition)
        x = self.elements.pop(stack, *parameters).reshape(size, *self.event_shape)
        self.posterior.push(stack, *self._posterior(rounding, index, joined(x, condition)), codes.astype(np.int64))
        return x

    def _posterior(self, rounding, index, x):
        found = self.networks.posterior(x)
        grids = self.posterior.grids
        return [
            rounding(index, slot, found[name], grid)
            for slot, (name, grid) in enumerate(zip(("mean", "log_variance"), grids, strict=True))
        ]

    def _likelihood(self, rounding, index, codes, condition):
        found = self.networks.likelihood(joined(self.posterior.buckets.centres[codes], condition))
        count = len(codes) * int(np.prod(self.event_shape))
        parameters = []
        for slot, (name, grid) in enumerate(self.elements.grids.items(), start=len(self.posterior.grids)):
            steps = rounding(index, slot, found[name], grid)
            parameters.append(steps.reshape(count, -1) if steps.size > count else steps.reshape(count))
        return parameters


def _most_in_memory(likelihood) -> int:
    """Examples of which neither the elements nor the largest of the likelihood's parameters are too many at once."""
    elements = math.prod(likelihood.event_shape)
    return min(ELEMENTS_AT_ONCE // elements, OUTPUTS_AT_ONCE // (elements * likelihood.values_per_parameter))
