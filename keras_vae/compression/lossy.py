"""Blocks of codes alone, from which images come back with loss."""

import math
import zlib
from collections.abc import Callable

import numpy as np

from keras_vae.compression._fingerprint import checksum_of_tables
from keras_vae.compression.ans_stack import AnsStack
from keras_vae.compression.file_format import StoredBlock
from keras_vae.compression.networks import networks_of
from keras_vae.files.damage import DamagedFileError
from keras_vae.inputs.batches import num_rows, rows
from keras_vae.inputs.examples import condition_of, joined
from keras_vae.inputs.rules import check_values, rule_of

# Steps are powers of 2^(1/8), in a byte: 0 is for a latent that is left out, 128 for a step of 1.
STEPS_PER_OCTAVE, STEP_OF_ONE = 8, 128
FINEST, COARSEST = 48, 180
# Codes are held to this distance from 0.
REACH = 16.0
# A latent whose posterior has more than this share of the prior's variance tells nothing.
MOST_VARIANCE = 0.98
AT_ONCE = 256


class LossyCodec:
    """Mean codes, rounded to steps and entropy-coded under the prior; images come back as the mean of p(x|z).

    Each latent j of a block has a step of tau_j / quality, with tau_j = sigma_j / sqrt(1 - sigma_j^2): the deviation
    of the posterior if the prior had no part in it, from the posterior's variance sigma_j^2, averaged over the block.
    What the posterior does not know better than the prior is not stored. The steps are part of the block.

    Sources: Ballé, Laparra and Simoncelli 2017, "End-to-end Optimized Image Compression", section 3, for codes that are
    rounded and entropy-coded; the step in units of the posterior's deviation: Yang, Bamler and Mandt 2020,
    "Variational Bayesian Quantization", section 3.

    Args:
        vae: A model that `check_model` has seen.
        quality: Steps for each deviation, above 0: 1 is a fair start, and more are finer.
    """

    latent_bits = 0

    def __init__(self, vae, quality: float):
        self._likelihood, self._event_shape, self._latent_dim = vae.decoder.likelihood, vae.event_shape, vae.latent_dim
        self._networks = networks_of(vae)
        self._cdf = vae.prior_marginal.cdf
        self._is_checked = False
        self.quality = quality
        self.tables = checksum_of_tables([self._weights(code) for code in (64, STEP_OF_ONE, 150)])

    def check(self, x: np.ndarray, first: int = 0) -> None:
        """Raises a ValueError if examples are not what the model can be trained on.

        Args:
            x: Array `(n, *event_shape)`.
            first: Index of the first, for the message.
        """
        check_values(rule_of(self._likelihood), x, "x", first)

    def encode(self, number: int, x, progress: Callable[[int], None] | None = None) -> StoredBlock:
        """Examples `(n, *event_shape)`, with their condition where there is one, to the block of a number."""
        count = num_rows(x)
        means, variances = np.empty((2, count, self._latent_dim))
        self._check_decoder(rows(x, 0, 1))
        for start in range(0, count, AT_ONCE):
            found = self._networks.posterior(rows(x, start, AT_ONCE))
            means[start : start + AT_ONCE], variances[start : start + AT_ONCE] = (
                found["mean"],
                np.exp(found["log_variance"]),
            )
            if progress is not None:
                progress(len(found["mean"]))
        _check_finite(means)
        _check_finite(variances)
        codes = _step_codes(variances.mean(axis=0) if count else np.ones(self._latent_dim), self.quality)
        stack, indices = AnsStack(), np.zeros(means.shape, np.int32)
        for latent in np.flatnonzero(codes):
            last = _last(codes[latent])
            indices[:, latent] = np.clip(np.rint(means[:, latent] / _step(codes[latent])), -last, last)
            stack.push_alike(indices[:, latent] + last, self._weights(codes[latent]))
        sizes = [min(AT_ONCE, count - start) for start in range(0, count, AT_ONCE)]
        side = codes.tobytes() + bytes(size - 1 for size in sizes)
        return StoredBlock(number, count, _checksum(indices), side, stack.to_bytes())

    def decode(
        self,
        stored: StoredBlock,
        dtype: np.dtype,
        progress: Callable[[int], None] | None = None,
        condition=None,
    ) -> np.ndarray:
        """A block to the means of p(x|z), `(n, *event_shape)`; those of whole numbers are rounded.

        They are those under the values of a condition, where the model has one.

        Raises:
            DamagedFileError: If the block holds other codes than were written.
        """
        codes, sizes = np.split(np.frombuffer(stored.side, np.uint8).astype(np.int64), [self._latent_dim])
        # What is made is no larger than what the file has bytes for, whatever number it says.
        if len(codes) < self._latent_dim or stored.count != int(np.sum(sizes + 1, dtype=np.int64)):
            raise DamagedFileError(f"Block {stored.number} does not hold {stored.count} examples.")
        if np.any((codes > 0) & ((codes < FINEST) | (codes > COARSEST))):
            raise DamagedFileError(f"Block {stored.number} has steps that this package never writes.")
        stack, z = AnsStack(stored.payload), np.zeros((stored.count, self._latent_dim))
        indices = np.zeros(z.shape, np.int32)
        for latent in reversed(np.flatnonzero(codes)):
            weights = self._weights(codes[latent])
            indices[:, latent] = stack.pop_alike(stored.count, weights) - _last(codes[latent])
            z[:, latent] = indices[:, latent] * _step(codes[latent])
        if not stack.is_empty or _checksum(indices) != stored.content:
            raise DamagedFileError(f"Block {stored.number} decodes to other codes than were written.")
        x = np.empty((stored.count, *self._event_shape), dtype)
        for start in range(0, stored.count, AT_ONCE):
            mean = self._networks.mean_image(rows(joined(z, condition), start, AT_ONCE))
            x[start : start + AT_ONCE] = mean if dtype.kind == "f" else _whole(mean, dtype)
            if progress is not None:
                progress(len(mean))
        return x

    def _check_decoder(self, x):
        """Sees once that there will be images: the writer does not otherwise ask the decoder."""
        if self._is_checked or num_rows(x) == 0:
            return
        code = joined(self._networks.posterior(x)["mean"], condition_of(x))
        _check_finite(self._networks.mean_image(code))
        self._is_checked = True

    def _weights(self, code):
        """The prior's mass about each multiple of a step, far coarser than what two machines' logarithms differ by."""
        last, step = _last(code), _step(code)
        edges = [self._cdf((k - 0.5) * step) for k in range(-last + 1, last + 1)]
        masses = np.diff([0.0, *edges, 1.0])
        return np.rint(masses * 2**30)


def _check_finite(values):
    if not np.isfinite(values).all():
        raise ValueError("The model's networks give values that are not finite for this data, so it cannot be coded.")


def _whole(mean, dtype) -> np.ndarray:
    """Rounded, to values that the dtype has: a mean may lie outside of them, where the data does not."""
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return np.clip(np.rint(mean), low, high)


def _step_codes(variances, quality) -> np.ndarray:
    """The byte of each latent's step: uint8 `(latent_dim,)`."""
    informative = variances < MOST_VARIANCE
    variances = np.where(informative, variances, 0.5)
    log_steps = 0.5 * np.log2(variances / (1 - variances)) - math.log2(quality)
    codes = np.clip(np.rint(log_steps * STEPS_PER_OCTAVE) + STEP_OF_ONE, FINEST, COARSEST)
    return np.where(informative, codes, 0).astype(np.uint8)


def _step(code) -> float:
    return 2.0 ** ((int(code) - STEP_OF_ONE) / STEPS_PER_OCTAVE)


def _last(code) -> int:
    """The largest multiple of a step."""
    return max(1, math.ceil(REACH / _step(code)))


def _checksum(indices: np.ndarray) -> int:
    return zlib.crc32(indices.astype("<i4"))
