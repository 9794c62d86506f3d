"""How many features of a condition a part of a model takes."""


def checked_condition_size(part, size: int, name: str) -> int:
    """Returns the number of features that a part is to take, or raises a ValueError if it was built for others."""
    if size != part.condition_size and part.built:
        raise ValueError(
            f"The {name} was built for a condition of {part.condition_size} features, and the model's has {size}. Give "
            f"the model {name} parts that are not built yet."
        )
    return size


def checked_features(condition, name: str):
    """Returns the features of a condition, or raises a ValueError if there are none."""
    if condition is None:
        raise ValueError(f"The {name} belongs to a model with a condition: call it as `{name}(tensor, features)`.")
    return condition
