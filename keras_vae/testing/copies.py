"""A part again, in float64 and with weights that are not what it starts from."""

import contextlib

import keras
import numpy as np

from keras_vae.ops.precision import float64_policy, in_float64

# Features that a head is built on where it takes any number, and how far apart three examples of them are.
NUM_FEATURES, SPREADS = 6, (0.3, 1.0, 2.0)
# A start at zero hides what a weight does, such as a scale of exp(0).
WEIGHT_DEVIATION = 0.4


@contextlib.contextmanager
def in_double_precision():
    """Everything that is made and computed meanwhile is float64: errors of a law are then those of the part."""
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        with float64_policy():
            yield
    finally:
        keras.config.set_floatx(before)


def fresh(part, **settings):
    """The part that its config makes, in its own precision, with other settings where they are given."""
    return type(part).from_config({**part.get_config(), **settings})


def copy_of(part, rng: np.random.Generator, **settings):
    """The part that its config makes, with other settings where they are given, not built yet."""
    config = in_float64({**part.get_config(), **settings})
    copy = type(part).from_config(config)
    copy.trainable = True
    stir(copy, rng)
    return copy


def built_copy_of(part, rng: np.random.Generator, **settings):
    """`copy_of` a head, built for `num_features` features."""
    copy = copy_of(part, rng, **settings)
    if not copy.built:
        copy.build((None, num_features(copy)))
    stir(copy, rng)
    return copy


def stir(part, rng: np.random.Generator) -> None:
    """Moves the weights of a part at random."""
    for weight in part.trainable_weights:
        weight.assign(weight + WEIGHT_DEVIATION * rng.normal(size=weight.shape))


def prior_arguments(prior) -> tuple:
    """What a prior's density and draws take beside codes: its parameters under some condition, where it is p(z|c)."""
    if not prior.is_conditional:
        return ()
    return (prior.parameters(np.linspace(-1.0, 1.0, prior.condition_size)[np.newaxis]),)


def num_features(part) -> int:
    """How many flat features a head is given: where it does not project them, as many as it has parameters."""
    return NUM_FEATURES if part.has_projection else part.num_parameters


def features(rng: np.random.Generator, count: int = NUM_FEATURES) -> np.ndarray:
    """Features of three examples, float64 `(3, count)`: near to zero, ordinary, and large."""
    return rng.normal(size=(len(SPREADS), count)) * np.reshape(SPREADS, (-1, 1))


def arrays(params: dict) -> dict[str, np.ndarray]:
    """Tensors as NumPy arrays, by name."""
    return {name: keras.ops.convert_to_numpy(value) for name, value in params.items()}
