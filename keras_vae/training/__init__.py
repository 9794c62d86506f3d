"""How steps are run, and what a training is told and tells: for any Keras model that has the steps."""
