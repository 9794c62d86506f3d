"""What is chosen by name. The command line reads it without importing TensorFlow."""

# Of `for_shape`.
NETWORKS = ("dense", "conv")
LIKELIHOOD_NAMES = ("bernoulli", "continuous_bernoulli", "normal", "beta_binomial", "discretized_logistic", "tabular")
# Of the learning rate of a run.
SCHEDULES = ("cosine", "constant")
# For the likelihood that the data ask for.
AUTO = "auto"
