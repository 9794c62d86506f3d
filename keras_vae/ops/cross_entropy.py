"""The cross-entropy of values in [0, 1], from logits."""

from keras import ops


def binary_cross_entropy(logits, x):
    """-x log sigmoid(logits) - (1 - x) log sigmoid(-logits), elementwise, with its gradients.

    Args:
        logits: `(..., *event_shape)`.
        x: Values in [0, 1], of a shape that broadcasts to that of the logits.

    Returns:
        Tensor in the shape of the logits, in nats, at least 0.
    """
    return _cross_entropy(logits, ops.broadcast_to(ops.cast(x, logits.dtype), ops.shape(logits)))


@ops.custom_gradient
def _cross_entropy(logits, x):
    # Every term is positive, so that none cancels another, and one exponential serves both signs.
    value = ops.relu(logits) * (1.0 - x) + ops.relu(-logits) * x + ops.log1p(ops.exp(-ops.abs(logits)))

    def gradient(upstream):
        # By hand: that of the terms above is wrong where a logit is exactly 0, and takes twice as long elsewhere.
        return upstream * (ops.sigmoid(logits) - x), -upstream * logits

    return value, gradient
