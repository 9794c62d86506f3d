"""The bound where most labels are missing."""

import math
from collections.abc import Sequence

import keras
from keras import ops

from keras_vae.conditions import Labels
from keras_vae.objectives.objective import Objective
from keras_vae.ops.checks import checked_number

UNIFORM = "uniform"
SUM_TOLERANCE = 1e-6


@keras.saving.register_keras_serializable("keras_vae")
class SemiSupervised(Objective):
    """For a model with labels, most of which may be missing: a label of -1 stands for one that is.

    One code is drawn under each class c, with log w_c = log p(x|z_c, c) + log p(z_c|c) - log q(z_c|x, c). The loss is

    - of an example without a label, -log sum_c p(c) w_c, which is a bound on -log p(x) = -log sum_c p(c) p(x|c);
    - of one with the label y, -log w_y, a bound on -log p(x|y), and alpha times -log p(y|x), where
      p(c|x) = p(c) w_c / sum_k p(k) w_k is what the model says of the classes.

    It is M2 of the source but for the classifier: there a network q(y|x) is trained beside the model, and here
    Bayes's rule takes its place, exactly for the weights that were drawn. `vae.classify(x)` classifies by it. A step
    costs as many decodings as there are classes, and as many passes through the encoder where its network is given x
    and the class side by side; one whose features are modulated runs once, such as one of images.

    ```python
    vae = keras_vae.VAE.for_shape((8, 8, 1), latent_dim=2, condition=conditions.Labels(10))
    vae = keras_vae.VAE(
        vae.encoder, vae.decoder, condition=vae.condition, objective=keras_vae.objectives.SemiSupervised()
    )
    ```

    p(c) are the frequencies of the labels that it was trained on so far, all alike before the first. Where labels were
    not chosen at random, such as as many of each class although some are rare, these are wrong for the examples without
    one: say by `class_probabilities` how often the classes are.

    - Class imbalance: a rare class has few labels and a small p(c). What the labels do not tell the unlabelled examples
      must, and the model may use the class for some other difference between them, such as how thick a digit is drawn.
      A larger alpha holds it to the labels; have some dozens of each class.
    - Label noise: -log p(y|x) believes each label entirely, so that a wrong one costs much and pulls far, the more so
      the larger alpha and the surer the model. Lower alpha, or give -1 for labels that are in doubt: the example still
      counts. The term in w_y is pulled too: x is explained under a class that it is not of.

    Logs: `loss` is what is minimised. `negative_elbo` is the bound without the term in alpha, at beta = 1: on -log p(x)
    of examples without a label, on -log p(x|y) of the others. `reconstruction` is -log p(x|z_c, c), averaged over the
    classes by p(c|x) where the label is missing, and `kl` is the rest, log q(z_c|x, c) - log p(z_c|c) averaged
    likewise, with the divergence of p(c|x) from p(c). They are estimates by the draws, never a closed form, so that the
    sum is the bound; `kl` may be negative.

    The model's beta weighs log p(z|c) - log q(z|x, c) in log w_c, so that a warm-up works; only at beta = 1 is it a
    bound. Free bits need a term of the divergence by itself, and are refused. `num_samples` is 1. A likelihood that is
    fitted to the batch, such as `likelihoods.Normal(scale="optimal")`, would be to wrong classes too, and is refused.

    Where a label is missing `fit`, `evaluate`, `elbo` and `evaluation.log_likelihood` take examples; `encode`,
    `reconstruct` and `predict` need one, such as `vae.classify(x).argmax(axis=1)`.

    Source: Kingma, Rezende, Mohamed and Welling 2014, "Semi-Supervised Learning with Deep Generative Models", equations
    6, 7 and 9, with the exact p(y|x) of the weights for q(y|x): equation 7 is then the logarithm of the sum.

    Args:
        alpha: Weight of -log p(y|x) of an example with a label, at least 0.
        class_probabilities: p(c): `None` for the frequencies of training, `"uniform"`, or a number above 0 for each
            class, of the sum 1.

    Raises:
        ValueError: If an argument is out of range; with a model, if that has no labels of so many classes.
    """

    adds_kl = False
    weighs_codes = True
    enumerates_classes = True

    def __init__(self, alpha: float = 1.0, class_probabilities: str | Sequence[float] | None = None, **kwargs):
        super().__init__(**kwargs)
        self.alpha = checked_number(alpha, "alpha", 0.0)
        self.class_probabilities = _checked_probabilities(class_probabilities)

    def check(self, vae):
        labels = vae.condition
        if not isinstance(labels, Labels):
            came = "no condition" if labels is None else labels.described()
            raise ValueError(
                "SemiSupervised needs a model with labels alone, such as `VAE(..., condition=conditions.Labels(10))`. "
                f"Received: {came}."
            )
        given = self.class_probabilities
        if isinstance(given, tuple) and len(given) != labels.num_classes:
            raise ValueError(
                f"`class_probabilities` must have one number for each of {labels.num_classes} classes. Received: "
                f"{len(given)} numbers."
            )
        if vae.decoder.likelihood.is_fitted:
            raise ValueError(
                "SemiSupervised decodes each example under all classes, and a scale that is fitted to the batch would "
                "be to the wrong ones too. Use another, such as likelihoods.Normal(event_shape, scale='shared'). "
                f"Received: {type(vae.decoder.likelihood).__name__} with a fitted scale."
            )

    def log_class_probabilities(self, labels):
        if self.class_probabilities is None:
            return super().log_class_probabilities(labels)
        if self.class_probabilities == UNIFORM:
            given = [-math.log(labels.num_classes)] * labels.num_classes
        else:
            given = [math.log(probability) for probability in self.class_probabilities]
        return ops.convert_to_tensor(given, dtype=labels.compute_dtype)

    def cost(self, log_likelihood, outputs, beta):
        classes, log_probabilities = outputs["classes"], outputs["log_class_probabilities"]
        log_weights = log_likelihood + ops.cast(beta, log_likelihood.dtype) * outputs["log_ratio"]
        log_posterior = ops.log_softmax(log_weights + log_probabilities, axis=1)
        # Of an example without a label there is no class to be right about.
        log_p_of_label = ops.sum(classes * log_posterior, axis=1)
        return -log_evidence(log_weights, classes, log_probabilities) - self.alpha * log_p_of_label

    def shares(self, log_likelihood, outputs):
        log_joint = log_likelihood + outputs["log_ratio"] + outputs["log_class_probabilities"]
        return ops.where(_has_label(outputs["classes"]), outputs["classes"], ops.softmax(log_joint, axis=1))

    def terms(self, log_likelihood, outputs):
        bound = log_evidence(
            log_likelihood + outputs["log_ratio"], outputs["classes"], outputs["log_class_probabilities"]
        )
        reconstruction = -ops.sum(self.shares(log_likelihood, outputs) * log_likelihood, axis=1)
        return reconstruction, -bound - reconstruction

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha, "class_probabilities": self.class_probabilities}


def log_evidence(log_weights, classes, log_class_probabilities):
    """log w_y of examples with the label y, and log sum_c p(c) w_c of those without, in nats.

    Args:
        log_weights: log w_c, `(batch, num_classes, ...)`.
        classes: One-hot labels, zeros where one is missing, that broadcast against these.
        log_class_probabilities: log p(c), likewise.

    Returns:
        `(batch, ...)`.
    """
    of_label = ops.sum(classes * log_weights, axis=1)
    of_all = ops.logsumexp(log_weights + log_class_probabilities, axis=1)
    return ops.where(ops.squeeze(_has_label(classes), axis=1), of_label, of_all)


def _has_label(classes):
    """Whether one-hot labels are no zeros: `(batch, num_classes, ...)` to `(batch, 1, ...)`."""
    return ops.sum(classes, axis=1, keepdims=True) > 0.5


def _checked_probabilities(value) -> str | tuple[float, ...] | None:
    if value is None or (isinstance(value, str) and value == UNIFORM):
        return value
    try:
        numbers = () if isinstance(value, str) else tuple(float(number) for number in value)
    except (TypeError, ValueError):
        numbers = ()
    # Not a number is not above 0 either.
    if not all(number > 0 for number in numbers) or abs(sum(numbers) - 1) > SUM_TOLERANCE:
        raise ValueError(
            "`class_probabilities` must be a number above 0 for each class, with the sum 1, 'uniform', or None for the "
            f"frequencies of training. Received: class_probabilities={value!r}."
        )
    return numbers
