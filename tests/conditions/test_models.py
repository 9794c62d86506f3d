"""VAEs with a condition: exact values where there are some, and every way that data comes in."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_vae import VAE, Decoder, Encoder, evaluation, likelihoods, load_model, networks, posteriors, priors
from keras_vae.conditions import Covariates, Labels
from keras_vae.training import fast_path
from tests.models.small import EVENT_SHAPE, binary, small_vae

RNG = np.random.default_rng(0)
LABELS = np.arange(30) % 3


def labelled(count: int = 30) -> dict:
    return {"x": binary(count), "condition": LABELS[:count]}


@pytest.fixture(scope="module")
def vae():
    """A model with labels that has been trained a little."""
    model = small_vae(condition=Labels(3))
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(labelled(), batch_size=10, epochs=2, verbose=0)
    return model


# x = W z + B c + b + s e under covariates c: p(x|c) = N(B c + b, W W^T + s^2 I).
LOADINGS, OF_COVARIATES = np.array([[1.0], [0.5], [-0.5]]), np.array([[2.0, 0.0], [0.0, -1.0], [1.0, 1.0]])
OFFSET, SCALE = np.array([0.5, -1.0, 0.0]), 0.7
PRECISION = 1 + np.sum(LOADINGS**2) / SCALE**2
X, C = RNG.normal(size=(6, 3)).astype(np.float32), RNG.normal(size=(6, 2)).astype(np.float32)
MEAN = C @ OF_COVARIATES.T + OFFSET


@pytest.fixture(scope="module", params=["side by side", "scaled and shifted"])
def linear(request):
    """The model with its exact posterior, N(P^-1 W^T (x - B c - b) / s^2, P^-1) with P = 1 + W^T W / s^2."""
    network = keras.layers.Identity()
    vae = VAE(
        Encoder(
            keras.Sequential([keras.Input((3,)), network]) if "scaled" in request.param else network,
            posteriors.DiagonalNormal(1),
        ),
        Decoder(keras.layers.Identity(), likelihoods.Normal((3,), scale=SCALE)),
        condition=Covariates(2),
    )
    vae.build((None, 3))
    vae.decoder.likelihood.projection.set_weights([np.concatenate([LOADINGS, OF_COVARIATES], axis=1).T, OFFSET])
    of_x = LOADINGS / SCALE**2 / PRECISION
    kernel = np.concatenate([of_x, np.zeros((3, 1))], axis=1)
    if vae.encoder.modulation is None:
        of_c = np.concatenate([-OF_COVARIATES.T @ of_x, np.zeros((2, 1))], axis=1)
        kernel = np.concatenate([kernel, of_c])
    else:
        # What the posterior projects is x - B c.
        vae.encoder.modulation.shift.set_weights([-OF_COVARIATES.T])
    bias = np.array([-(OFFSET @ of_x).item(), -np.log(PRECISION)])
    vae.encoder.posterior.projection.set_weights([kernel, bias])
    return vae


def exact() -> np.ndarray:
    covariance = LOADINGS @ LOADINGS.T + SCALE**2 * np.eye(3)
    return np.array([stats.multivariate_normal(mean, covariance).logpdf(x) for x, mean in zip(X, MEAN, strict=True)])


class TestLinearGaussian:
    def test_the_conditional_likelihood_is_exact(self, linear):
        # By the exact posterior all weights are p(x|c), and the rounding of some 5 float32 terms of it is left.
        found = evaluation.log_likelihood(linear, X, num_samples=3, seed=0, condition=C)
        np.testing.assert_allclose(found.per_example, exact(), rtol=1e-5, atol=1e-5)

    def test_the_bound_is_the_likelihood(self, linear):
        # E_q[log p(x|z, c)] is estimated: 20,000 draws of some 2 nats leave 0.02.
        bound = linear.elbo(X, num_samples=20_000, seed=0, condition=C)
        np.testing.assert_allclose(bound, exact(), atol=0.06)

    def test_codes_reconstructions_and_samples_are_under_their_condition(self, linear):
        codes = np.array([[0.0], [1.0], [-2.0], [0.5], [3.0], [1.0]])
        decoded = linear.decode(codes, condition=C)
        np.testing.assert_allclose(decoded, MEAN + codes @ LOADINGS.T, rtol=1e-5, atol=1e-5)
        expected = (X - MEAN) @ LOADINGS / SCALE**2 / PRECISION
        found = linear.encode(X, condition=C)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
        again = linear.reconstruct({"x": X, "condition": C})
        np.testing.assert_allclose(again, MEAN + expected @ LOADINGS.T, rtol=1e-5, atol=1e-5)
        drawn = linear.sample(4000, seed=0, condition=C[0])
        deviation = np.sqrt(LOADINGS[:, 0] ** 2 + SCALE**2)
        for place in range(3):
            assert stats.kstest(drawn[:, place], stats.norm(MEAN[0, place], deviation[place]).cdf).pvalue > 1e-3


class TestDataOfEveryKind:
    def losses(self, vae, x, **options):
        """What one epoch of `evaluate` gives: the same whatever the data come in, but for the noise."""
        return vae.evaluate(x, return_dict=True, verbose=0, **options)

    def test_arrays_datasets_and_streams_are_the_same_data(self):
        vae = small_vae(condition=Labels(3))
        # A point of a posterior: no noise, so that what comes in is all that tells.
        kernel, bias = vae.encoder.posterior.get_weights()
        kernel[:, 2:], bias[2:] = 0, -200
        vae.encoder.posterior.set_weights([kernel, bias])
        vae.compile("sgd")
        data = labelled()
        expected = self.losses(vae, data, batch_size=10)["reconstruction"]
        other = self.losses(vae, {**data, "condition": (LABELS + 1) % 3}, batch_size=10)["reconstruction"]
        assert abs(other - expected) > 1e-3
        dataset = tf.data.Dataset.from_tensor_slices(data).batch(10)
        unknown = tf.data.Dataset.from_generator(
            lambda: iter(dataset.as_numpy_iterator()), output_signature=dataset.element_spec
        )
        batches = [{"x": data["x"][i : i + 10], "condition": LABELS[i : i + 10]} for i in (0, 10, 20)]

        class Batches(keras.utils.PyDataset):
            def __len__(self):
                return 3

            def __getitem__(self, index):
                return batches[index]

        ways = [dataset, unknown, Batches(), iter(batches), {"x": data["x"].tolist(), "condition": LABELS.tolist()}]
        for way in ways:
            options = {"batch_size": 10} if isinstance(way, dict) else {}
            # The mean of float32 batches, in other orders.
            assert self.losses(vae, way, **options)["reconstruction"] == pytest.approx(expected, rel=1e-5)

    def test_rows_on_the_disk(self, vae, tmp_path):
        x = np.memmap(tmp_path / "x", np.float32, "w+", shape=(30, *EVENT_SHAPE))
        x[:] = binary(30)
        np.testing.assert_array_equal(
            vae.encode({"x": x, "condition": LABELS}), vae.encode(binary(30), condition=LABELS)
        )
        before = np.array(vae.condition.counts)
        vae.fit({"x": x, "condition": LABELS}, batch_size=10, verbose=0)
        np.testing.assert_array_equal(vae.condition.counts - before, [10, 10, 10])

    def test_predict_is_the_reconstruction(self, vae):
        found = vae.predict(labelled(), verbose=0)
        np.testing.assert_allclose(found, vae.reconstruct(labelled()), atol=1e-6)

    def test_a_target_and_weights_come_beside_it(self, vae):
        data, weight = labelled(), np.linspace(0, 2, 30)
        weighted = vae.evaluate(data, sample_weight=weight, return_dict=True, verbose=0, batch_size=30)
        named = vae.evaluate(data, data["x"], sample_weight=weight, return_dict=True, verbose=0, batch_size=30)
        assert weighted["kl"] == pytest.approx(named["kl"], rel=1e-6)
        alone = vae.evaluate(data, return_dict=True, verbose=0, batch_size=30)
        assert weighted["kl"] != pytest.approx(alone["kl"], rel=1e-3)

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (lambda x: x, r"has a condition, Labels\(3\), and `x` has none"),
            (lambda x: {"x": x, "condition": LABELS[:20]}, "one value for each of 30 examples. Received: 20"),
            (lambda x: {"x": x, "condition": LABELS + 1}, r"labels from 0 to 2. Received: 3 at index \(2,\)"),
            (lambda x: {"x": x, "condition": LABELS / 2}, "whole numbers from 0 to 2. Received: dtype float64"),
            (lambda x: {"x": x, "condition": LABELS.astype(str)}, "dtype <U"),
            (lambda x: {"x": x, "labels": LABELS}, r"Received: a dict of \['labels', 'x'\]"),
        ],
    )
    def test_bad_conditions_are_refused_before_the_work(self, vae, data, message):
        given = data(binary(30))
        for work in (vae.fit, vae.evaluate, vae.predict, vae.encode, vae.elbo):
            with pytest.raises(ValueError, match=message):
                work(given)

    def test_bad_conditions_of_later_batches_are_told(self, vae):
        wrong = np.where(np.arange(30) == 25, 7, LABELS)
        dataset = tf.data.Dataset.from_tensor_slices({"x": binary(30), "condition": wrong}).batch(10)
        with pytest.raises(ValueError, match=r"labels from 0 to 2. Received: 7 at index \(5\) of batch 2"):
            vae.fit(dataset, verbose=0)

    def test_a_stream_of_floats_is_refused_by_its_type(self, vae):
        signature = {"x": tf.TensorSpec((None, *EVENT_SHAPE)), "condition": tf.TensorSpec((None,))}
        stream = tf.data.Dataset.from_generator(lambda: iter([]), output_signature=signature)
        with pytest.raises(ValueError, match="dtype float32"):
            vae.fit(stream, verbose=0)

    def test_a_model_without_one_names_what_to_do(self):
        plain = small_vae()
        plain.compile("sgd")
        with pytest.raises(ValueError, match=r"Labels are not targets.*condition=conditions.Labels"):
            plain.fit(binary(30), LABELS)
        with pytest.raises(ValueError, match=r"the model has no condition.*VAE\(\.\.\., condition="):
            plain.fit(labelled())
        for work in (plain.encode, plain.elbo, plain.reconstruct):
            with pytest.raises(ValueError, match="the model has no condition"):
                work(binary(30), condition=LABELS)
        with pytest.raises(ValueError, match="the model has no condition"):
            plain.sample(3, condition=1)


class TestFastPath:
    def test_data_with_a_condition_goes_in_groups_as_x_alone(self):
        """The choice of `fit`, and how often its step is traced."""
        x = np.zeros((6000, *EVENT_SHAPE), np.float32)
        labels = np.zeros(6000, int)
        found = []
        for condition, data in ((None, x), (Labels(3), {"x": x, "condition": labels})):
            vae = small_vae(condition=condition)
            vae.compile("sgd")
            dataset = tf.data.Dataset.from_tensor_slices(data).batch(10)
            choices = [fast_path.settings_for(vae, {"x": given, "batch_size": 10}) for given in (data, dataset)]
            calls = []
            step = vae.train_step
            vae.train_step = lambda batch, step=step, calls=calls: (calls.append(1), step(batch))[1]
            vae.fit({"x": x[:100], "condition": labels[:100]} if condition else x[:100], batch_size=10, verbose=0)
            found.append((choices, len(calls)))
        assert found[0] == found[1]
        assert found[0][0] == [fast_path.Settings(fast_path.MOST_STEPS, True)] * 2

    def test_labels_are_counted_in_compiled_groups(self):
        vae = small_vae(condition=Labels(3))
        vae.compile("sgd", jit_compile=True)
        vae.fit(labelled(), batch_size=10, epochs=3, verbose=0)
        np.testing.assert_array_equal(vae.condition.counts, [30, 30, 30])


class TestModels:
    def test_loaded_it_is_the_same(self, vae, tmp_path):
        vae.save(tmp_path / "vae.keras")
        again = load_model(tmp_path / "vae.keras")
        np.testing.assert_array_equal(again.condition.counts, vae.condition.counts)
        for condition in (None, 2, LABELS[:5]):
            drawn, same = (model.sample(5, seed=0, condition=condition) for model in (vae, again))
            np.testing.assert_array_equal(drawn, same)
        np.testing.assert_array_equal(again.encode(labelled()), vae.encode(labelled()))

    def test_samples_without_a_condition_follow_the_training(self):
        vae = VAE(
            Encoder(networks.dense([8]), posteriors.DiagonalNormal(2)),
            Decoder(keras.layers.Identity(), likelihoods.Bernoulli((1,))),
            condition=Labels(3),
        )
        vae.build((None, 1))
        # It shows the class, whatever z is.
        shown = np.array([[0.0], [0.0], [-60.0], [60.0], [60.0]])
        vae.decoder.likelihood.projection.set_weights([shown, np.zeros(1)])
        vae.condition.note(np.repeat([0, 2], [100, 300]))
        ones = vae.sample(4000, seed=0).sum()
        assert stats.binomtest(int(ones), 4000, 0.75).pvalue > 1e-3
        assert vae.sample(50, seed=0, condition=0).max() == 0
        assert vae.sample(50, seed=0, condition=1).min() == 1

    def test_an_encoder_may_ignore_the_condition(self):
        vae = VAE(
            Encoder(networks.dense([8]), posteriors.DiagonalNormal(2), ignores_condition=True),
            Decoder(networks.dense([8]), likelihoods.Bernoulli(EVENT_SHAPE)),
            condition=Labels(3),
        )
        x = binary(4)
        np.testing.assert_array_equal(vae.encode(x, condition=0), vae.encode(x, condition=2))
        z = np.zeros((1, 2))
        assert np.abs(vae.decode(z, condition=0) - vae.decode(z, condition=2)).max() > 1e-3
        assert Encoder.from_config(vae.encoder.get_config()).ignores_condition

    def test_a_prior_under_the_condition_is_best_at_the_moments_of_each_class(self):
        """Codes that are the data themselves: the best p(z|c) has the mean and the variance of a class's codes."""
        rng = np.random.default_rng(0)
        labels = np.arange(300) % 3
        x = rng.normal(np.array([-3.0, 0.0, 4.0])[labels], np.array([0.5, 1.0, 2.0])[labels])[:, None]
        vae = VAE(
            Encoder(keras.layers.Identity(), posteriors.DiagonalNormal(1), ignores_condition=True),
            Decoder(keras.layers.Identity(), likelihoods.Normal((1,), scale=0.1)),
            prior=priors.ConditionalNormal(1),
            condition=Labels(3),
        )
        vae.build((None, 1))
        vae.encoder.posterior.projection.set_weights([np.array([[1.0, 0.0]]), np.array([0.0, 2 * np.log(0.1)])])
        of_class = [x[labels == label] for label in range(3)]
        means = np.array([[part.mean()] for part in of_class])
        # What q adds is its own variance.
        deviations = np.sqrt([[part.var() + 0.01] for part in of_class])

        def gradients(means, deviations):
            vae.prior.set_weights([means, np.log(deviations)])
            with tf.GradientTape() as tape:
                vae({"x": x.astype(np.float32), "condition": labels})
                loss = sum(vae.losses)
            return np.abs(np.concatenate(tape.gradient(loss, vae.prior.trainable_weights)))

        # Means of a hundred float32 terms below 10.
        assert gradients(means, deviations).max() < 1e-4
        assert gradients(means + 0.1, 1.1 * deviations).min() > 1e-3

    def test_networks_that_were_built_take_a_condition_too(self):
        encoder = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8)])
        decoder = keras.Sequential([keras.Input((2,)), keras.layers.Dense(8)])
        vae = VAE(
            Encoder(encoder, posteriors.DiagonalNormal(2)),
            Decoder(decoder, likelihoods.Normal((6,))),
            condition=Labels(3),
        )
        x = np.ones((1, 6), np.float32)
        assert np.abs(vae.encode(x, condition=0) - vae.encode(x, condition=1)).max() > 1e-3
        z = np.zeros((1, 2), np.float32)
        shift = vae.decoder.modulation.shift.kernel.numpy()
        expected = vae.decoder.likelihood.projection(decoder(shift[[1]]))
        np.testing.assert_allclose(vae.decode(z, condition=1), expected, atol=1e-6)

    def test_summary_shows_it(self, vae):
        lines = []
        vae.summary(print_fn=lambda line, **_: lines.append(line))
        assert "labels" in "\n".join(lines)
