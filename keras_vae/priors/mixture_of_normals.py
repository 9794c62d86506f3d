"""A mixture of normal distributions, learned with the model."""

import math

import keras
from keras import ops

from keras_vae.ops import noise
from keras_vae.ops.checks import checked_size
from keras_vae.priors.prior import Prior


@keras.saving.register_keras_serializable("keras_vae")
class MixtureOfNormals(Prior):
    """p(z) = sum_k w_k N(z; m_k, diag s_k^2), whose weights, means and scales are learned.

    Its KL divergence has no closed form and is estimated from the drawn codes.

    Source: Dilokthanakul et al. 2016, "Deep Unsupervised Clustering with Gaussian Mixture Variational
    Autoencoders"; Tomczak and Welling 2018, "VAE with a VampPrior", section 2.

    Args:
        latent_dim: Length of the code.
        num_components: How many normal distributions, at least 1.
    """

    def __init__(self, latent_dim: int, num_components: int, **kwargs):
        super().__init__(latent_dim, **kwargs)
        self.num_components = checked_size(num_components, "num_components")
        shape = (self.num_components, self.latent_dim)
        self.logits = self.add_weight(name="logits", shape=(self.num_components,), initializer="zeros", autocast=False)
        # Components that start at one place would stay together for ever.
        self.means = self.add_weight(
            name="means", shape=shape, initializer=keras.initializers.RandomNormal(stddev=1.0), autocast=False
        )
        self.log_scales = self.add_weight(name="log_scales", shape=shape, initializer="zeros", autocast=False)

    def parameters(self):
        """The logarithms of the components' weights, `(num_components,)`, and their inverse scales."""
        return {"log_weights": ops.log_softmax(self.logits), "inverse_scales": ops.exp(-self.log_scales)}

    def log_prob(self, z, params=None):
        params = self.parameters() if params is None else params
        standardised = (ops.expand_dims(z, -2) - self.means) * params["inverse_scales"]
        log_densities = -0.5 * standardised * standardised - self.log_scales - 0.5 * math.log(2 * math.pi)
        return ops.logsumexp(params["log_weights"] + ops.sum(log_densities, axis=-1), axis=-1)

    def sample(self, num_samples, seed):
        generator = noise.generator(seed)
        # The largest of the logits plus Gumbel noise is a draw from their softmax, for any number of draws.
        uniform = noise.uniform((num_samples, self.num_components), generator, self.compute_dtype)
        gumbel = -ops.log(-ops.log(ops.clip(uniform, 1e-20, 1.0 - 1e-7)))
        chosen = ops.argmax(self.logits + gumbel, axis=-1)
        means, scales = ops.take(self.means, chosen, axis=0), ops.exp(ops.take(self.log_scales, chosen, axis=0))
        return means + scales * noise.normal((num_samples, self.latent_dim), generator, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "num_components": self.num_components}
