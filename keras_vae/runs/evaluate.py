"""Figures of a model on a test split."""

from keras_vae.runs.data import held_out_data

BATCH_SIZE = 250


def evaluate(model, dataset: str, data_dir: str | None = None, split: str = "test") -> dict:
    """Evaluates a model on a dataset by name, each example by one draw of its code.

    Args:
        model: An `Autoencoder` or a `VAE`.
        dataset: A name for `datasets.load`; taken as the likelihood takes it, and binarised once for Bernoulli.
        data_dir: Where TFDS finds its data.
        split: The split.

    Returns:
        Dict of `num_examples` and means over the examples, in nats: `reconstruction`, and for a VAE `kl` and
        `negative_elbo`.

    Raises:
        ValueError: If the dataset is unknown, or its images do not fit the model.
    """
    data = held_out_data(dataset, type(model.decoder.likelihood), BATCH_SIZE, data_dir, split)
    if not model.compiled:
        model.compile()
    figures = model.evaluate(data, verbose=0, return_dict=True)
    named = {name: float(figures[name]) for name in ("negative_elbo", "reconstruction", "kl") if name in figures}
    return {"num_examples": sum(len(batch) for batch in data), **named}
