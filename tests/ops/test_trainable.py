"""A layer that is frozen before it is built has nothing to train afterwards."""

import keras
import pytest

from keras_vae.ops.trainable import freeze_built


@pytest.mark.parametrize("trainable", [True, False])
def test_what_was_built_is_as_trainable_as_the_layer(trainable):
    outer = keras.layers.Layer(trainable=trainable)
    outer.inner = keras.layers.Dense(2)
    outer.inner.build((None, 3))
    outer.scale = outer.add_weight(shape=())
    freeze_built(outer)
    assert [variable.trainable for variable in outer.variables] == [trainable] * 3
    assert len(outer.trainable_weights) == (3 if trainable else 0)
    outer.trainable = True
    assert len(outer.trainable_weights) == 3
