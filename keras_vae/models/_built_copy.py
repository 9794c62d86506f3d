"""A model as it will be once it is built."""

import random
import warnings

import keras


def built_copy(model: keras.Model) -> keras.Model:
    """A copy of a `LatentModel` that is built for what it will take, with other weights; the model is left alone.

    That is the shape that its encoder's network was made for, or else an event's. A model that cannot be made again
    from its configuration, or does not take that shape, is returned as it is.
    """
    input_shape = getattr(model.encoder.network, "input_shape", (None, *model.event_shape))
    state = random.getstate()
    try:
        with warnings.catch_warnings():
            # Of the model they were given when it was made.
            warnings.simplefilter("ignore")
            copy = type(model).from_config(model.get_config())
            copy.build(input_shape)
    except (ValueError, TypeError, NotImplementedError):
        return model
    finally:
        # Keras draws its seeds from it: what is made next is not to depend on a look at this model.
        random.setstate(state)
    return copy
