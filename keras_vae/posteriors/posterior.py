"""What every posterior has in common."""

import keras
from keras import ops

from keras_vae.ops.checks import checked_size
from keras_vae.ops.parameter_layer import ParameterLayer


class Posterior(ParameterLayer):
    """Base class: a distribution over codes, whose parameters are a projection of features.

    A posterior is a layer: called on the features of a network it returns a dict of parameters. A subclass

    - names the parameters in `parameter_names`, each one number for each latent, or says in `parameter_shapes` which
      shape each has for one code; `call` may map projected values to allowed ones, such as a scale above 0;
    - implements `mean`, `variance`, `log_prob`, and `sample`, whose draws must have gradients with respect to the
      parameters; a point, which has no density, sets `is_point` instead and belongs in an `Autoencoder`;
    - draws all noise from its own `ops.noise.NoiseSeed` unless given a seed, and computes in its own dtype;
    - puts its constructor's arguments into `get_config`, and is registered with
      `keras.saving.register_keras_serializable`.

    Where the latents are independent and normal given x, with the parameters `mean` and `log_variance`, the class sets
    `is_diagonal_normal = True`: codes can then be compressed. It holds for that class only, not for subclasses, whose
    density may differ: a subclass with its parent's density sets it again.

    If KL(q(z|x) || p(z)) has a closed form, register it with `divergences.register_closed_form`; otherwise it is
    estimated from the draws, for subclasses of the package's own posteriors too. `testing.check_posterior` checks all
    this.

    Args:
        latent_dim: Length of the code.
        projection: `False` if the network outputs the parameters itself: its features are then not projected but taken
            as they are, one parameter after the other. `call` still maps them to what is allowed.

    Attributes:
        latent_shape: Shape of one code, `(latent_dim,)`.
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
        super().__init__(**kwargs)
        self.latent_dim = checked_size(latent_dim, "latent_dim")
        self.latent_shape = (self.latent_dim,)

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter for one code, by name."""
        return dict.fromkeys(self.parameter_names, self.latent_shape)

    @property
    def sides(self) -> tuple[int, ...]:
        """The code's axes but for the last: a flat code has none."""
        return self.latent_shape[:-1]

    def initial_kernel(self, shape, dtype=None):
        """Glorot's for the first parameter, and zeros for the others: their starts do not depend on x's scale."""
        first, *others = self._sizes()
        points = shape[1] // (first + sum(others))
        start = keras.initializers.GlorotUniform()((shape[0], points * first), dtype=dtype)
        start = ops.reshape(start, (shape[0], points, first))
        zeros = ops.zeros((shape[0], points, sum(others)), dtype=dtype)
        return ops.reshape(ops.concatenate([start, zeros], axis=-1), shape)

    def mean(self, params):
        """Mean of q(z|x): `(batch, latent_dim)`."""
        raise NotImplementedError

    def variance(self, params):
        """Variance of each latent of q(z|x): `(batch, latent_dim)`."""
        raise NotImplementedError

    def sample(self, params, num_samples: int = 1, seed=None, shared_noise: bool = False):
        """Draws codes: `(batch, num_samples, latent_dim)`."""
        raise NotImplementedError

    def sample_and_log_prob(self, params, num_samples: int = 1, seed=None, shared_noise: bool = False):
        """Codes as `sample` draws them, with their log-densities `(batch, num_samples)`.

        A posterior that knows the density of its own draws better than that of other codes overrides this.
        """
        z = self.sample(params, num_samples, seed, shared_noise)
        return z, self.log_prob(params, z)

    def log_prob(self, params, z):
        """Log-density of z `(batch, num_samples, latent_dim)` in nats, summed over the latents."""
        raise NotImplementedError

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim}
