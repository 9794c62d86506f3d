"""The shape of a batch of examples."""


def check_event_shape(shape, event_shape, name: str) -> None:
    """Raises a ValueError if the shape of a batch is not `(batch, *event_shape)`."""
    if tuple(shape[1:]) == tuple(event_shape):
        return
    hint = (
        " A VAE learns from x alone: labels are no targets. Pass x, or (x, target) where the target is what x is to be "
        "turned into; load datasets without their labels."
    )
    raise ValueError(
        f"`{name}` must have shape (batch, {', '.join(map(str, event_shape))}). Received shape {tuple(shape)}."
        f"{hint if name == 'target' else ''}"
    )
