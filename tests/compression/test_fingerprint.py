import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder, likelihoods, load_model, networks, posteriors, priors
from keras_vae.compression._fingerprint import checksum_of_tables, fingerprint

from ..models.small import Scaled
from ..tiny_models import EVENT_SHAPE, tiny_vae


def model(activation="gelu", prior=None, likelihood=None) -> VAE:
    vae = VAE(
        Encoder(networks.dense([5], activation), posteriors.DiagonalNormal(2)),
        Decoder(networks.dense([5]), likelihood or likelihoods.BetaBinomial(EVENT_SHAPE, 4)),
        prior=prior,
    )
    vae.build((None, *EVENT_SHAPE))
    return vae


def test_a_model_keeps_it_through_its_file(tmp_path):
    vae = tiny_vae()
    vae.compile(optimizer="adam")
    vae.save(tmp_path / "model.keras")
    assert fingerprint(load_model(tmp_path / "model.keras")) == fingerprint(vae)
    assert len(fingerprint(vae)) == 16


def test_it_is_that_of_the_weights_whatever_the_names():
    one, other = model(), model()
    assert fingerprint(one) != fingerprint(other)
    other.set_weights(one.get_weights())
    assert fingerprint(one) == fingerprint(other)


def test_one_bit_of_one_weight_changes_it():
    vae = model()
    before = fingerprint(vae)
    weight = vae.decoder.weights[-1]
    changed = weight.numpy()
    changed.view(np.int32)[0] ^= 1
    weight.assign(changed)
    assert fingerprint(vae) != before


def test_parts_without_weights_count():
    vaes = [
        model(),
        model(activation="relu"),
        model(prior=priors.Laplace(2)),
        model(likelihood=likelihoods.BetaBinomial(EVENT_SHAPE, 5)),
        model(likelihood=likelihoods.DiscretizedLogistic(EVENT_SHAPE, 4)),
    ]
    for vae in vaes:
        vae.set_weights(vaes[0].get_weights())
    assert len({fingerprint(vae) for vae in vaes}) == len(vaes)


def test_settings_and_weights_of_a_prior_count():
    vaes = [model(prior=priors.MixtureOfNormals(2, count)) for count in (1, 1, 3)]
    for vae in vaes[1:]:
        vae.encoder.set_weights(vaes[0].encoder.get_weights())
        vae.decoder.set_weights(vaes[0].decoder.get_weights())
    vaes[1].prior.set_weights(vaes[0].prior.get_weights())
    one, same, other = map(fingerprint, vaes)
    assert one == same != other
    vaes[1].prior.log_scales.assign_add(np.full((1, 2), 1e-6))
    assert fingerprint(vaes[1]) != one


@pytest.mark.parametrize(
    ("parts", "recorded"),
    [
        ({}, "c44e363429a0d590b6fc00401536ab6a"),
        ({"prior": priors.Laplace(2)}, "9a9abbc54b4ea9bdd22639f8b728adb1"),
        (
            {"likelihood": likelihoods.Masked(likelihoods.Categorical(EVENT_SHAPE, 3))},
            "dc7f5e0d5715e50d25775111c5f4f676",
        ),
    ],
)
def test_files_of_older_versions_keep_their_model(parts, recorded):
    vae = model(**parts)
    vae.set_weights([np.full_like(weight, 0.25) for weight in vae.get_weights()])
    assert fingerprint(vae).hex() == recorded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (keras.layers.LeakyReLU(0.1), keras.layers.LeakyReLU(0.2)),
        (keras.layers.LayerNormalization(epsilon=1e-3), keras.layers.LayerNormalization(epsilon=0.5)),
        (keras.layers.Rescaling(0.5), keras.layers.Rescaling(1.0)),
        (Scaled(np.float32(0.3)), Scaled(np.float32(0.4))),
    ],
)
def test_settings_of_layers_count_and_live_through_a_file(one, other, tmp_path):
    def with_layer(layer):
        network = keras.Sequential([keras.layers.Flatten(), layer, keras.layers.Dense(5), keras.layers.Dropout(0.1)])
        vae = VAE(
            Encoder(network, posteriors.DiagonalNormal(2)),
            Decoder(networks.dense([5]), likelihoods.Bernoulli(EVENT_SHAPE)),
        )
        vae.build((None, *EVENT_SHAPE))
        return vae

    vaes = [with_layer(one), with_layer(other)]
    vaes[1].set_weights(vaes[0].get_weights())
    assert fingerprint(vaes[0]) != fingerprint(vaes[1])
    vaes[0].save(tmp_path / "model.keras")
    assert fingerprint(load_model(tmp_path / "model.keras")) == fingerprint(vaes[0])


def test_the_tables_checksum_is_that_of_every_entry_and_of_no_byte_order():
    tables = [np.arange(5), np.linspace(0, 1, 7)]
    checksum = checksum_of_tables(tables)
    assert checksum_of_tables([tables[0].astype(">i8"), tables[1]]) == checksum
    changed = tables[1].copy()
    changed[3] = np.nextafter(changed[3], 1)
    assert checksum_of_tables([tables[0], changed]) != checksum
