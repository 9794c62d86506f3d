"""The shapes of what a layer returns."""

import keras


class TracedShapes:
    """For layers of one tensor, or of one and a condition's: `summary` shows shapes that are found from `call`."""

    # Number of a condition's features that come beside the tensor.
    condition_size = 0

    def compute_output_spec(self, *args, **kwargs):
        # Keras's layers say their shapes and no dtypes, which a part of a mixed model would then have wrong.
        return keras.Operation.compute_output_spec(self, *args, **kwargs)

    def compute_output_shape(self, *shapes, **named_shapes):
        """Maps the shape of a tensor, by whatever name `build` has it, to the shapes of what `call` makes of it."""
        (shape,) = (*shapes, *named_shapes.values())
        inputs = [keras.KerasTensor(shape, dtype=self.compute_dtype)]
        if self.condition_size:
            inputs.append(keras.KerasTensor((shape[0], self.condition_size), dtype=self.compute_dtype))
        outputs = self.compute_output_spec(*inputs)
        return keras.tree.map_structure(lambda output: tuple(output.shape), outputs)
