"""What is known of an example, and how probable it is given a code."""

import functools
import math

import keras
from keras import ops

from keras_vae.inputs.examples import joined
from keras_vae.likelihoods import Masked
from keras_vae.ops import noise
from keras_vae.restoration.downsampling import Downsampling, downsample

# Codes from the prior, whose mean picture stands in for what is missing at first.
NUM_PRIOR_CODES, PRIOR_SEED = 256, 0
# And those for each example under a condition, where each has a mean picture of its own.
NUM_CODES_EACH = 16
# Times that what is missing is filled with the reconstruction.
NUM_FILLS = 5
# Draws of x, of whose corruption the scale of an observation is estimated.
NUM_SCALE_DRAWS = 32


class MissingElements:
    """Elements of x are observed as they are, and the others are missing: p(observed | z) = prod p(x_i | z).

    Args:
        vae: A `VAE`.
    """

    key, somebodys = "missing elements", None

    def __init__(self, vae):
        self.vae = vae
        likelihood = vae.decoder.likelihood
        self.likelihood = likelihood if isinstance(likelihood, Masked) else Masked(likelihood)

    def start(self, y, condition=None):
        """A first guess of x for the encoder: what is missing is filled with reconstructions of what was filled before.

        An encoder that was trained on data with missing values takes it as it is.

        Args:
            y: `(batch, *event_shape)`, NaN where it is missing.
            condition: Of a model with a condition, its values.

        Returns:
            Tensor in the shape of y.
        """
        if self.vae.decoder.likelihood.takes_missing:
            return y
        x = self.completed(typical_picture(self.vae, condition), y)
        for _ in range(NUM_FILLS):
            x = self.completed(self.vae.reconstruct_tensors(joined(x, condition)), y)
        return x

    def known(self, y, z, seed, stream, context=None) -> dict:
        """What `log_prob` asks for: a dict of tensors."""
        return {"y": y}

    def log_prob(self, params, known):
        """log p(observed | z) in nats: parameters of p(x|z) `(batch, num_samples, *event_shape)` to two axes."""
        return self.likelihood.log_prob(params, known["y"])

    def completed(self, x, y):
        """x `(batch, ..., *event_shape)` with the observed values where there are any."""
        while len(y.shape) < len(x.shape):
            y = ops.expand_dims(y, 1)
        return ops.where(ops.isnan(y), x, y)


class CorruptedPicture:
    """What a corruption made of x, and then noise: y ~ N(corruption(E[x|z]), scale^2), elementwise.

    scale^2 is the variance of the noise, which is known, and that of what the corruption makes of x about its mean,
    mean (corruption(x) - corruption(E[x|z]))^2, which is estimated for each example by draws from p(x|z) at the
    encoder's code. This is p(y|z) itself for a normal likelihood with one scale for all elements and a corruption that
    is linear and leaves no correlations, as an average over blocks is; for others it has the same mean, and one
    variance for all elements.

    Args:
        vae: A `VAE`.
        corruption: A deterministic Keras layer, or `None` for none; of `Downsampling`, y are the small images.
        noise_scale: Standard deviation of the noise, in the data's units, at least 0.
    """

    def __init__(self, vae, corruption, noise_scale: float):
        self.vae, self.corruption, self.noise_scale = vae, corruption, noise_scale
        self.corrupt = functools.partial(made_of, corruption)
        self.key = (_key_of(corruption), noise_scale)
        self.somebodys = None if _is_ours(corruption) else corruption

    def start(self, y, condition=None):
        """A first guess of x: y, enlarged to the shape of an event; where it is missing, a mean of the prior's."""
        typical = typical_picture(self.vae, condition)
        y = ops.where(ops.isnan(y), self.corrupted(typical), y)
        sides = list(zip(typical.shape[1:], y.shape[1:], strict=False))
        if len(y.shape) != len(typical.shape) or any(large % small for large, small in sides):
            return ops.broadcast_to(typical, (ops.shape(y)[0], *typical.shape[1:]))
        for axis, (large, small) in enumerate(sides, start=1):
            y = ops.repeat(y, large // small, axis=axis)
        return y

    def known(self, y, z, seed, stream, context=None) -> dict:
        """What `log_prob` asks for, with the scale `(batch, 1)` at codes `(batch, latent_dim)`: a dict of tensors.

        What is decoded is so under the condition in a `Context`, of a model that has one.
        """
        likelihood, generator = self.vae.decoder.likelihood, noise.FixedSeed(seed, stream)
        params = self.vae.decoded(ops.repeat(z[:, None], NUM_SCALE_DRAWS, axis=1), context)
        error = self.corrupted(likelihood.sample(params, generator)) - self.corrupted(likelihood.mean(params))
        variance = ops.mean(error * error, axis=tuple(range(1, len(error.shape))))
        return {"y": y, "scale": ops.sqrt(variance + self.noise_scale**2)[:, None]}

    def log_prob(self, params, known):
        """log p(observed | z) in nats: parameters of p(x|z) `(batch, num_samples, *event_shape)` to two axes."""
        y, scale = ops.expand_dims(known["y"], 1), known["scale"]
        missing, rest = ops.isnan(y), (1,) * (len(y.shape) - 2)
        error = self.corrupted(self.vae.decoder.likelihood.mean(params)) - ops.where(missing, 0.0, y)
        standardised = error / ops.reshape(scale, (-1, 1, *rest))
        constant = ops.reshape(ops.log(scale), (-1, 1, *rest)) + 0.5 * math.log(2 * math.pi)
        log_densities = ops.where(missing, 0.0, -0.5 * standardised * standardised - constant)
        return ops.sum(log_densities, axis=tuple(range(2, len(log_densities.shape))))

    def completed(self, x, y):
        """x as it is: no element of it was observed."""
        return x

    def corrupted(self, x):
        """What becomes of x `(batch, ..., *event_shape)`."""
        event_shape = self.vae.event_shape
        flat = self.corrupt(ops.reshape(x, (-1, *event_shape)))
        return ops.reshape(flat, (*ops.shape(x)[: -len(event_shape)], *flat.shape[1:]))


def _key_of(corruption):
    """What tells a corruption from others: its settings, if it is one of this package, which holds nothing else."""
    if _is_ours(corruption):
        settings = {name: value for name, value in corruption.get_config().items() if name != "name"}
        return type(corruption).__name__, repr(settings)
    return corruption


def _is_ours(corruption) -> bool:
    return type(corruption).__module__.startswith("keras_vae.")


def made_of(corruption, x):
    """What a corruption makes of x `(batch, *event_shape)`; of `Downsampling`, the small images."""
    if corruption is None:
        return x
    # Each of its pixels is repeated, and would count as often.
    return downsample(x, corruption.factor) if isinstance(corruption, Downsampling) else corruption(x, training=False)


def typical_picture(vae, condition=None):
    """E[x] under the model, about: the mean of p(x|z) over codes from the prior, `(1, *event_shape)`.

    Under the values of a condition it is E[x|c] of each of them, `(batch, *event_shape)`, over fewer codes.
    """
    generator = noise.FixedSeed(PRIOR_SEED)
    if condition is None:
        return ops.mean(vae.decode_tensors(vae.sample_prior(NUM_PRIOR_CODES, generator)), axis=0, keepdims=True)
    repeated = keras.tree.map_structure(lambda values: ops.repeat(values, NUM_CODES_EACH, axis=0), condition)
    count = ops.shape(keras.tree.flatten(repeated)[0])[0]
    z = vae.sample_prior(count, generator, vae.prior_context(repeated))
    pictures = ops.reshape(vae.decode_tensors(z, repeated), (-1, NUM_CODES_EACH, *vae.event_shape))
    return ops.mean(pictures, axis=1)
