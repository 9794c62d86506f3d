"""What every posterior has in common."""

import math

import keras
from keras import ops

from keras_vae.ops.checks import checked_size
from keras_vae.ops.head import Head
from keras_vae.ops.precision import head_dtype
from keras_vae.ops.traced_shapes import TracedShapes
from keras_vae.ops.trainable import freeze_built


class Posterior(TracedShapes, keras.layers.Layer):
    """Base class: a distribution over codes, whose parameters are a projection of features.

    A posterior is a layer: called on the features of a network it returns a dict of parameters. A subclass

    - names the parameters in `parameter_names`, each one number for each latent; `call` may map what is projected to
      what is allowed, such as a scale above 0;
    - implements `mean`, `variance`, and `sample`, whose draws must have gradients by the parameters, and `log_prob`;
      a point, which has no density, sets `is_point` instead and belongs in an `Autoencoder`;
    - draws all noise from its own `ops.noise.NoiseSeed` unless it is given a seed, and computes in its own dtype;
    - puts what its constructor takes into `get_config`, and is registered by
      `keras.saving.register_keras_serializable`.

    Where the latents are independent and normal given x, with the parameters `mean` and `log_variance`, the class says
    `is_diagonal_normal = True`: codes can then be compressed. It holds for that class and for no subclass, whose
    density may be another: one with the density of its parent says it again.

    Where KL(q(z|x) || p(z)) has a closed form, `divergences.register_closed_form` says so; elsewhere it is estimated
    from the draws, for subclasses of the package's own posteriors too. `testing.check_posterior` holds it to all this.

    Args:
        latent_dim: Length of the code.
    """

    parameter_names: tuple[str, ...] = ()
    # Whether it is a single code and no distribution.
    is_point = False
    # Whether it is a product of normal distributions, whose parameters are `mean` and `log_variance`.
    is_diagonal_normal = False

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "is_diagonal_normal" not in vars(cls):
            cls.is_diagonal_normal = False

    def __init__(self, latent_dim: int, **kwargs):
        super().__init__(**{"dtype": head_dtype(), **kwargs})
        self.latent_dim = checked_size(latent_dim, "latent_dim")
        self.projection = Head(
            self.latent_dim * len(self.parameter_names),
            kernel_initializer=self.initial_kernel,
            dtype=self.dtype_policy,
            name="projection",
        )

    def build(self, features_shape):
        if None in features_shape[1:]:
            raise ValueError(
                "A posterior needs features of a known size. The encoder's network gave shape "
                f"{tuple(features_shape)}: end it in a layer that fixes every axis, such as global pooling."
            )
        self.num_features = math.prod(features_shape[1:])
        if not self.projection.built:
            self.projection.build((None, self.num_features))
        freeze_built(self)

    def initial_kernel(self, shape, dtype=None):
        """Glorot's for the first parameter, and zeros for the others: their starts do not depend on x's scale."""
        first = keras.initializers.GlorotUniform()((shape[0], self.latent_dim), dtype=dtype)
        return ops.concatenate([first, ops.zeros((shape[0], shape[1] - self.latent_dim), dtype=dtype)], axis=-1)

    def call(self, features):
        """Projects features `(batch, ...)` to a dict of parameters, each `(batch, latent_dim)`."""
        flat = ops.reshape(features, (-1, self.num_features))
        parameters = ops.split(self.projection(flat), len(self.parameter_names), axis=-1)
        return dict(zip(self.parameter_names, parameters, strict=True))

    def mean(self, params):
        """Mean of q(z|x): `(batch, latent_dim)`."""
        raise NotImplementedError

    def variance(self, params):
        """Variance of each latent of q(z|x): `(batch, latent_dim)`."""
        raise NotImplementedError

    def sample(self, params, num_samples: int = 1, seed=None, shared_noise: bool = False):
        """Draws codes: `(batch, num_samples, latent_dim)`."""
        raise NotImplementedError

    def log_prob(self, params, z):
        """Log-density of z `(batch, num_samples, latent_dim)` in nats, summed over the latents."""
        raise NotImplementedError

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim}
