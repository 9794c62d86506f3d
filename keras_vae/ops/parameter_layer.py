"""From features to the parameters of a distribution."""

import itertools
import math

import keras
from keras import ops

from keras_vae.ops.checks import checked_bool
from keras_vae.ops.head import Head
from keras_vae.ops.precision import head_dtype
from keras_vae.ops.traced_shapes import TracedShapes
from keras_vae.ops.trainable import freeze_built


class ParameterLayer(TracedShapes, keras.layers.Layer):
    """Base class: a layer that maps features `(batch, ...)` to a dict of parameters `(batch, *shape)`.

    A subclass says in `parameter_shapes` the shape that each parameter has for one value of the distribution, and in
    `sides` the axes along which values are laid out, such as the height and the width of an image. All parameters whose
    shapes begin with the sides can be projected point by point: the numbers of a point lie one parameter after the
    other, each in its own order.

    - Features of the same sides `(batch, *sides, n)` go through one dense layer at each point, a 1x1 convolution.
    - Flat features `(batch, n)` go through one dense layer for all points.
    - Where there are no sides, or a parameter does not have them, features of any layout are flattened.

    A layer assigned to `projection` before this one is built is used instead of its own.

    Args:
        projection: Whether features are projected; `False` for features that already are the parameters, all numbers of
            each point in the order above.
    """

    # How the kernel of the projection starts: a Keras initializer by name, or a function of a shape and a dtype.
    initial_kernel = "glorot_uniform"

    def __init__(self, projection: bool = True, **kwargs):
        super().__init__(**{"dtype": head_dtype(), **kwargs})
        self.has_projection = checked_bool(projection, "projection")
        self.projection = None

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter for one value, by name."""
        raise NotImplementedError

    @property
    def sides(self) -> tuple[int, ...]:
        """Axes along which the values of the distribution are laid out; the rest of a value lies at each point."""
        raise NotImplementedError

    @property
    def num_parameters(self) -> int:
        """How many numbers all parameters are together."""
        return sum(math.prod(shape) for shape in self.parameter_shapes.values())

    def build(self, features_shape):
        features_shape = tuple(features_shape)
        if None in features_shape[1:]:
            raise ValueError(
                f"{type(self).__name__} needs features of a known size. The network's output has shape "
                f"{features_shape}: end the network in a layer that fixes every axis, such as global pooling."
            )
        sides = self._common_sides()
        if features_shape[1:-1] == sides:
            self._taken, units = features_shape[1:], sum(self._sizes())
        elif len(features_shape) == 2 or not sides:
            self._taken, units = (math.prod(features_shape[1:]),), self.num_parameters
        else:
            raise ValueError(
                f"{type(self).__name__} needs features of shape (batch, {_listed(sides)}n) for any n, which are "
                "projected point by point, or flat features of shape (batch, n). The network's output has shape "
                f"{features_shape}, which cannot carry parameters of the shapes {self.parameter_shapes}. Change the "
                "network: keras.layers.Flatten() ends it in flat features, networks.conv_transpose in features with "
                "an event's sides."
            )
        if self.has_projection:
            self._build_projection(units)
        elif self._taken[-1] != units:
            raise ValueError(
                f"{type(self).__name__} with projection=False takes features that are its parameters, of the shapes "
                f"{self.parameter_shapes}: (batch, {_listed(self._taken[:-1])}{units}) is expected. The network's "
                f"output has shape {features_shape}. End the network in that many numbers, or leave `projection` out."
            )
        freeze_built(self)

    def call(self, features):
        """Maps features `(batch, ...)` to a dict of parameters, each `(batch, *shape)`."""
        numbers = _of_shape(features, self._taken)
        if self.projection is not None:
            numbers = self.projection(numbers)
        sizes = self._sizes()
        numbers = _of_shape(numbers, (*self._common_sides(), sum(sizes)))
        cuts = len(sizes) if len(set(sizes)) == 1 else list(itertools.accumulate(sizes[:-1]))
        parameters = zip(self.parameter_shapes.items(), ops.split(numbers, cuts, axis=-1), strict=True)
        return {name: _of_shape(parameter, shape) for (name, shape), parameter in parameters}

    def get_config(self):
        # Only where it is not as ever: a part from outside may not take it.
        return {**super().get_config(), **({} if self.has_projection else {"projection": False})}

    def _build_projection(self, units):
        if self.projection is None:
            self.projection = Head(
                units, kernel_initializer=self.initial_kernel, dtype=self.dtype_policy, name="projection"
            )
        if not self.projection.built:
            self.projection.build((None, *self._taken))

    def _common_sides(self):
        """The sides, where all parameters have them, and none elsewhere."""
        sides = self.sides
        return sides if all(shape[: len(sides)] == sides for shape in self.parameter_shapes.values()) else ()

    def _sizes(self) -> list[int]:
        """How many numbers each parameter has at each point."""
        axes = len(self._common_sides())
        return [math.prod(shape[axes:]) for shape in self.parameter_shapes.values()]


def _of_shape(x, shape):
    """x `(batch, ...)` as `(batch, *shape)`."""
    return x if tuple(x.shape[1:]) == shape else ops.reshape(x, (-1, *shape))


def _listed(sizes) -> str:
    return "".join(f"{size}, " for size in sizes)
