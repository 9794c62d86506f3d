"""p(z | observed) of a VAE, for tensors."""

from keras import ops

from keras_vae.inputs.examples import condition_of, joined, x_of
from keras_vae.ops import noise
from keras_vae.restoration import ascent, langevin


class LatentPosterior:
    """p(z | observed), which is proportional to p(z) p(observed | z): where it is highest, and draws from it.

    Args:
        vae: A `VAE`.
        observation: Such as `MissingElements`: what was observed, and log p(observed | z).
        num_chains: Draws for each example.
    """

    def __init__(self, vae, observation, num_chains: int):
        self.vae, self.observation, self.num_chains = vae, observation, num_chains

    def compiled(self, method):
        """One of the methods as a compiled function, the same for all that share model, observation and number."""
        key = ("p(z | observed)", self.observation.key, method.__name__, self.num_chains)
        return self.vae.compiled_function(key, method, self.observation.somebodys)

    def begin(self, observed, step_size, seed, stream):
        """What was observed as tensors, the encoder's variance, and an ascent that begins at the encoder's code.

        Args:
            observed: What was observed, `(batch, ...)`, NaN where it is missing; of a model with a condition,
                `{"x": ..., "condition": ...}`.
            step_size: Of the first step, as a share of the variance.
            seed: Scalar integer tensor.
            stream: Which of the sequences of draws that belong to the seed.

        Returns:
            What is known as a dict, variance `(batch, 1, latent_dim)`, and a state for `ascend`, of one code for each
            example.
        """
        y, values = x_of(observed), condition_of(observed)
        guess = joined(self.observation.start(y, values), values)
        z, variance = self.vae.code_moments(self.vae.context(guess))
        context = self.vae.prior_context(values)
        known = {**self.observation.known(y, z, seed, stream, context), "context": context}
        variance = variance[:, None]
        return known, variance, ascent.start_ascent(self._log_joint(known), z[:, None], step_size)

    def ascend(self, known, state, variance, num_steps):
        """The state of an ascent after so many steps."""
        return ascent.ascend(self._log_joint(known), state, variance, num_steps)

    def begin_chains(self, known, z, variance, step_size, seed, stream):
        """A state for `move`: chains from about codes `(batch, 1, latent_dim)`, as wide as the encoder's q(z|x)."""
        shape = (ops.shape(z)[0], self.num_chains, self.vae.latent_dim)
        starts = z + ops.sqrt(variance) * noise.normal(shape, noise.FixedSeed(seed, stream), z.dtype)
        return langevin.start_chains(self._log_joint(known), starts, step_size)

    def move(self, known, state, variance, seed, stream, first, last, adapts):
        """The state of chains at step `last`, from that at step `first`."""
        return langevin.move(self._log_joint(known), state, variance, seed, stream, first, last, adapts)

    def draw(self, known, z, seed, stream):
        """Draws of x given codes and what was observed, and its mean: each `(batch, num_chains, *event_shape)`."""
        params, likelihood = self.vae.decoded(z, known["context"]), self.vae.decoder.likelihood
        drawn, mean = likelihood.sample(params, noise.FixedSeed(seed, stream)), likelihood.mean(params)
        return self.observation.completed(drawn, known["y"]), self.observation.completed(mean, known["y"])

    def picture(self, known, z):
        """The mean of p(x|z) given codes `(batch, latent_dim)` and what was observed: `(batch, *event_shape)`."""
        mean = self.vae.decoder.likelihood.mean(self.vae.decoded(z, known["context"]))
        return self.observation.completed(mean, known["y"])

    def _log_joint(self, known):
        def log_joint(z):
            log_likelihood = self.observation.log_prob(self.vae.decoded(z, known["context"]), known)
            return self.vae.log_prior(z, known["context"]) + log_likelihood, log_likelihood

        return log_joint
