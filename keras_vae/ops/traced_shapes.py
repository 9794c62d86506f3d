"""The shapes of what a layer returns."""

import keras


class TracedShapes:
    """For layers of one tensor: shapes, which `summary` shows, are found from `call`, whatever that returns."""

    def compute_output_spec(self, *args, **kwargs):
        # Keras's layers say their shapes and no dtypes, which a part of a mixed model would then have wrong.
        return keras.Operation.compute_output_spec(self, *args, **kwargs)

    def compute_output_shape(self, *shapes, **named_shapes):
        """Maps the shape of a tensor, by whatever name `build` has it, to the shapes of what `call` makes of it."""
        (shape,) = (*shapes, *named_shapes.values())
        outputs = self.compute_output_spec(keras.KerasTensor(shape, dtype=self.compute_dtype))
        return keras.tree.map_structure(lambda output: tuple(output.shape), outputs)
