"""Plain Keras, as its documentation builds a VAE: a model with a `train_step` of its own, and `fit`."""

import math

import keras
import numpy as np
import tensorflow as tf
from cases import CONV_FEATURES, EVENT_SHAPE, KERNEL_SIZE, SIZE, SMALLEST_SIDE, WHITE, Case
from keras import layers, ops


class Contender:
    """The model below on a pipeline of `tf.data`."""

    def __init__(self, case: Case, images: np.ndarray, seed: int):
        keras.utils.set_random_seed(seed)
        build = (dense_encoder, dense_decoder) if case.network == "dense" else (conv_encoder, conv_decoder)
        self.vae = PlainVAE(*(part(case) for part in build))
        self.vae.compile(optimizer=keras.optimizers.Adam())
        batches = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images)).batch(case.batch_size)
        self.data = batches.map(binarized, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)

    def train(self, epochs: int) -> list[float]:
        return self.vae.fit(self.data, epochs=epochs, verbose=0).history["loss"]


class Sampling(layers.Layer):
    """Draws z from a mean and a log-variance."""

    def __init__(self):
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs):
        mean, log_variance = inputs
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise


class PlainVAE(keras.Model):
    """An encoder that gives mean, log-variance and z, and a decoder that gives logits."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.trackers = [keras.metrics.Mean(name=name) for name in ("loss", "reconstruction", "kl")]

    @property
    def metrics(self):
        return self.trackers

    def train_step(self, x):
        with tf.GradientTape() as tape:
            mean, log_variance, z = self.encoder(x)
            entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=self.decoder(z))
            reconstruction = ops.mean(ops.sum(entropy, axis=(1, 2, 3)))
            kl_terms = -0.5 * (1 + log_variance - ops.square(mean) - ops.exp(log_variance))
            kl = ops.mean(ops.sum(kl_terms, axis=1))
            loss = reconstruction + kl
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, self.trainable_weights), self.trainable_weights, strict=True)
        )
        for tracker, value in zip(self.trackers, (loss, reconstruction, kl), strict=True):
            tracker.update_state(value)
        return {tracker.name: tracker.result() for tracker in self.trackers}


def dense_encoder(case) -> keras.Model:
    """Dense layers to mean, log-variance and z."""
    hidden = x = keras.Input(EVENT_SHAPE)
    hidden = layers.Flatten()(hidden)
    for width in case.widths:
        hidden = layers.Dense(width, case.activation)(hidden)
    return with_heads(case, x, hidden)


def conv_encoder(case) -> keras.Model:
    """Convolutions and a dense layer to mean, log-variance and z."""
    hidden = x = keras.Input(EVENT_SHAPE)
    for filters in case.widths:
        hidden = layers.Conv2D(filters, KERNEL_SIZE, 2, "same", activation=case.activation)(hidden)
    return with_heads(case, x, layers.Dense(CONV_FEATURES, case.activation)(layers.Flatten()(hidden)))


def with_heads(case, x, hidden) -> keras.Model:
    """The encoder's end."""
    mean, log_variance = (layers.Dense(case.latent_dim)(hidden) for _ in range(2))
    return keras.Model(x, [mean, log_variance, Sampling()([mean, log_variance])])


def dense_decoder(case) -> keras.Model:
    """Dense layers to logits."""
    hidden = [layers.Dense(width, case.activation) for width in case.widths[::-1]]
    return keras.Sequential([keras.Input((case.latent_dim,)), *hidden, layers.Dense(SIZE), layers.Reshape(EVENT_SHAPE)])


def conv_decoder(case) -> keras.Model:
    """A dense layer and transposed convolutions to logits."""
    grid = (SMALLEST_SIDE, SMALLEST_SIDE, case.widths[-1])
    return keras.Sequential(
        [
            keras.Input((case.latent_dim,)),
            layers.Dense(math.prod(grid), case.activation),
            layers.Reshape(grid),
            *(
                layers.Conv2DTranspose(filters, KERNEL_SIZE, 2, "same", activation=case.activation)
                for filters in case.widths[::-1]
            ),
            layers.Conv2DTranspose(1, KERNEL_SIZE, padding="same"),
        ]
    )


def binarized(pixels):
    """Each pixel white with its grey value as probability, drawn afresh."""
    draws = tf.random.uniform(tf.shape(pixels), maxval=WHITE)
    return tf.cast(draws < tf.cast(pixels, tf.float32), tf.float32)
