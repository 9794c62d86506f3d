"""The models: encoder, decoder, and what trains them."""

from keras_vae.models.autoencoder import Autoencoder
from keras_vae.models.contractive_encoder import ContractiveEncoder
from keras_vae.models.decoder import Decoder
from keras_vae.models.encoder import Encoder
from keras_vae.models.loading import load_model
from keras_vae.models.tied_decoder import TiedDecoder
from keras_vae.models.vae import VAE

__all__ = ["VAE", "Autoencoder", "ContractiveEncoder", "Decoder", "Encoder", "TiedDecoder", "load_model"]
