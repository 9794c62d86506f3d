"""GECO: beta follows the constraint, and the reconstruction arrives where it was asked to."""

import keras
import numpy as np
import pytest

from keras_vae import callbacks
from keras_vae.objectives import GECO
from tests.models.small import binary, small_vae


def betas(objective, terms, beta=1.0):
    """Beta after each of several steps whose batch means are given."""
    found = []
    for reconstruction, kl in terms:
        beta = objective.next_beta(beta, {"reconstruction": np.float32(reconstruction), "kl": np.float32(kl)})
        found.append(float(beta))
    return found


def test_beta_falls_where_the_constraint_is_broken_and_rises_where_it_is_more_than_held():
    # By hand: the average of the constraint is 4, then 4 + (1/2) (-8 - 4) = -2, in proportion to the KL.
    expected = np.exp([-0.1 * 4 / 8, -0.1 * 4 / 8 + 0.1 * 2 / 16])
    np.testing.assert_allclose(betas(GECO(10.0, speed=0.1), [(14.0, 8.0), (2.0, 16.0)]), expected, rtol=1e-6)


def test_a_step_changes_log_beta_by_speed_at_most():
    np.testing.assert_allclose(betas(GECO(0.0, speed=0.2), [(1e6, 3.0)]), [np.exp(-0.2)], rtol=1e-6)
    # Where the KL is below a nat, the scale is a nat.
    np.testing.assert_allclose(betas(GECO(0.0, speed=0.2), [(0.5, 1e-9)]), [np.exp(-0.1)], rtol=1e-6)


def test_the_average_forgets_as_fast_as_the_source_says():
    objective = GECO(0.0)
    betas(objective, [(1.0, 1.0)] * 200 + [(0.0, 1.0)])
    np.testing.assert_allclose(float(objective.average), 0.99, rtol=1e-4)


def test_beta_stays_within_bounds():
    assert betas(GECO(0.0, speed=50.0), [(9.0, 1.0), (9.0, 1.0)]) == [pytest.approx(1e-4)] * 2
    assert betas(GECO(0.0, speed=50.0), [(-9.0, 1.0), (-9.0, 1.0)]) == [pytest.approx(1e4)] * 2


def test_training_arrives_at_the_reconstruction_and_beta_differs():
    target = 7.0
    vae, x = small_vae(objective=GECO(target, speed=0.003)), np.tile(binary(32), (50, 1, 1, 1))
    vae.compile(keras.optimizers.Adam(1e-2))
    history = vae.fit(x, epochs=30, batch_size=32, verbose=0).history
    # It swings about the target, from 7.9 to 5.8 and back: the multiplier integrates what is missing. The mean of two
    # swings is within 0.3 percent of the target by several seeds.
    assert np.mean(history["reconstruction"][-20:]) == pytest.approx(target, rel=0.02)
    assert float(vae.beta) != pytest.approx(1.0, rel=0.05)


def test_beta_and_the_average_are_saved(tmp_path):
    vae = small_vae(objective=GECO(3.0))
    vae.compile("sgd")
    vae.fit(binary(20), epochs=2, verbose=0)
    vae.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert float(loaded.beta) == float(vae.beta) != 1.0
    assert float(loaded.objective.average) == float(vae.objective.average) != 0.0
    assert loaded.objective.get_config() == vae.objective.get_config()


def test_its_variables_are_in_the_models_summary():
    lines = []
    small_vae(objective=GECO(3.0)).summary(print_fn=lambda text, **_: lines.append(text))
    (line,) = (line for text in lines for line in text.splitlines() if "(GECO)" in line)
    assert line.split()[-2] == "2"


def test_a_schedule_of_beta_is_refused_before_training():
    vae = small_vae(objective=GECO(3.0))
    vae.compile("adam")
    with pytest.raises(ValueError, match="GECO finds beta by itself"):
        vae.fit(binary(4), verbose=0, callbacks=[callbacks.BetaSchedule(2)])


@pytest.mark.parametrize(("name", "value"), [("reconstruction", np.nan), ("speed", 0.0), ("speed", "fast")])
def test_bad_arguments_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a finite number"):
        GECO(**{"reconstruction": 1.0, name: value})
