"""The autoencoder."""

from collections.abc import Sequence

import keras
from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.models import for_shape
from keras_vae.models.decoder import Decoder
from keras_vae.models.draws import Draws
from keras_vae.models.encoder import Encoder
from keras_vae.models.latent_model import LatentModel
from keras_vae.ops.reductions import batch_mean
from keras_vae.posteriors import Deterministic


@keras.saving.register_keras_serializable("keras_vae")
class Autoencoder(LatentModel):
    """x to a code and back: minimises -log p(x|z), in nats, summed over the event and averaged over the batch.

    With `likelihoods.Normal(event_shape, scale=0.5**0.5)` that is the summed squared error ||x - x̂||^2,
    up to a constant. Logs: `loss` and `reconstruction`, which differ by what regularizers add.

    Its kinds differ by their parts. Sparse: a code with an `activity_regularizer`, see `posteriors.Deterministic`.
    Contractive: `ContractiveEncoder`. With tied weights: `TiedDecoder`. Denoising: `corruption`. Linear: a network that
    is `keras.layers.Identity()` on both sides.

    Args:
        encoder: An `Encoder` whose posterior is `posteriors.Deterministic`.
        decoder: A `Decoder`.
        corruption: A Keras layer that is applied to the input in training only; the target stays clean.

    Raises:
        ValueError: If a part is of another kind, or the parts do not fit together.
    """

    logged = ("reconstruction",)

    def __init__(self, encoder: Encoder, decoder: Decoder, corruption=None, **kwargs):
        if kwargs.pop("condition", None) is not None:
            raise ValueError("An Autoencoder takes no condition: use `VAE(..., condition=...)`.")
        super().__init__(encoder, decoder, corruption, **kwargs)
        if not encoder.posterior.is_point:
            raise ValueError(
                "An Autoencoder needs an encoder whose posterior is a point, `posteriors.Deterministic`. Received: "
                f"{type(encoder.posterior).__name__}. For a distribution over codes use `VAE`."
            )

    @classmethod
    def for_shape(
        cls,
        event_shape: Sequence[int],
        latent_dim: int,
        network: str = "dense",
        likelihood: str | Likelihood = "bernoulli",
    ) -> "Autoencoder":
        """A good autoencoder for examples of a shape; see `VAE.for_shape`."""
        model = cls(
            encoder=Encoder(for_shape.encoder_network(event_shape, network), Deterministic(latent_dim)),
            decoder=Decoder(
                for_shape.decoder_network(event_shape, network), for_shape.likelihood_for(event_shape, likelihood)
            ),
        )
        model.build((None, *model.event_shape))
        return model

    def call(self, x, training=None):
        """Reconstructs x `(batch, *event_shape)`.

        Returns:
            Dict of the decoder's parameters, each `(batch, 1, *event_shape)`, and `z` `(batch, 1, latent_dim)`.
        """
        z = self.draw_codes(self.context(self.corrupted(x, training), training))
        return {**self.decoder(z), "z": z}

    def draws(self, context, num_samples=1, seed=None, *, decode: bool = True, **options) -> Draws:
        """The code of each example, `(batch, 1, *latent_shape)`: a point is one draw, however many are asked for."""
        z = self.draw_codes(context)
        return Draws(z, self.decoder(z, training=False) if decode else None)

    def forward(self, x, sample_weight, training):
        return self(x, training=training)

    def losses_of(self, log_likelihood, outputs, sample_weight):
        reconstruction = batch_mean(-ops.squeeze(log_likelihood, axis=1), sample_weight)
        return reconstruction, {"reconstruction": reconstruction}

    def score(self, x):
        """-log p(x|z) of each example at its code, for tensors: `(batch, *event_shape)` to `(batch,)`, in nats."""
        params = self.decoder(self.encode_tensors(x), training=False)
        return -self.decoder.likelihood.log_prob(params, x)
