"""Labels of which some are missing: closed forms, quadrature, NumPy, finite differences, and all that `fit` can do."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from keras_vae import VAE, Decoder, Encoder, conditions, evaluation, likelihoods, networks, objectives, posteriors
from keras_vae.objectives import SemiSupervised
from keras_vae.objectives.semi_supervised import log_evidence
from keras_vae.training import grouped_steps
from tests.models import labelled
from tests.models.small import binary, small_vae

X, LABELS = labelled.examples(6), np.array([-1, 0, -1, 2, 1, -1])
EXAMPLES = {"x": X, "condition": LABELS}
HAS_LABEL = LABELS >= 0
UNIFORM = np.full(3, -np.log(3))


def evidence(log_p=labelled.LOG_PROBABILITIES, log_weights=None) -> np.ndarray:
    """log p(x|y) of the examples with a label and log p(x) of the others, by closed forms or from log-weights."""
    log_weights = labelled.log_likelihoods(X) if log_weights is None else log_weights
    of_label = log_weights[np.arange(6), LABELS]
    return np.where(HAS_LABEL, of_label, special.logsumexp(log_weights + log_p, axis=1))


def log_p_of_labels(log_p=labelled.LOG_PROBABILITIES, log_weights=None) -> np.ndarray:
    """log p(y|x), 0 where there is no label."""
    log_weights = labelled.log_likelihoods(X) if log_weights is None else log_weights
    return np.where(HAS_LABEL, special.log_softmax(log_weights + log_p, axis=1)[np.arange(6), LABELS], 0.0)


def semi_supervised_vae(*args, loose=False, **kwargs) -> VAE:
    vae = labelled.labelled_vae(SemiSupervised(*args), **kwargs)
    if loose:
        labelled.loosen(vae)
    vae.compile(keras.optimizers.SGD(1.0))
    return vae


def logs_of(vae, x=EXAMPLES, **options) -> dict:
    return vae.evaluate(x, verbose=0, return_dict=True, **options)


@pytest.mark.usefixtures("eagerly")
class TestBound:
    @pytest.mark.parametrize("alpha", [0.0, 1.0, 2.5])
    def test_by_the_exact_posterior_it_is_the_log_likelihood_whatever_is_drawn(self, alpha):
        vae = semi_supervised_vae(alpha)
        for _ in range(2):
            logs = logs_of(vae)
            # Sums of some ten numbers of float32.
            np.testing.assert_allclose(logs["negative_elbo"], -evidence().mean(), rtol=2e-6)
            loss = -(evidence() + alpha * log_p_of_labels()).mean()
            np.testing.assert_allclose(logs["loss"], loss, rtol=2e-6)

    def test_examples_with_and_without_labels_are_a_sum_of_both(self):
        vae, total = semi_supervised_vae(1.5), 0.0
        for part in (HAS_LABEL, ~HAS_LABEL):
            total += part.sum() * logs_of(vae, {"x": X[part], "condition": LABELS[part]})["loss"]
        np.testing.assert_allclose(logs_of(vae)["loss"], total / 6, rtol=2e-6)

    def test_of_elbo_and_of_log_likelihood_too(self):
        vae = semi_supervised_vae()
        np.testing.assert_allclose(vae.elbo(X, condition=LABELS), evidence(), atol=5e-6)
        np.testing.assert_allclose(vae.elbo(X, num_samples=5, condition=LABELS), evidence(), atol=5e-6)
        with pytest.warns(UserWarning, match="effective draws of 3"):
            estimate = evaluation.log_likelihood(vae, X, num_samples=3, condition=LABELS)
        np.testing.assert_allclose(estimate.per_example, evidence(), atol=5e-6)
        np.testing.assert_allclose(estimate.effective_sample_size, 3, rtol=1e-5)

    def test_by_another_it_is_below_and_importance_samples_reach_it(self):
        """log p(x|c) of a Bernoulli model by the trapezoidal rule, whose error is nil for what vanishes at its ends."""
        vae = VAE(
            Encoder(networks.dense([4], activation="tanh"), posteriors.DiagonalNormal(1)),
            Decoder(networks.dense([4], activation="tanh"), likelihoods.Bernoulli((5,))),
            condition=conditions.Labels(3),
            objective=SemiSupervised(class_probabilities=(0.5, 0.2, 0.3)),
        )
        vae.build((None, 5))
        # As it is made, q(z|x, c) is far from p(z|x, c); wider than that, its weights are bounded.
        for weight in vae.decoder.trainable_variables:
            weight.assign(3 * weight)
        x, labels = binary(4, (5,)), np.array([-1, -1, 2, 0])
        z = np.linspace(-9, 9, 400)[None].repeat(4, axis=0)[..., None]
        under = []
        for label in range(3):
            features = tf.one_hot(tf.fill((4,), label), 3)
            params = vae.decoder(tf.constant(z, tf.float32), features)
            log_likelihood = np.asarray(vae.decoder.likelihood.log_prob(params, x), np.float64)
            log_joint = log_likelihood + stats.norm.logpdf(z[..., 0])
            under.append(special.logsumexp(log_joint, axis=1) + np.log(18 / 399))
        mixed = special.logsumexp(np.stack(under) + np.log([[0.5], [0.2], [0.3]]), axis=0)
        exact = np.where(labels < 0, mixed, np.stack(under)[labels, np.arange(4)])
        bounds = np.stack([vae.elbo(x, num_samples=500, seed=seed, condition=labels) for seed in range(8)])
        standard_error = bounds.std(axis=0, ddof=1) / 8**0.5
        assert np.all(bounds.mean(axis=0) < exact - 4 * standard_error)
        estimate = evaluation.log_likelihood(vae, x, num_samples=5000, seed=0, condition=labels)
        assert np.all(np.abs(estimate.per_example - exact) < 4 * estimate.sampling_error)
        assert np.median(estimate.sampling_error) < 0.05

    def test_weights_that_are_far_apart_do_not_overflow(self):
        log_weights = np.array([[-1e4, -2e4], [-90000.0, -90001.0]], np.float32)
        found = log_evidence(log_weights, np.zeros((2, 2), np.float32), np.log([0.5, 0.5]).astype(np.float32))
        np.testing.assert_allclose(found, special.logsumexp(log_weights.astype(float), axis=1) - np.log(2), rtol=1e-6)


@pytest.mark.usefixtures("eagerly", "doubles")
class TestAgainstNumpy:
    """With the same draws: the state of the generator is set back."""

    @pytest.mark.parametrize(("alpha", "beta"), [(0.0, 1.0), (1.5, 0.25)])
    def test_the_loss_and_what_is_logged(self, alpha, beta):
        vae = semi_supervised_vae(alpha, loose=True, beta=beta)
        state = vae.encoder.posterior.seed_generator.state
        before, weights = np.asarray(state), np.array([1.0, 2.0, 0.0, 0.5, 1.0, 3.0])
        outputs = vae(EXAMPLES)
        z = np.asarray(outputs["z"])[..., 0]
        state.assign(before)
        logs = vae.test_on_batch(EXAMPLES, X, sample_weight=weights, return_dict=True)

        kernel, bias = vae.encoder.posterior.get_weights()
        features = np.concatenate([np.repeat(X[:, None], 3, axis=1), np.tile(np.eye(3), (6, 1, 1))], axis=2)
        mean, log_variance = np.moveaxis(features @ kernel + bias, 2, 0)
        log_q = stats.norm.logpdf(z, mean, np.exp(log_variance / 2))
        log_ratio = stats.norm.logpdf(z, labelled.PRIOR_MEANS, labelled.PRIOR_SCALE) - log_q
        means = z[..., None] * labelled.TO_X + labelled.OFFSETS
        log_likelihood = stats.norm.logpdf(X[:, None].astype(float), means, labelled.SCALE).sum(axis=2)

        weighed = log_likelihood + beta * log_ratio
        loss = -evidence(log_weights=weighed) - alpha * log_p_of_labels(log_weights=weighed)
        bound = evidence(log_weights=log_likelihood + log_ratio)
        shares = special.softmax(log_likelihood + log_ratio + labelled.LOG_PROBABILITIES, axis=1)
        shares[HAS_LABEL] = np.eye(3)[LABELS[HAS_LABEL]]
        reconstruction = -np.sum(shares * log_likelihood, axis=1)
        # By the docstring's words, and not as what is left of the bound.
        with np.errstate(divide="ignore", invalid="ignore"):
            divergence = np.nansum(shares * (np.log(shares) - labelled.LOG_PROBABILITIES), axis=1)
        kl = -np.sum(shares * log_ratio, axis=1) + np.where(HAS_LABEL, 0.0, divergence)
        expected = {"loss": loss, "reconstruction": reconstruction, "kl": kl, "negative_elbo": -bound}
        for name, values in expected.items():
            # Class probabilities are held in float32 nowhere; beta is, and 0.25 and 1 are what they are.
            np.testing.assert_allclose(logs[name], np.mean(weights * values), rtol=1e-9, err_msg=name)

    def test_the_gradient_is_that_of_the_loss_by_finite_differences(self):
        vae = semi_supervised_vae(1.5, loose=True)
        state, weights = vae.encoder.posterior.seed_generator.state, vae.trainable_weights
        draws, start = np.asarray(state), [np.asarray(weight) for weight in weights]

        def loss(direction, step):
            state.assign(draws)
            for weight, value, along in zip(weights, start, direction, strict=True):
                weight.assign(value + step * along)
            return vae.test_on_batch(EXAMPLES, return_dict=True)["loss"]

        rng = np.random.default_rng(0)
        directions = [[rng.normal(size=value.shape) for value in start] for _ in range(4)]
        slopes = [(loss(direction, 1e-5) - loss(direction, -1e-5)) / 2e-5 for direction in directions]
        loss(directions[0], 0.0)
        state.assign(draws)
        vae.train_on_batch(EXAMPLES)
        gradient = [value - np.asarray(weight) for value, weight in zip(start, weights, strict=True)]
        for direction, slope in zip(directions, slopes, strict=True):
            found = sum(np.sum(a * b) for a, b in zip(gradient, direction, strict=True))
            # Central differences of float64 are off by some 1e-9 of a loss of this size.
            np.testing.assert_allclose(found, slope, rtol=1e-7)


@pytest.mark.usefixtures("eagerly")
class TestClassProbabilities:
    def test_labels_that_are_missing_are_not_counted(self):
        vae = semi_supervised_vae()
        vae.fit(EXAMPLES, epochs=2, verbose=0)
        np.testing.assert_array_equal(vae.condition.counts, labelled.COUNTS + 2)
        logs_of(vae)
        np.testing.assert_array_equal(vae.condition.counts, labelled.COUNTS + 2)

    @pytest.mark.parametrize(
        ("given", "expected"),
        [("uniform", UNIFORM), ((0.5, 0.3, 0.2), np.log([0.5, 0.3, 0.2]))],
        ids=["uniform", "list"],
    )
    def test_those_that_are_given_take_their_place(self, given, expected):
        vae = semi_supervised_vae(1.0, given)
        np.testing.assert_allclose(vae.log_class_probabilities, expected, rtol=1e-6)
        np.testing.assert_allclose(vae.elbo(X, condition=LABELS), evidence(expected), atol=5e-6)
        posterior = special.softmax(labelled.log_likelihoods(X) + expected, axis=1)
        np.testing.assert_allclose(vae.classify(X, num_samples=2), posterior, atol=3e-6)

    def test_before_any_training_all_are_alike(self):
        vae = small_vae(condition=conditions.Labels(4), objective=SemiSupervised())
        np.testing.assert_allclose(vae.log_class_probabilities, np.full(4, -np.log(4)), rtol=1e-6)

    @pytest.mark.parametrize("given", ["even", (0.5, 0.4), (1.0, 0.0), (np.nan, 0.5), 3, (), (1.5, -0.5)])
    def test_bad_ones_are_refused(self, given):
        with pytest.raises(ValueError, match="`class_probabilities` must be a number above 0 for each class"):
            SemiSupervised(class_probabilities=given)

    def test_the_config_has_them(self):
        objective = SemiSupervised(0.5, [0.25, 0.75])
        again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(objective))
        assert again.get_config() == objective.get_config()
        assert (again.alpha, again.class_probabilities) == (0.5, (0.25, 0.75))


def pairs(count=40) -> dict:
    """Binary examples, of which every other has a label."""
    return {"x": binary(count), "condition": np.where(np.arange(count) % 2, np.arange(count) % 3, -1)}


def pairs_vae(**kwargs) -> VAE:
    """A model of them, of one dense layer on each side, which XLA compiles in a second."""
    vae = VAE(
        Encoder(keras.layers.Flatten(), posteriors.DiagonalNormal(2, seed=3)),
        Decoder(keras.layers.Identity(), likelihoods.Bernoulli((4, 3, 1))),
        condition=conditions.Labels(3),
        objective=SemiSupervised(),
        **kwargs,
    )
    vae.build((None, 4, 3, 1))
    return vae


class TestTraining:
    @pytest.mark.usefixtures("doubles")
    def test_compiled_steps_in_a_row_are_the_same_as_one_after_the_other(self):
        data = tf.data.Dataset.from_tensor_slices(pairs()).batch(10)
        first, second = pairs_vae(), pairs_vae()
        for one, other in zip(first.variables, second.variables, strict=True):
            other.assign(one)
        made = []
        watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: made.append(type(first.train_function)))
        first.compile(keras.optimizers.SGD(0.1))
        # A dataset that does not tell its length is taken for long, and steps are compiled.
        found = first.fit(data.filter(lambda *_: True), verbose=0, callbacks=[watch]).history
        assert made == [grouped_steps.GroupedSteps]
        second.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
        for name, values in second.fit(data, verbose=0).history.items():
            np.testing.assert_allclose(found[name], values, rtol=1e-9, err_msg=name)
        for one, other in zip(first.weights, second.weights, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-10)
        np.testing.assert_array_equal(first.condition.counts, np.bincount(np.arange(1, 40, 2) % 3))

    @pytest.mark.usefixtures("eagerly")
    @pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
    def test_mixed_precision(self, policy):
        keras.config.set_dtype_policy(policy)
        vae, examples = pairs_vae(), pairs()
        vae.compile(keras.optimizers.SGD(0.01))
        assert np.isfinite(vae.train_on_batch(examples, return_dict=True)["loss"])
        assert {value.dtype.name for value in vae(examples).values()} == {"float32"}

    @pytest.mark.usefixtures("eagerly")
    def test_it_is_saved_and_loaded(self, tmp_path):
        vae, examples = pairs_vae(), pairs()
        vae.compile(keras.optimizers.SGD(0.1))
        vae.fit(examples, verbose=0)
        vae.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert loaded.objective.get_config() == vae.objective.get_config()
        np.testing.assert_array_equal(loaded.condition.counts, vae.condition.counts)
        options = {"seed": 0, "condition": examples["condition"]}
        np.testing.assert_array_equal(loaded.elbo(examples["x"], **options), vae.elbo(examples["x"], **options))

    @pytest.mark.usefixtures("eagerly")
    def test_metrics_see_the_image_under_the_label_and_the_mixture_where_it_is_missing(self):
        vae = semi_supervised_vae()
        vae.compile(keras.optimizers.SGD(0.1), weighted_metrics=["mse"])
        # By the exact posterior p(c|x) is what it is; of the means of p(x|z) the draws are not.
        state = vae.encoder.posterior.seed_generator.state
        before = np.asarray(state)
        means = np.asarray(vae(EXAMPLES)["mean"])
        shares = special.softmax(labelled.log_likelihoods(X) + labelled.LOG_PROBABILITIES, axis=1)
        shares[HAS_LABEL] = np.eye(3)[LABELS[HAS_LABEL]]
        state.assign(before)
        found = vae.test_on_batch(EXAMPLES, X, return_dict=True)["mse"]
        np.testing.assert_allclose(found, np.mean((X - np.einsum("bk,bkd->bd", shares, means)) ** 2), rtol=1e-5)

    def test_it_learns_classes_from_few_labels(self):
        """Two labels for each of two clouds, which alpha makes up for: at 1 the others may interchange the classes."""
        rng = np.random.default_rng(0)
        truth = np.arange(200) % 2
        x = (rng.normal(size=(200, 4)) * 0.3 + np.where(truth, 1.0, -1.0)[:, None]).astype(np.float32)
        labels = np.where(np.arange(200) < 4, truth, -1)
        vae = VAE(
            Encoder(keras.layers.Identity(), posteriors.DiagonalNormal(1)),
            Decoder(keras.layers.Identity(), likelihoods.Normal((4,), 0.3)),
            condition=conditions.Labels(2),
            objective=SemiSupervised(alpha=50.0),
        )
        vae.compile(keras.optimizers.Adam(0.05))
        vae.fit({"x": x, "condition": labels}, epochs=30, batch_size=50, verbose=0)
        assert np.mean(vae.classify(x, num_samples=20, seed=0).argmax(axis=1) == truth) > 0.97


@pytest.mark.usefixtures("eagerly")
class TestRefusals:
    def test_without_labels(self):
        with pytest.raises(ValueError, match=r"SemiSupervised needs a model with labels alone.*no condition"):
            small_vae(objective=SemiSupervised())
        for condition in (conditions.Covariates(2), {"digit": conditions.Labels(2)}):
            with pytest.raises(ValueError, match="SemiSupervised needs a model with labels alone"):
                small_vae(objective=SemiSupervised(), condition=condition)

    def test_another_number_of_class_probabilities(self):
        with pytest.raises(ValueError, match=r"one number for each of 3 classes\. Received: 2 numbers"):
            semi_supervised_vae(1.0, (0.5, 0.5))

    def test_several_samples_and_free_bits(self):
        with pytest.raises(ValueError, match="one code for each class: leave `num_samples` at 1"):
            semi_supervised_vae(num_samples=2)
        vae = semi_supervised_vae()
        with pytest.raises(ValueError, match="leave `num_samples` at 1"):
            vae.num_samples = 3
        with pytest.raises(ValueError, match="`free_bits` needs an objective with a KL term, and SemiSupervised has"):
            vae.free_bits = 0.1

    @pytest.mark.parametrize("wrap", [lambda part: part, likelihoods.Masked], ids=["normal", "masked"])
    def test_a_scale_that_is_fitted_to_the_batch(self, wrap):
        part = wrap(likelihoods.Normal((4, 3, 1), scale="optimal"))
        with pytest.raises(ValueError, match="would be to the wrong ones too"):
            small_vae(part, condition=conditions.Labels(2), objective=SemiSupervised())

    @pytest.mark.parametrize("alpha", [-0.1, np.inf, "much"])
    def test_a_bad_alpha(self, alpha):
        with pytest.raises(ValueError, match="`alpha` must be a finite number of at least 0"):
            SemiSupervised(alpha)

    def test_another_objective_takes_no_missing_label(self):
        vae = labelled.labelled_vae(objectives.ELBO())
        vae.compile("sgd")
        message = r"labels from 0 to 2\. Received: -1.*objectives\.SemiSupervised"
        for call in (vae.fit, vae.evaluate, vae.train_on_batch, vae.elbo, evaluation.log_likelihood.__get__(vae)):
            with pytest.raises(ValueError, match=message):
                call(EXAMPLES)
        late = {"x": np.concatenate([X, X]), "condition": np.concatenate([np.zeros(6, int), LABELS])}
        with pytest.raises(ValueError, match=message):
            vae.fit(tf.data.Dataset.from_tensor_slices(late).batch(6), verbose=0)

    def test_what_needs_a_label_says_so(self):
        vae = semi_supervised_vae()
        for call in (vae.encode, vae.reconstruct, vae.predict):
            with pytest.raises(ValueError, match=r"Received: -1 at index \(0,\)"):
                call(EXAMPLES)
        with pytest.raises(ValueError, match="Received: -1"):
            vae.sample(2, condition=-1)

    def test_labels_below_what_stands_for_a_missing_one(self):
        vae = semi_supervised_vae()
        with pytest.raises(ValueError, match=r"labels from 0 to 2, or -1 where one is missing.*Received: -2"):
            vae.fit({"x": X, "condition": LABELS * 2})
        dataset = tf.data.Dataset.from_tensor_slices({"x": X, "condition": np.array([0, 0, 0, -2, 0, 0])}).batch(3)
        with pytest.raises(ValueError, match=r"or -1 where one is missing.*Received: -2"):
            vae.fit(dataset, verbose=0)

    def test_labels_of_bytes_serve_too(self):
        vae = semi_supervised_vae()
        bytes_ = {"x": X, "condition": np.abs(LABELS).astype(np.uint8)}
        dataset = tf.data.Dataset.from_tensor_slices(bytes_).batch(6)
        assert np.isfinite(logs_of(vae, dataset)["loss"])
