import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import VAE, Decoder, Encoder, callbacks, evaluation, likelihoods, networks, objectives, priors

from .. import seeds
from ..models.small import binary, same_weights, small_vae
from ..tiny_models import tiny_autoencoder, tiny_vae
from ..whole_code import whole

KEYS = ("active_units", "kl_per_latent_min", "kl_per_latent_max")
LATENTS = 4


def square_vae(latent_dim=LATENTS, **kwargs):
    """A VAE for the squares of `binary_images` that learns them within a few epochs."""
    seeds.set_all(0)
    vae = small_vae(latent_dim=latent_dim, event_shape=(8, 8, 1), **kwargs)
    vae.compile(keras.optimizers.Adam(0.02))
    return vae


@pytest.fixture(scope="module")
def learner():
    """A VAE that is compiled once for all trainings, and its variables as they are before the first."""
    vae = square_vae()
    vae.optimizer.build(vae.trainable_variables)
    variables = [*vae.variables, *vae.optimizer.variables]
    return vae, [(variable, variable.numpy()) for variable in variables]


def as_new(learner, beta=1.0):
    """The VAE with the weights and the random states of its beginning."""
    vae, beginning = learner
    for variable, value in beginning:
        variable.assign(value)
    vae.beta = beta
    return vae


def fit(vae, x, *used, epochs=15, **arguments):
    """Trains with a monitor; returns the history."""
    arguments = {"batch_size": 16, "verbose": 0} | arguments
    return vae.fit(x, epochs=epochs, callbacks=list(used), **arguments).history


def set_codes(vae, spread, log_variance):
    """Gives each latent mean codes that vary so much with x, and a log-variance that does not."""
    kernel, _ = vae.encoder.posterior.get_weights()
    latents = vae.latent_dim
    directions = np.random.default_rng(0).normal(size=(kernel.shape[0], latents))
    kernel[:, :latents], kernel[:, latents:] = directions * spread, 0
    vae.encoder.posterior.set_weights(
        [kernel, np.concatenate([np.zeros(latents), np.broadcast_to(log_variance, latents)])]
    )


COLLAPSED, IN_USE = (0.0, 0.0), (2.0, -3.0)


def drive(monitor, vae, states, capsys):
    """What `fit` calls, with the model in a state for each epoch; returns the lines that each epoch says."""
    monitor.set_model(vae)
    monitor.set_params({"epochs": len(states), "verbose": 0})
    monitor.on_train_begin()
    lines = []
    for epoch, state in enumerate(states):
        if state is not None:
            set_codes(vae, *state)
        capsys.readouterr()
        monitor.on_epoch_end(epoch, {})
        lines.append(capsys.readouterr().out)
    return lines


class TestLogs:
    @pytest.mark.parametrize("as_dataset", [False, True])
    def test_they_are_what_evaluation_says(self, learner, binary_images, as_dataset):
        vae, expected = as_new(learner), []
        x = (
            tf.data.Dataset.from_tensor_slices((binary_images[:40], np.zeros(40))).batch(7)
            if as_dataset
            else binary_images[:40]
        )

        def measure(epoch, logs):
            kl = evaluation.kl_per_latent(vae, x)
            expected.append([evaluation.active_units(vae, x, 0.3), kl.min(), kl.max()])

        seen = keras.callbacks.LambdaCallback(on_epoch_end=measure)
        history = fit(vae, binary_images, callbacks.CollapseMonitor(x, threshold=0.3), seen, epochs=4)
        np.testing.assert_allclose(np.transpose([history[key] for key in KEYS]), expected, rtol=1e-12)
        assert expected[-1][0] > 0
        assert np.ptp([row[2] for row in expected]) > 0.1

    def test_every_so_many_epochs_and_the_last(self, learner, binary_images):
        history = fit(as_new(learner), binary_images, callbacks.CollapseMonitor(binary_images, every=2), epochs=5)
        assert [len(history[key]) for key in ("loss", *KEYS)] == [5, 3, 3, 3]

    def test_without_a_closed_form_there_is_no_divergence_of_a_latent(self, eagerly, binary_images):
        vae = square_vae(2, prior=priors.MixtureOfNormals(2, 3))
        history = fit(vae, binary_images, callbacks.CollapseMonitor(binary_images), epochs=2, batch_size=96)
        assert history["active_units"][-1] == evaluation.active_units(vae, binary_images)
        assert not set(KEYS[1:]) & set(history)

    def test_a_divergence_of_the_whole_code_is_not_logged_as_one_of_a_latent(self, eagerly, binary_images):
        vae = VAE(
            Encoder(networks.dense([4]), whole(2)), Decoder(networks.dense([4]), likelihoods.Bernoulli((8, 8, 1)))
        )
        vae.compile("sgd")
        history = fit(vae, binary_images, callbacks.CollapseMonitor(binary_images), epochs=1, batch_size=96)
        assert history["active_units"] == [evaluation.active_units(vae, binary_images)]
        assert not set(KEYS[1:]) & set(history)

    def test_watching_changes_nothing(self, eagerly, binary_images):
        watched, alone = square_vae(), square_vae()
        fit(watched, binary_images, callbacks.CollapseMonitor(binary_images), epochs=2, batch_size=48)
        fit(alone, binary_images, epochs=2, batch_size=48)
        assert same_weights(watched, alone)


class TestTraining:
    """Models that collapse, and models that do not, by what they learn."""

    def lines(self, capsys):
        return [line for line in capsys.readouterr().out.splitlines() if "CollapseMonitor" in line]

    def test_a_large_beta_makes_it_speak_once(self, learner, binary_images, capsys):
        vae = as_new(learner, beta=60.0)
        history = fit(vae, binary_images, callbacks.CollapseMonitor(binary_images))
        assert history["active_units"][-1] == 0
        (line,) = self.lines(capsys)
        assert "the posterior is collapsing: 0 of 4 latents are active, at " in line
        assert "What helps: a beta below 60; a warm-up of beta, callbacks.BetaSchedule(...), or a longer one; " in line
        assert line.endswith("free bits, VAE(..., free_bits=0.1); a weaker decoder.")

    def test_a_warm_up_keeps_it_silent(self, learner, binary_images, capsys):
        used = [callbacks.BetaSchedule(10), callbacks.CollapseMonitor(binary_images)]
        history = fit(as_new(learner, beta=60.0), binary_images, *used)
        assert history["active_units"][-1] >= 1
        assert self.lines(capsys) == []

    def test_free_bits_keep_it_silent(self, binary_images, capsys):
        vae = square_vae(beta=60.0, free_bits=0.5)
        history = fit(vae, binary_images, callbacks.CollapseMonitor(binary_images))
        assert history["active_units"][-1] >= 1
        assert self.lines(capsys) == []

    def test_a_healthy_model_keeps_it_silent(self, learner, binary_images, capsys):
        fit(as_new(learner), binary_images, callbacks.CollapseMonitor(binary_images))
        assert self.lines(capsys) == []

    @pytest.mark.parametrize(("verbose", "start"), [(0, ""), (1, "\n"), (2, "")])
    def test_its_line_stands_by_itself(self, eagerly, binary_images, capsys, verbose, start):
        # It has collapsed, and what is trained at this rate stays so.
        vae = square_vae()
        set_codes(vae, *COLLAPSED)
        vae.optimizer.learning_rate = 0.0
        monitor = callbacks.CollapseMonitor(binary_images, patience=1)
        fit(vae, binary_images, monitor, epochs=2, batch_size=96, verbose=verbose)
        out = capsys.readouterr().out
        (line,) = (line for line in out.splitlines() if "CollapseMonitor" in line)
        assert line.startswith("CollapseMonitor, epoch ")
        assert f"{start}{line}\n" in out


class TestJudgement:
    def vae(self, latent_dim=4, **kwargs):
        return small_vae(latent_dim=latent_dim, **kwargs)

    def monitor(self, **arguments):
        return callbacks.CollapseMonitor(binary(30), **arguments)

    def test_the_beginning_and_the_end_of_a_collapse_are_told_once(self, capsys):
        states = [IN_USE] * 2 + [COLLAPSED] * 5 + [IN_USE] * 2 + [COLLAPSED] * 3
        lines = drive(self.monitor(), self.vae(), states, capsys)
        told = {epoch: line for epoch, line in enumerate(lines) if line}
        assert list(told) == [4, 7, 11]
        assert told[4].startswith(
            "CollapseMonitor, epoch 5: the posterior is collapsing: 0 of 4 latents are active, at 0 to 0 "
        )
        assert told[7].startswith(
            "CollapseMonitor, epoch 8: the posterior has recovered: 4 of 4 latents are active, at "
        )
        assert "is collapsing" in told[11]
        assert all(line.count("\n") == 1 for line in told.values())

    @pytest.mark.parametrize("patience", [1, 2])
    def test_patience(self, capsys, patience):
        lines = drive(self.monitor(patience=patience), self.vae(), [COLLAPSED] * 4, capsys)
        assert [bool(line) for line in lines] == [epoch == patience - 1 for epoch in range(4)]

    def test_a_collapse_that_passes_is_not_told(self, capsys):
        states = [COLLAPSED, COLLAPSED, IN_USE] * 3
        assert drive(self.monitor(), self.vae(), states, capsys) == [""] * 9

    def test_a_new_training_starts_anew(self, capsys):
        monitor, vae = self.monitor(patience=2), self.vae()
        for _ in range(2):
            assert [bool(line) for line in drive(monitor, vae, [COLLAPSED] * 3, capsys)] == [False, True, False]

    def test_at_a_beta_of_zero_nothing_is_judged(self, capsys):
        vae = self.vae(beta=0.0)
        monitor = self.monitor(patience=1)
        assert drive(monitor, vae, [COLLAPSED] * 3, capsys) == [""] * 3
        vae.beta = 0.1
        monitor.on_epoch_end(3, {})
        assert "is collapsing" in capsys.readouterr().out
        # The start of another cycle is no recovery.
        vae.beta = 0.0
        set_codes(vae, *IN_USE)
        monitor.on_epoch_end(4, {})
        assert capsys.readouterr().out == ""

    def test_an_untrained_model_has_not_collapsed(self, capsys):
        assert drive(self.monitor(patience=1), self.vae(), [None], capsys) == [""]

    @pytest.mark.parametrize(("num_used", "speaks"), [(0, True), (2, True), (3, False), (20, False)])
    def test_a_tenth_of_the_latents_is_few(self, capsys, num_used, speaks):
        used = np.arange(20) < num_used
        state = (np.where(used, 2.0, 0.0), np.where(used, -3.0, 0.0))
        (line,) = drive(self.monitor(patience=1), self.vae(20), [state], capsys)
        assert bool(line) == speaks
        assert f"{num_used} of 20 latents are active" in line or not speaks

    def test_a_latent_in_use_is_active_and_tells_something_itself(self, capsys):
        # Two vary and tell nothing; the other two are off the prior, and the same for every example.
        state = (np.array([0.01, 0.01, 0.0, 0.0]), np.array([0.0, 0.0, -3.0, -3.0]))
        (line,) = drive(self.monitor(patience=1, threshold=0.0), self.vae(), [state], capsys)
        assert "is collapsing: 2 of 4 latents are active" in line

    def test_latents_that_vary_but_tell_nothing_are_not_in_use(self, capsys):
        # Means that vary by 0.01 squared, beside a variance of 1: 0.0001 / 2 nats.
        vae, monitor = self.vae(), self.monitor(patience=1, threshold=0.0)
        (line,) = drive(monitor, vae, [(0.01, 0.0)], capsys)
        assert "4 of 4 latents are active" in line

    def test_latents_that_are_off_the_prior_without_telling_examples_apart_are_not_in_use(self, capsys):
        (line,) = drive(self.monitor(patience=1), self.vae(), [(0.0, -3.0)], capsys)
        kl = 0.5 * (np.exp(-3) + 2)
        assert f"0 of 4 latents are active, at {kl:.2g} to {kl:.2g} nats of KL" in line

    def test_remedies_that_are_used_already(self, capsys):
        (line,) = drive(self.monitor(patience=1), self.vae(beta=0.5, free_bits=0.25), [COLLAPSED], capsys)
        assert "What helps: a warm-up of beta" in line
        assert "more free bits than 0.25; a weaker decoder." in line

    def test_remedies_are_such_as_the_objective_allows(self, capsys):
        vae = self.vae(objective=objectives.GECO(5.0), beta=3.0)
        (line,) = drive(self.monitor(patience=1), vae, [COLLAPSED], capsys)
        assert "What helps: a lower reconstruction asked of GECO; free bits, VAE(..., free_bits=0.1); a weaker" in line
        assert "BetaSchedule" not in line
        vae = self.vae(objective=objectives.ImportanceWeighted())
        (line,) = drive(self.monitor(patience=1), vae, [COLLAPSED], capsys)
        assert "What helps: a warm-up of beta, callbacks.BetaSchedule(...), or a longer one; a weaker decoder." in line

    def test_without_a_closed_form_active_units_alone_count(self, capsys):
        lines = drive(
            self.monitor(patience=1), self.vae(prior=priors.MixtureOfNormals(4, 2)), [COLLAPSED, IN_USE], capsys
        )
        assert "0 of 4 latents are active. What helps" in lines[0]
        assert "has recovered: 4 of 4 latents are active.\n" in lines[1]


class TestChecks:
    def test_an_autoencoder_is_refused_before_it_is_trained(self, binary_images):
        model = tiny_autoencoder()
        model.compile("sgd")
        with pytest.raises(
            ValueError, match="CollapseMonitor needs a posterior and a prior, which Autoencoder does not"
        ):
            fit(model, binary_images, callbacks.CollapseMonitor(binary_images))
        assert int(model.optimizer.iterations) == 0

    @pytest.mark.parametrize(
        ("x", "message"),
        [
            (np.zeros((3, 4, 8, 1)), r"shape \(batch, 8, 8, 1\)"),
            (np.full((3, 8, 8, 1), np.nan), "finite numbers"),
            (tf.data.Dataset.from_tensor_slices(np.zeros((0, 8, 8, 1))).batch(2), "`x` is empty"),
            (tf.data.Dataset.from_tensor_slices(np.zeros((5, 8, 8, 1))), r"shape \(batch, 8, 8, 1\)"),
        ],
    )
    def test_examples_are_checked_before_the_training(self, binary_images, x, message):
        vae = tiny_vae()
        vae.compile("sgd")
        with pytest.raises(ValueError, match=message):
            fit(vae, binary_images, callbacks.CollapseMonitor(x))
        assert int(vae.optimizer.iterations) == 0

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"x": np.zeros((0, 8, 8, 1))}, "`x` is empty"),
            ({"x": None}, "`x` must be an array of numbers"),
            ({"every": 0}, "`every` must be a whole number"),
            ({"patience": 0}, "`patience` must be a whole number"),
            ({"threshold": -1}, "`threshold` must be a finite number"),
        ],
    )
    def test_bad_arguments(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            callbacks.CollapseMonitor(**{"x": binary(3), **arguments})
