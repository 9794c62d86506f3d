"""Figures of a model on a test split."""

import numpy as np

from keras_vae import evaluation
from keras_vae.evaluation._log_likelihood import check_has_likelihood
from keras_vae.inputs.examples import x_of
from keras_vae.ops.checks import checked_size
from keras_vae.runs.conditional import checked_conditional
from keras_vae.runs.data import model_data
from keras_vae.runs.own_data import OwnSplits, open_splits

BATCH_SIZE, SEED = 250, 0
# Codes that are drawn from the aggregate posterior, each to be compared with the posteriors of all examples.
NUM_CODES = 1000


def evaluate(
    model,
    dataset: str,
    data_dir: str | None = None,
    split: str | None = None,
    num_samples: int = 0,
    validation: float | str | OwnSplits | None = None,
    conditional: bool | str = False,
) -> dict:
    """Evaluates a model on a dataset by name, each example by one draw of its code.

    A model with labels for its condition is given those of the data, and all figures are of x under its own: of p(x|c).

    Args:
        model: An `Autoencoder` or a `VAE`.
        dataset: A name for `datasets.load`, or a path; taken as the likelihood takes it, and binarised once for
            Bernoulli.
        data_dir: Where TFDS finds its data.
        split: The split; `None` is `"test"`, and all that is at a path.
        num_samples: Draws for each example of an importance-sampled estimate of log p(x); 0 leaves it out.
        validation: Of a path, what `train` was given to validate on, a share or another path, or both as they were
            read: that alone is tested on.
        conditional: Of a table and a model with a condition, the name of the column that holds the labels.

    Returns:
        Dict of `num_examples`, `mean_squared_error` (of reconstructions at the mean code, in the data's units squared),
        and means over the examples, in nats: `reconstruction`, and for a VAE `kl` and `negative_elbo`; with it
        `active_units`, `kl_per_latent_min` and `kl_per_latent_max` where `kl` is a sum over latents, the parts of `kl`
        unless the prior is p(z|c), `mutual_information` and `marginal_kl` (`evaluation.aggregate_posterior`), and for
        data of whole numbers `bits_per_dim`, of the negative ELBO. With `num_samples` also `negative_log_likelihood`,
        its `standard_error` over the examples, `num_samples`, and `median_effective_sample_size`. Of a model with a
        condition also its `condition`, in words.

    Raises:
        ValueError: If the dataset is unknown, its images do not fit the model, it has no labels for the model's
            condition, or a likelihood is asked of a model that has none.
    """
    num_samples = checked_size(num_samples, "num_samples", minimum=0)
    if num_samples:
        check_has_likelihood(model)
    read = validation is None or isinstance(validation, OwnSplits)
    own = validation if read else open_splits(dataset, validation, checked_conditional(model, conditional))
    data = model_data(dataset, model, BATCH_SIZE, data_dir, split, own=own, conditional=conditional)
    if not model.compiled:
        model.compile()
    logs = model.evaluate(data, verbose=0, return_dict=True)
    figures = {"num_examples": sum(len(x_of(batch)) for batch in data)}
    if model.condition is not None:
        figures["condition"] = model.condition.described()
    figures |= {name: float(logs[name]) for name in ("negative_elbo", "reconstruction", "kl") if name in logs}
    figures["mean_squared_error"] = evaluation.mean_squared_error(model, data)
    if model.has_prior:
        figures |= _of_code(model, data, figures)
    if num_samples:
        figures |= _of_likelihood(model, data, num_samples)
    return figures


def _of_code(vae, data, figures) -> dict:
    found = {"active_units": evaluation.active_units(vae, data)}
    if vae.has_kl_by_latent:
        kl = evaluation.kl_per_latent(vae, data)
        found |= {"kl_per_latent_min": float(kl.min()), "kl_per_latent_max": float(kl.max())}
    if not vae.has_conditional_prior:
        aggregate = evaluation.aggregate_posterior(vae, data, NUM_CODES, SEED)
        found |= {"mutual_information": aggregate.mutual_information, "marginal_kl": aggregate.marginal_kl}
    if vae.decoder.likelihood.data_form in ("binary", "integers"):
        found["bits_per_dim"] = evaluation.bits_per_dim(-figures["negative_elbo"], vae.event_shape)
    return found


def _of_likelihood(vae, data, num_samples) -> dict:
    estimate = evaluation.log_likelihood(vae, data, num_samples, seed=SEED)
    return {
        "negative_log_likelihood": -estimate.mean,
        "standard_error": estimate.standard_error,
        "num_samples": num_samples,
        "median_effective_sample_size": float(np.median(estimate.effective_sample_size)),
    }
