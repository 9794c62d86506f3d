"""Names that the command line offers are those that models know."""

from keras_vae import choices
from keras_vae.models import for_shape


def test_each_likelihood_is_known_by_its_name():
    assert tuple(for_shape.LIKELIHOODS) == choices.LIKELIHOOD_NAMES
    for name, (kind, _) in for_shape.LIKELIHOODS.items():
        assert kind.__name__.lower() == name.replace("_", "")
