"""One model for each latent size, side by side."""

import dataclasses
import functools
import math
import time
from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops

from keras_vae.evaluation._active_units import ACTIVE_VARIANCE
from keras_vae.inputs.batches import BATCH_SIZE, is_dataset
from keras_vae.inputs.examples import condition_of, x_of
from keras_vae.latent._observed_variance import observed_variance
from keras_vae.latent.recommendation import recommend_by_elbo, recommend_by_error
from keras_vae.models.composite import checked_part
from keras_vae.models.latent_model import LatentModel
from keras_vae.ops import noise
from keras_vae.ops._squared_error import squared_error
from keras_vae.ops.checks import checked_bool, checked_number, checked_seed, checked_size, checked_sizes
from keras_vae.ops.terminal import shows_bars


@dataclasses.dataclass(frozen=True)
class SweepPoint:
    """A model of one latent size, on test data. Means over the examples; nats are for each example.

    Attributes:
        latent_dim: The length M of the code.
        squared_error: Mean over elements of (x - reconstruction)^2 at the mean code, in the data's units squared.
        distortion: -E_q[log p(x|z)] in nats; of an autoencoder -log p(x|z) at its code.
        active_units: Number of latents whose mean code has a variance above 0.01.
        seconds: What `fit` took.
        rate: KL(q(z|x) || p(z)) in nats; `None` for an autoencoder.
        negative_elbo: Rate and distortion together, in nats; `None` for an autoencoder.
    """

    latent_dim: int
    squared_error: float
    distortion: float
    active_units: int
    seconds: float
    rate: float | None = None
    negative_elbo: float | None = None


@dataclasses.dataclass(frozen=True)
class Sweep:
    """What a sweep found.

    Attributes:
        points: A `SweepPoint` for each latent size, in the order that they were asked for.
        recommended: The latent size to take; `None` if every training diverged.
        reason: Why, in plain words.
    """

    points: tuple[SweepPoint, ...]
    recommended: int | None
    reason: str

    def as_dict(self) -> dict:
        """The same in lists and dicts for JSON, numbers that are not finite as `None`."""
        rows = [{name: _for_json(value) for name, value in dataclasses.asdict(point).items()} for point in self.points]
        return {"points": rows, "recommended": self.recommended, "reason": self.reason}


def sweep(
    build: Callable,
    latent_dims: Sequence[int],
    train,
    test,
    epochs: int,
    num_samples: int = 1,
    tolerance: float = 0.01,
    seed: int = 0,
    progress: bool = True,
    **fit,
) -> Sweep:
    """Trains a model of each latent size, measures it on test data, and recommends a size.

    Of VAEs the smallest is recommended whose test negative ELBO is within one standard error of the best, paired over
    the test examples: latents beyond those that a VAE can use collapse to the prior, cost nothing and bring nothing, so
    that from some size on the bound stays where it is. Of autoencoders the smallest whose test squared error exceeds
    the best by at most `tolerance` of the data's variance, or by one standard error. A standard error tells how other
    test examples would have it, not how another seed would have trained: repeat a close decision with another.

    `visualization.latent_sweep` draws the result.

    Args:
        build: Function of the latent size that returns a new `VAE` or `Autoencoder`, all of one kind. What is not
            compiled is compiled with Adam. Set a seed in it, so that models differ in size alone.
        latent_dims: Sizes, at least 1, all different.
        train: What `fit` takes as x.
        test: Array `(batch, *event_shape)`, or a `tf.data.Dataset` of batches that come in the same order, with the
            same values, at each reading: models are compared example by example. Of models with a condition,
            `{"x": ..., "condition": ...}` in their place, as in `train`.
        epochs: Passes over the training data for each size.
        num_samples: Codes that a VAE draws for each test example.
        tolerance: For autoencoders, the share of the test data's variance that is of no account, at least 0.
        seed: Int from 0, of these draws.
        progress: Show a bar over the epochs of all trainings, with what each has reached, on a terminal and in a
            notebook.
        **fit: Further arguments of `fit`, such as `batch_size` and `callbacks`; its `verbose` is 0 unless it is among
            them.

    Returns:
        `Sweep`.

    Raises:
        ValueError: Before the first training, if an argument is out of range, `build` returns anything but new models
            of one kind and the sizes that were asked for, or the test data does not fit them.
    """
    latent_dims, epochs = checked_latent_dims(latent_dims), checked_size(epochs, "epochs")
    num_samples, seed = checked_size(num_samples, "num_samples"), checked_seed(seed)
    tolerance, progress = checked_number(tolerance, "tolerance", 0.0), checked_bool(progress, "progress")
    models = _built(build, latent_dims)
    variance = _checked_variance(models[0], test)
    # Without metrics to average over, the bar shows the latest value of each.
    bar = keras.utils.Progbar(
        len(models) * epochs, verbose=int(progress and shows_bars()), unit_name="epoch", stateless_metrics=()
    )
    points, costs = [], []
    for index, model in enumerate(models):
        seconds = _fitted(model, train, epochs, bar, index * epochs, fit)
        point, cost = _measured(model, test, num_samples, seed, seconds)
        points.append(point)
        costs.append(cost)
    return Sweep(tuple(points), *_recommended(models[0], points, np.stack(costs), tolerance, variance))


class _Progress(keras.callbacks.Callback):
    """Moves a bar that other trainings share."""

    def __init__(self, bar, done):
        super().__init__()
        self.bar, self.done = bar, done

    def on_epoch_end(self, epoch, logs=None):
        self.done += 1
        reached = logs.get("negative_elbo", logs["loss"])
        self.bar.update(self.done, [(f"M={self.model.latent_dim}", reached)])


def checked_latent_dims(latent_dims) -> list[int]:
    """Sizes of a sweep as a list of ints, or a ValueError if one is no size or stands there twice."""
    latent_dims = latent_dims.tolist() if isinstance(latent_dims, np.ndarray) else latent_dims
    checked = checked_sizes(latent_dims, "latent_dims")
    if len(set(checked)) < len(checked):
        raise ValueError(f"`latent_dims` must all be different: one model is trained for each. Received: {checked}.")
    return checked


def _built(build, latent_dims):
    """All models at once: one that cannot be made is known before the first is trained."""
    models = [checked_part(build(latent_dim), LatentModel, "build(latent_dim)") for latent_dim in latent_dims]
    if len({id(model) for model in models}) < len(models):
        raise ValueError("`build` must return a new model at each call: it has returned one of them again.")
    for model, latent_dim in zip(models, latent_dims, strict=True):
        if model.latent_dim != latent_dim:
            raise ValueError(f"`build({latent_dim})` must return a model of that size. Received: {model.latent_dim}.")
        if model.has_prior != models[0].has_prior:
            raise ValueError("`build` must return models of one kind. Received: some with a prior and some without.")
        if not model.compiled:
            model.compile(optimizer="adam")
    return models


def _checked_variance(model, test) -> float:
    """Mean variance of an element of the test data, after checks of its values and of its order."""
    fingerprints = []

    def examples():
        for batch in model.checked_batches(test, BATCH_SIZE, model.data_spec.rule):
            arrays = [np.asarray(part) for part in keras.tree.flatten(batch)]
            fingerprints.append(hash(b"".join(array.tobytes() for array in arrays)))
            yield np.asarray(x_of(batch))

    try:
        variance = observed_variance(examples())
    except ValueError as error:
        raise ValueError(f"`test` cannot be measured: {error}") from error
    first = list(fingerprints)
    if is_dataset(test):
        fingerprints.clear()
        if sum(map(len, examples())) < 2 or fingerprints != first:
            raise ValueError(
                "`test` must hold the same examples in the same order at each reading, at least two: models are "
                "compared example by example. Use a split that is not shuffled, binarised once and for all "
                "(binarize='static')."
            )
    elif len(x_of(test)) < 2:
        raise ValueError("`test` must hold at least two examples: the models are compared by a standard error.")
    return variance


def _fitted(model, train, epochs, bar, done, fit) -> float:
    """Seconds that the training took."""
    progress = _Progress(bar, done)
    callbacks = [*keras.tree.flatten(fit.get("callbacks") or []), progress]
    start = time.perf_counter()
    model.fit(train, epochs=epochs, **{"verbose": 0, **fit, "callbacks": callbacks})
    seconds = time.perf_counter() - start
    if progress.done < done + epochs:
        # A callback has ended the training early.
        bar.update(done + epochs)
    return seconds


def _measured(model, test, num_samples, seed, seconds):
    """A point, and what each test example costs: the negative ELBO, or the squared error."""
    found = model.over_batches(functools.partial(_measures, model, num_samples), test, target=True, seed=seed)
    errors, rates, distortions, codes = (
        np.concatenate([*map(_float64, column)]) for column in zip(*found, strict=True)
    )
    point = SweepPoint(
        latent_dim=model.latent_dim,
        squared_error=float(errors.mean()),
        active_units=int(np.sum(codes.var(axis=0) > ACTIVE_VARIANCE)),
        seconds=seconds,
        distortion=float(distortions.mean()),
    )
    if not model.has_prior:
        return point, errors
    rate = float(rates.mean())
    return dataclasses.replace(point, rate=rate, negative_elbo=rate + point.distortion), rates + distortions


def _measures(model, num_samples, x, seed, stream):
    """Squared error, rate, distortion and mean code of each example, which is encoded once; a point's rate is 0."""
    context = model.context(x)
    code, _ = model.code_moments(context)
    error = squared_error(x_of(x), model.decode_tensors(code, condition_of(x)))
    draws = model.draws(context, num_samples, noise.FixedSeed(seed, stream), densities=False)
    distortion = -ops.mean(model.decoder.likelihood.log_prob(draws.params, x_of(x)), axis=1)
    rate = ops.sum(draws.kl_terms, axis=-1) if model.has_prior else ops.zeros_like(distortion)
    return error, rate, distortion, code


def _float64(values):
    return np.asarray(values, np.float64)


def _recommended(model, points, costs, tolerance, variance):
    order = np.argsort([point.latent_dim for point in points])
    latent_dims = [points[index].latent_dim for index in order]
    if model.has_prior:
        return recommend_by_elbo(latent_dims, costs[order], [points[index].active_units for index in order])
    return recommend_by_error(latent_dims, costs[order], tolerance, variance)


def _for_json(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value
