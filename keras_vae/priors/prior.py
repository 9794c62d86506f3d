"""What every prior has in common."""

import keras

from keras_vae.ops.checks import checked_size
from keras_vae.ops.precision import head_dtype
from keras_vae.priors.marginal import Marginal


class Prior(keras.layers.Layer):
    """Base class: a distribution over codes that does not depend on x.

    A subclass implements `log_prob` and `sample`, computes in its own dtype, puts its constructor's arguments into
    `get_config`, and is registered with `keras.saving.register_keras_serializable`. It makes the weights that it learns
    by `add_weight(..., autocast=False)` in its constructor. `sample` draws the same for the same seed. Costly work that
    does not depend on the codes belongs in `parameters`, whose result `log_prob` takes.

    If all latents are independent and have the same distribution in closed form, `marginal` is that distribution: codes
    can then be compressed, and drawn at its quantiles. It holds only for the class that sets it, not for subclasses,
    whose density may differ: a subclass with its parent's density sets `marginal = Parent.marginal`.

    If a posterior's divergence from it has a closed form, register it with `divergences.register_closed_form`;
    otherwise it is estimated, for subclasses of the package's own priors too. `testing.check_prior` checks all this.

    Args:
        latent_dim: Length of the code.

    Attributes:
        latent_shape: Shape of one code, `(latent_dim,)`.
    """

    marginal: Marginal | None = None
    # Whether it is p(z|c): its `parameters` take the features of a condition, and `log_prob` and `sample` take these.
    is_conditional = False

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "marginal" not in vars(cls):
            cls.marginal = None

    def __init__(self, latent_dim: int, **kwargs):
        super().__init__(**{"dtype": head_dtype(), **kwargs})
        self.latent_dim = checked_size(latent_dim, "latent_dim")
        self.latent_shape = (self.latent_dim,)
        self.built = True

    def build(self, codes_shape):
        """Notes the shape of codes: weights are made in the constructor."""

    def compute_output_shape(self, codes_shape):
        """The shape of what is drawn."""
        return tuple(codes_shape)

    def parameters(self) -> dict | None:
        """What `log_prob` takes as its second argument: a dict of tensors, computed once for many codes."""
        return None

    def log_prob(self, z):
        """Log-density in nats, summed over the latents: `(..., latent_dim)` to `(...)`."""
        raise NotImplementedError

    def sample(self, num_samples, seed):
        """Draws codes `(num_samples, latent_dim)`."""
        raise NotImplementedError

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim}
