"""What an autoencoder and a VAE share: parts, codes, reconstructions."""

import keras
from keras import ops

from keras_vae.inputs import batches, data_checks
from keras_vae.inputs.examples import condition_of, given, joined, split, x_of
from keras_vae.models.composite import checked_part
from keras_vae.models.corruption_checks import check_fill, check_keeps_shape
from keras_vae.models.decoder import Decoder
from keras_vae.models.draws import Context, Draws
from keras_vae.models.encoder import Encoder
from keras_vae.models.keras_methods import KerasMethods
from keras_vae.models.old_names import renamed
from keras_vae.models.saving import Saving
from keras_vae.models.serving import Serving
from keras_vae.ops._squared_error import squared_error
from keras_vae.ops.checks import checked_size


class LatentModel(Serving, Saving, KerasMethods):
    """Base class: an encoder, a decoder, and data that is checked before it is used.

    Args:
        encoder: An `Encoder`.
        decoder: A `Decoder` whose network takes codes of the encoder's `latent_dim`.
        corruption: A Keras layer that is applied to the input in training only; the target stays clean.
        condition: A `Condition`, or `None`.
    """

    part_names = ("encoder", "decoder", "corruption")
    # Whether codes have a distribution of their own, p(z), that they can be drawn from.
    has_prior = False
    # Of what is drawn outside of training, where a model draws.
    seed_generator = None

    def __init__(self, encoder: Encoder, decoder: Decoder, corruption=None, condition=None, **kwargs):
        # The parts cast for themselves: data and weights reach the loss in full precision.
        super().__init__(**{**kwargs, "autocast": False})
        self.encoder = checked_part(encoder, Encoder, "encoder")
        self.decoder = checked_part(decoder, Decoder, "decoder")
        self.corruption = corruption
        if corruption is not None:
            check_fill(checked_part(corruption, keras.layers.Layer, "corruption"), decoder.likelihood)
        self.condition = condition
        if condition is not None:
            if not condition.built:
                condition.build((None, *condition.shape))
            self.encoder.take_condition(condition.size)
            self.decoder.take_condition(condition.size)
        self.encoder.take_units_of(self.decoder.likelihood)
        self.decoder.build_for(self.encoder)
        if self.decoder.latent_dim != self.encoder.latent_dim:
            raise ValueError(
                f"The decoder was built for codes of length {self.decoder.latent_dim}, and the encoder gives codes of "
                f"length {self.encoder.latent_dim}."
            )
        self._warn_of_shared_layers()
        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction")

    @property
    def latent_dim(self) -> int:
        """Length of the code."""
        return self.encoder.latent_dim

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """Shape of one code."""
        return self.encoder.latent_shape

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return self.decoder.event_shape

    @property
    def part_classes(self) -> dict[str, str]:
        """Names of the classes of its distributions, for messages."""
        parts = {"posterior": self.encoder.posterior, "likelihood": self.decoder.likelihood}
        return {name: type(part).__name__ for name, part in parts.items()}

    def build(self, input_shape):
        # Keras gives those of a dict.
        input_shape = x_of(input_shape)
        if not self.encoder.built:
            self.encoder.build(tuple(input_shape))
        if self.corruption is not None:
            check_keeps_shape(self.corruption, input_shape)

    def encode(self, x, sample: bool = False, batch_size: int = batches.BATCH_SIZE, *, condition=None):
        """Maps examples to codes.

        Args:
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            sample: Draw one code from q(z|x) in place of its mean.
            batch_size: Examples at once; a dataset has its own.
            condition: For a model with a condition, its values for an array x: one for each example, or one for all.

        Returns:
            NumPy array `(batch, latent_dim)`.

        Raises:
            ValueError: If x does not have the shape that the encoder takes, or holds NaN or infinity.
        """
        return self._map(self.encode_tensors, given(x, condition), batch_size, sample=sample)

    def decode(self, z, batch_size: int = batches.BATCH_SIZE, *, condition=None):
        """Maps codes to the mean of p(x|z).

        Args:
            z: Array `(batch, latent_dim)` of any length.
            batch_size: Codes at once.
            condition: For a model with a condition, its values: one for each code, or one for all.

        Returns:
            NumPy array `(batch, *event_shape)`.

        Raises:
            ValueError: If z is of another shape, or holds NaN or infinity.
        """
        z = data_checks.checked_codes(z, self.latent_dim)
        codes = joined(z, self.checked_condition(condition, len(z), "z"))
        decoded = self.compiled_function("decode_tensors", self._decoded_batch)
        return batches.run_in_batches(decoded, batches.array_batches(codes, checked_size(batch_size, "batch_size")))

    def reconstruct(self, x, batch_size: int = batches.BATCH_SIZE, *, condition=None):
        """Maps examples to the mean of p(x|z) at their mean code.

        Args:
            x: Array `(batch, *event_shape)` of any length, or a `tf.data.Dataset` of batches.
            batch_size: Examples at once; a dataset has its own.
            condition: For a model with a condition, its values for an array x: one for each example, or one for all.

        Returns:
            NumPy array `(batch, *event_shape)`.

        Raises:
            ValueError: If x does not have the shape that the encoder takes, or holds NaN or infinity.
        """
        return self._map(self.reconstruct_tensors, given(x, condition), batch_size)

    def context(self, x, training: bool | None = False) -> Context:
        """What is known of the codes of x, for tensors: `(batch, *event_shape)` to a `Context`.

        Of a model with a condition, x is `{"x": ..., "condition": ...}` here and in all that takes the tensors of
        examples.
        """
        x, values = split(x, self.condition, "x")
        if self.condition is None:
            return Context(self.encoder(x, training=training))
        features = self.condition(values)
        return Context(self.encoder(x, features, training=training), condition=features)

    def decoded(self, z, context: Context | None, training: bool | None = False) -> dict:
        """Parameters of p(x|z), for tensors: codes, and what holds the features of their condition, to a dict."""
        if self.condition is None:
            return self.decoder(z, training=training)
        return self.decoder(z, None if context is None else context.condition, training=training)

    def draws(self, context: Context, num_samples: int = 1, seed=None, **options) -> Draws:
        """Codes drawn from q(z|x), for tensors, with what is said of them: see `VAE.draws`."""
        raise NotImplementedError

    def draw_codes(self, context: Context, num_samples: int = 1, seed=None, shared_noise: bool = False):
        """Codes drawn from q(z|x), for tensors: `(batch, num_samples, *latent_shape)`.

        Args:
            context: What `context` says of the examples.
            num_samples: Draws for each example.
            seed: An int or a `SeedGenerator`; `None` draws from the posterior's own generator.
            shared_noise: Give all examples the same noise.
        """
        return self.encoder.posterior.sample(context.q, num_samples, seed, shared_noise)

    def code_moments(self, context: Context) -> tuple:
        """Mean and variance of each latent of q(z|x), for tensors: two of `(batch, *latent_shape)`."""
        posterior = self.encoder.posterior
        return posterior.mean(context.q), posterior.variance(context.q)

    def posterior_parameters(self, x):
        """Parameters of q(z|x), for tensors: `(batch, *event_shape)` to a dict of tensors `(batch, latent_dim)`."""
        return self.context(x).q

    def encode_tensors(self, x, sample: bool = False):
        """`encode` for tensors: `(batch, *event_shape)` to `(batch, latent_dim)`."""
        context = self.context(x)
        if sample:
            return self.draw_codes(context, seed=self.seed_generator)[:, 0]
        return self.encoder.posterior.mean(context.q)

    def decode_tensors(self, z, condition=None):
        """`decode` for tensors: `(batch, latent_dim)`, with the values of a condition, to `(batch, *event_shape)`."""
        if self.condition is None:
            return self.decoder.likelihood.mean(self.decoder(z, training=False))
        return self.decoder.likelihood.mean(self.decoder(z, self.condition(condition), training=False))

    def reconstruct_tensors(self, x):
        """`reconstruct` for tensors: `(batch, *event_shape)` to `(batch, *event_shape)`."""
        return self.decode_tensors(self.encode_tensors(x), condition_of(x))

    def squared_error(self, x):
        """Mean of (x - reconstruction)^2 over the elements that were observed.

        For tensors: `(batch, *event_shape)` to `(batch,)`.
        """
        return squared_error(x_of(x), self.reconstruct_tensors(x))

    def corrupted(self, x, training):
        """Applies the corruption in training, and nothing elsewhere; a condition is left as it is."""
        if self.corruption is None or not training:
            return x
        corrupted = self.corruption(ops.cast(x_of(x), self.corruption.compute_dtype), training=True)
        return joined(corrupted, condition_of(x))

    def score(self, x):
        """What each example costs by fixed draws, for tensors: `(batch, *event_shape)` to `(batch,)`, in nats."""
        raise NotImplementedError

    def checked_condition(self, condition, count: int, name: str):
        """Returns values of the condition for so many examples after a check; `None` of a model without one.

        Args:
            condition: The values: one for each example, or one for all.
            count: How many examples there are.
            name: What to call the examples in a message.

        Raises:
            ValueError: If the condition is missing, there is one too many, or a value is not allowed.
        """
        if self.condition is None and condition is None:
            return None
        _, condition = split(joined(None, condition), self.condition, name)
        return self.condition.for_each(condition, count)

    def _decoded_batch(self, codes):
        return self.decode_tensors(x_of(codes), condition_of(codes))

    mean_code = renamed("mean_code", "encode_tensors")
    draw_code = renamed("draw_code", "encode_tensors", sample=True)
    mean_image = renamed("mean_image", "decode_tensors")
    reconstruct_batch = renamed("reconstruct_batch", "reconstruct_tensors")
