"""What a model can trade: rate for distortion."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from keras_vae.evaluation._active_units import active_units
from keras_vae.evaluation._example_moments import example_mean
from keras_vae.evaluation._rate_distortion import rate_distortion
from keras_vae.evaluation.checks import check_has_prior
from keras_vae.ops.checks import checked_number, checked_seed, checked_size


class RateDistortionPoint(NamedTuple):
    """A model that was trained at one beta.

    Attributes:
        beta: Weight of the rate in training.
        rate: KL(q(z|x) || p(z)) in nats, mean over the test examples.
        distortion: -E_q[log p(x|z)] in nats, mean over the test examples.
        active_units: Number of latents in use, at the threshold of `active_units`.
    """

    beta: float
    rate: float
    distortion: float
    active_units: int


def rate_distortion_curve(
    build: Callable, betas: Sequence[float], train, test, epochs: int, num_samples: int = 1, seed: int = 0, **fit
) -> list[RateDistortionPoint]:
    """Trains a model at each beta and measures its rate and distortion.

    A model that fits ends on a line of slope -beta: a larger beta buys less rate for more distortion.

    Source: Alemi et al. 2018, "Fixing a Broken ELBO", section 2 and figure 1.

    Args:
        build: Function without arguments that returns a new, compiled `VAE`; its own beta is replaced.
        betas: Weights of the rate, at least 0, all different.
        train: What `fit` takes as x.
        test: Array `(batch, *event_shape)`, or a `tf.data.Dataset` of batches, that is measured; of models with a
            condition, `{"x": ..., "condition": ...}` in their place, as in `train`.
        epochs: Passes over the training data for each beta.
        num_samples: Codes that are drawn for each test example.
        seed: Int from 0, of these draws.
        **fit: Further arguments of `fit`, such as `batch_size`; `verbose` is 0 unless it is among them.

    Returns:
        A point for each beta, in their order.

    Raises:
        ValueError: Before the first training, if an argument is out of range, the model is no compiled VAE or finds
            beta by itself, or the test data does not fit it. After it, if `build` returns the same model again.
    """
    betas, epochs = _checked_betas(betas), checked_size(epochs, "epochs")
    num_samples, seed = checked_size(num_samples, "num_samples"), checked_seed(seed)
    vae, points = _built(build), []
    _check_test(vae, test, seed)
    for index, beta in enumerate(betas):
        vae = vae if index == 0 else _another(build, vae)
        vae.beta = beta
        vae.fit(train, epochs=epochs, **{"verbose": 0, **fit})
        measured = rate_distortion(vae, test, num_samples, seed)
        points.append(RateDistortionPoint(beta, *measured, active_units(vae, test)))
    return points


def _checked_betas(betas):
    if np.ndim(betas) != 1 or len(betas) == 0:
        raise ValueError(f"`betas` must be a list of at least one number, such as [0.5, 1, 2]. Received: {betas!r}.")
    checked = [checked_number(beta, f"betas[{index}]", 0.0) for index, beta in enumerate(betas)]
    if len(set(checked)) < len(checked):
        raise ValueError(f"`betas` must all be different: one model is trained for each. Received: {betas!r}.")
    return checked


def _built(build):
    vae = build()
    check_has_prior(vae, "rate_distortion_curve")
    if not vae.compiled:
        raise ValueError("`build` must return a compiled model: call `compile(optimizer='adam')` in it.")
    if vae.objective.sets_beta:
        raise ValueError(
            f"{type(vae.objective).__name__} finds beta by itself, and would not stay at `betas`: build a VAE with the "
            "ELBO as the objective."
        )
    return vae


def _another(build, previous):
    vae = _built(build)
    if vae is previous:
        raise ValueError("`build` must return a new model at each call: it has returned one that is trained already.")
    return vae


def _check_test(vae, test, seed):
    """Measures a first batch: what does not fit is known before the first training."""
    try:
        rate, _ = next(vae.over_batches(vae.rate_and_distortion, test, target=True, seed=seed))
        example_mean([rate])
    except ValueError as error:
        raise ValueError(f"`test` cannot be measured: {error}") from error
