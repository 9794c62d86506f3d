"""What keeps many small trainings quick."""

import warnings

import pytest
import tensorflow as tf


@pytest.fixture
def eagerly():
    """Without graphs, whose tracing would take most of the time of trainings of a few steps."""
    tf.config.run_functions_eagerly(True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Even though the `tf.config.experimental_run_functions_eagerly`")
        yield
    tf.config.run_functions_eagerly(False)
