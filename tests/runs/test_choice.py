import pytest

from keras_vae.runs.choice import likelihood_of, with_likelihood


@pytest.mark.parametrize(
    ("dataset", "likelihood", "reason"),
    [
        ("digits", "beta_binomial", "the values are whole numbers from 0 to 16"),
        ("mnist", "beta_binomial", "the values are whole numbers from 0 to 255"),
        ("binarized_mnist", "bernoulli", "the values are 0 and 1"),
    ],
)
def test_data_are_modelled_as_they_are_stored(dataset, likelihood, reason):
    assert likelihood_of(dataset) == (likelihood, reason)


def test_a_line_says_what_is_chosen_and_nothing_where_it_is_given():
    settings, line = with_likelihood({"dataset": "digits", "likelihood": "auto", "beta": 0.5})
    assert settings == {"dataset": "digits", "likelihood": "beta_binomial", "beta": 0.5}
    assert line == "The likelihood is beta_binomial, since the values are whole numbers from 0 to 16."
    assert with_likelihood({"likelihood": "normal"}) == ({"likelihood": "normal"}, None)
