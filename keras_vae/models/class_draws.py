"""Codes under each class, for examples whose label may be missing."""

import keras
from keras import ops

from keras_vae.inputs.examples import condition_of, x_of
from keras_vae.models.draws import Context, Draws
from keras_vae.objectives.semi_supervised import log_evidence
from keras_vae.ops import noise


def context(vae, x, training=False) -> Context:
    """What is known of the codes of x under each class, for tensors.

    An encoder whose features a condition modulates runs its network once for each example, and not once for each class.

    Args:
        vae: A `VAE` with labels.
        x: `(batch, *event_shape)`, without labels.
        training: Whether layers behave as in training.

    Returns:
        A `Context` of `batch * num_classes` rows, all classes of an example one after the other.
    """
    num_classes = vae.condition.num_classes
    labels = ops.broadcast_to(ops.arange(num_classes), (ops.shape(x)[0], num_classes))
    known = vae.prior_context(ops.reshape(labels, (-1,)))
    if vae.encoder.condition_size:
        features = ops.reshape(known.condition, (-1, num_classes, known.condition.shape[-1]))
        return known._replace(q=vae.encoder(x, features, training=training))
    q = vae.encoder(x, training=training)
    return known._replace(q={name: ops.repeat(value, num_classes, axis=0) for name, value in q.items()})


def draws(vae, x, num_samples: int = 1, seed=None, training=False) -> Draws:
    """Codes drawn from q(z|x, c) of each class c, decoded and with their densities, for tensors.

    Args:
        vae: A `VAE` with labels.
        x: `(batch, *event_shape)`, without labels.
        num_samples: Draws for each class.
        seed: As `VAE.draws` has it.
        training: Whether layers behave as in training.

    Returns:
        `Draws` whose axis of samples is one of `num_classes * num_samples`, all draws of a class one after the other.
    """
    under = context(vae, x, training)
    drawn = vae.draws(under, num_samples, seed, decode=False)
    params = vae.decoded(drawn.z, under, training=training)
    count = vae.condition.num_classes * num_samples

    def beside(tensor):
        return ops.reshape(tensor, (-1, count, *tensor.shape[2:]))

    return Draws(*keras.tree.map_structure(beside, (drawn.z, params, drawn.log_q, drawn.log_p)))


def outputs(vae, x, training=None) -> dict:
    """What `VAE.call` returns where the objective enumerates the classes, from examples with labels."""
    drawn = draws(vae, x_of(x), training=training)
    return {
        **drawn.params,
        "z": drawn.z,
        "log_ratio": drawn.log_p - drawn.log_q,
        "classes": vae.condition(condition_of(x)),
        "log_class_probabilities": vae.log_class_probabilities,
    }


def elbo(vae, x, seed, stream=0, num_samples: int = 1):
    """As `VAE.elbo_tensors`, of examples whose label may be missing: `(batch,)`.

    It is a bound on log p(x|c) where there is a label, and on log sum_c p(c) p(x|c) elsewhere: the mean over the draws
    of what `objectives.SemiSupervised` minimises at alpha = 0.
    """
    drawn = draws(vae, x_of(x), num_samples, noise.FixedSeed(seed, stream))
    log_weights = ops.reshape(vae.log_weights(x, drawn), (-1, vae.condition.num_classes, num_samples))
    classes = vae.condition(condition_of(x))
    bounds = log_evidence(log_weights, classes[..., None], vae.log_class_probabilities[:, None])
    return ops.mean(bounds, axis=1)
