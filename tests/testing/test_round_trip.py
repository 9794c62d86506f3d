"""A part whose numbers change on the way through a file, or through a graph, is found."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae import priors
from keras_vae.testing.round_trip import check_model

from ..models.small import EVENT_SHAPE, binary, small_vae


@keras.saving.register_keras_serializable("tests_of_round_trips")
class Unsaved(priors.StandardNormal):
    """A prior with a number that is in no config and no weight."""

    shift = 0.0

    def log_prob(self, z):
        return super().log_prob(z) + self.shift


@keras.saving.register_keras_serializable("tests_of_round_trips")
class OtherInGraphs(priors.StandardNormal):
    """A prior that computes otherwise in a graph."""

    def log_prob(self, z):
        return super().log_prob(z) + (0.0 if tf.executing_eagerly() else 0.5)


def broken(prior) -> str:
    vae = small_vae(prior=prior)
    with pytest.raises(AssertionError) as error:
        check_model(prior, vae, binary(8, EVENT_SHAPE))
    return str(error.value)


def test_what_a_file_does_not_hold():
    prior = Unsaved(2)
    prior.shift = 0.5
    assert "breaks the law: a model from its file gives the same numbers. Off by 0.5" in broken(prior)


def test_what_a_graph_does_otherwise():
    assert "breaks the law: an exported model gives the same numbers. Off by 0.5" in broken(OtherInGraphs(2))


def test_losses_that_are_not_finite():
    prior = Unsaved(2)
    prior.shift = np.nan
    assert "breaks the law: a training step has a finite loss" in broken(prior)
