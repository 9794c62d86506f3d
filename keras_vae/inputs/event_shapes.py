"""The shape of a batch of examples."""


def check_event_shape(shape, event_shape, name: str) -> None:
    """Raises a ValueError if the shape of a batch is not `(batch, *event_shape)`."""
    if tuple(shape[1:]) == tuple(event_shape):
        return
    hint = (
        " Labels are not targets. Pass x alone, or (x, target) where target is what the decoder should reconstruct. "
        "For samples of a class make the model with `condition=conditions.Labels(num_classes)`, and pass "
        "{'x': x, 'condition': labels}."
    )
    raise ValueError(
        f"`{name}` must have shape (batch, {', '.join(map(str, event_shape))}). Received shape {tuple(shape)}."
        f"{hint if name == 'target' else ''}"
    )
