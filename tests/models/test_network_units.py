"""How an encoder rescales data: by its model's likelihood, and by what that one fits."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder, likelihoods, networks, posteriors
from keras_vae.models.network_units import NetworkUnits

TABLE = np.array([[1.0, 100.0], [3.0, 300.0], [5.0, 500.0], [3.0, 300.0]], np.float32)
# By hand: deviations sqrt(2) and 100 sqrt(2) about means of 3 and 300.
STANDARDISED = (TABLE - [3, 300]) / (np.sqrt(2) * np.array([1, 100]))


def encoder():
    return Encoder(networks.dense([3]), posteriors.DiagonalNormal(2))


def vae_of(encoder, likelihood):
    return VAE(encoder, Decoder(networks.dense([3]), likelihood))


def test_it_is_the_likelihoods_rescaling_and_nothing_without_one():
    x = np.array([[0, 8, 16]], np.uint8)
    units = NetworkUnits()
    np.testing.assert_array_equal(units(x), x)
    units.follow(likelihoods.BetaBinomial((3,), 17))
    np.testing.assert_allclose(units(x), [[-1, 0, 1]])


@pytest.mark.parametrize("masked", [False, True])
def test_what_is_fitted_later_is_shared_with_the_likelihood(masked):
    """Of a likelihood that was built before, too, whose projection and scale are the decoder's alone."""
    table = likelihoods.Tabular((2,), scale="shared")
    table.build((None, 3))
    likelihood, units = likelihoods.Masked(table) if masked else table, NetworkUnits()
    units.follow(likelihood)
    likelihood.adapt(TABLE)
    np.testing.assert_allclose(units(TABLE), STANDARDISED, rtol=1e-6)
    assert [id(weight) for weight in units.weights] == [id(table.column_mean), id(table.column_deviation)]
    again = NetworkUnits.from_config(units.get_config())
    assert not again.trainable_weights
    again.set_weights(units.get_weights())
    np.testing.assert_allclose(again(TABLE), STANDARDISED, rtol=1e-6)


def test_digits_are_not_lost_before_it_in_half_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = vae_of(encoder(), likelihoods.Tabular((2,)))
    model.build((None, 2))
    x = np.array([[1000.0, 0.0], [1001.0, 1.0]], np.float32)
    model.decoder.likelihood.adapt(x)
    # 1000 and 1001 are one number in bfloat16.
    np.testing.assert_allclose(model.encoder.units(x)[:, 0], [-1, 1], rtol=1e-4)
    mean = np.asarray(model.encoder(x)["mean"])
    assert not np.array_equal(mean[0], mean[1])


def test_an_encoder_of_two_models_has_one_rescaling():
    shared = encoder()
    vae_of(shared, likelihoods.BetaBinomial((3,), 17))
    # Another likelihood of the same units, and the same one with holes.
    vae_of(shared, likelihoods.DiscretizedLogistic((3,), 17))
    vae_of(shared, likelihoods.Masked(likelihoods.BetaBinomial((3,), 17)))
    vae_of(shared, likelihoods.BetaBinomial((3,), 17))
    np.testing.assert_allclose(shared.units(np.array([[0.0, np.nan, 16.0]], np.float32)), [[-1, 0, 1]])
    for other in (likelihoods.BetaBinomial((3,), 256), likelihoods.Normal((3,)), likelihoods.Tabular((3,))):
        with pytest.raises(ValueError, match=r"data of another .*levels=17.*an encoder of its own"):
            vae_of(shared, other)
    # As the message says.
    vae_of(Encoder(shared.network, shared.posterior), likelihoods.Normal((3,)))


def test_two_tables_are_two_units():
    """Each model fits its own."""
    shared, table = encoder(), likelihoods.Tabular((2,))
    vae_of(shared, table)
    vae_of(shared, table)
    with pytest.raises(ValueError, match="an encoder of its own"):
        vae_of(shared, likelihoods.Tabular((2,)))


def test_a_loaded_encoder_follows_its_new_model():
    first = encoder()
    vae_of(first, likelihoods.Tabular((2,)))
    again = Encoder.from_config(first.get_config())
    table = likelihoods.Tabular((2,))
    vae_of(again, table)
    table.adapt(TABLE)
    np.testing.assert_allclose(again.units(TABLE), STANDARDISED, rtol=1e-6)
    assert len(again.units.weights) == 2


def test_files_without_its_variables_leave_them_to_the_likelihood():
    units, table = NetworkUnits(), likelihoods.Tabular((2,))
    units.follow(table)
    table.adapt(TABLE)
    units.load_own_variables({})
    np.testing.assert_allclose(units(TABLE), STANDARDISED, rtol=1e-6)
