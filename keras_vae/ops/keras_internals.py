"""What Keras keeps to itself and the package needs: each of its private names once, and what holds where it is gone.

No other file touches a private name of Keras. Where a Keras has another, the answer is found by public names, or is the
careful one: what `fit` does by it then runs as Keras itself runs it.
"""

import keras

# The packages of Keras's classes, wherever it keeps them: "keras.", and "keras.src.models.".
OF_KERAS = f"{keras.Model.__module__.split('.')[0]}."
OF_KERAS_MODELS = f"{keras.Model.__module__.rpartition('.')[0]}."
# The argument by which `fit` tells `evaluate` that it validates, on data that `fit` was given.
VALIDATES = "_use_cached_eval_dataset"


class TellsOpenJit:
    """For models: `jit_compile` is a zero where nobody chose.

    That is False to Keras and is saved as a zero, so that a user's own False can be told from it.
    """

    def _resolve_auto_jit_compile(self):
        return super()._resolve_auto_jit_compile() or 0


def all_layers(layer) -> list:
    """A layer, and all that are within it, each once."""
    if hasattr(layer, "_flatten_layers"):
        return layer._flatten_layers()
    found = {}
    _collect(layer, found)
    return list(found.values())


def _collect(value, found: dict):
    """Adds the layers of a layer, a list, a tuple or a dict to what was found, by their id."""
    if isinstance(value, (list, tuple, dict)):
        parts = value.values() if isinstance(value, dict) else value
    elif isinstance(value, keras.layers.Layer) and id(value) not in found:
        found[id(value)] = value
        parts = [*getattr(value, "layers", ()), *vars(value).values()]
    else:
        return
    for part in parts:
        _collect(part, found)


def own_variables(layer) -> list:
    """A layer's variables without those of the layers in it; with these, where Keras does not tell them apart."""
    if hasattr(layer, "_trainable_variables") and hasattr(layer, "_non_trainable_variables"):
        return [*layer._trainable_variables, *layer._non_trainable_variables]
    return layer.variables


def callers() -> list:
    """The layers that are being called or built, the outermost first; none, where Keras does not tell.

    `None` stands for a scope of names that no layer opened.
    """
    try:
        from keras.src.backend.common.global_state import get_global_attribute
    except ImportError:
        return []
    scopes = get_global_attribute("name_scope_stack") or []
    return [getattr(scope, "caller", None) for scope in scopes]


def process_seed() -> int | None:
    """What `keras.utils.set_random_seed` was told in this process; `None`, where it was not called or nobody knows."""
    try:
        from keras.src.utils.rng_utils import get_random_seed
    except ImportError:
        return None
    return get_random_seed()


def compilation(model):
    """What stands for a model's last `compile`, another object after each; `None` of one that was not compiled."""
    return getattr(model, "_compile_config", None)


def makes_functions_of_steps() -> bool:
    """Whether Keras makes a function of several steps of a model, so that `function_of_steps` works."""
    return hasattr(keras.Model, "_make_function")


def function_of_steps(model, step):
    """A function of an iterator that runs a step as often as the model's `steps_per_execution` says."""
    return keras.Model._make_function(model, step)


def may_have_strategy(model) -> bool:
    """Whether a model was made under a strategy, or this Keras does not tell."""
    return getattr(model, "_distribute_strategy", model) is not None


def has_metrics_of_user(model) -> bool:
    """Whether a model was compiled with metrics of the user's, or this Keras does not tell."""
    return getattr(model, "_compile_metrics", model) is not None


def loss_tracker(model):
    """The metric in which Keras keeps a model's loss: the first of this name, where it has no other."""
    if hasattr(model, "_loss_tracker"):
        return model._loss_tracker
    return next(metric for metric in model.metrics if metric.name == "loss")


def forget_validation_data(model) -> None:
    """Drops the validation data that Keras keeps from a `fit` that was interrupted."""
    if hasattr(model, "_eval_epoch_iterator"):
        model._eval_epoch_iterator = None


def group_validation_steps(model, steps: int) -> bool:
    """Lets the validation of a running `fit` take so many steps at a time, and says whether it does."""
    iterator = getattr(model, "_eval_epoch_iterator", None)
    if not hasattr(iterator, "steps_per_execution"):
        return False
    iterator.steps_per_execution = steps
    return True


def does_nothing(hook) -> bool:
    """Whether a callback's hook is the empty one that it has from Keras; `False`, where Keras does not tell."""
    return getattr(hook, "_is_default", False)


def traces_batches(callback: keras.callbacks.TensorBoard) -> bool:
    """Whether TensorBoard's callback profiles some of the batches, or this Keras does not tell."""
    return getattr(callback, "_should_trace", True)
