"""What a report says of a model beside what its run has written."""

import dataclasses
import os

import numpy as np

from keras_vae.callbacks.latent_scatter import labelled_examples
from keras_vae.datasets.own_files import is_path, name_of
from keras_vae.evaluation import code_variances, kl_per_latent, mean_squared_error
from keras_vae.inputs import batches
from keras_vae.inputs.examples import x_of
from keras_vae.models import VAE
from keras_vae.runs._evaluate import BATCH_SIZE, evaluate
from keras_vae.runs.data import model_data
from keras_vae.runs.own_data import open_splits
from keras_vae.visualization.pictures import range_of
from keras_vae.visualization.side_by_side import samples_of, shown_values
from keras_vae.visualization.value_range import value_range_of

# What `evaluation.active_units` takes for the least variance, by default.
ACTIVE_VARIANCE = 0.01
MOST_CODES, MOST_SAMPLES, MOST_ORIGINALS = 2000, 104, 52
# Of a model with a condition: classes, and samples of each.
MOST_ROWS, SAMPLES_OF_ROW = 16, 13
SAMPLE_SEED = 0


@dataclasses.dataclass(frozen=True)
class Findings:
    """A model on test images.

    Attributes:
        dataset: The name of the dataset whose test split it is.
        test: What `runs.evaluate` returns.
        samples: Means of p(x|z) for codes from the prior, `(n, *event_shape)`; of a model with a condition row by row,
            one row for each of the `sample_classes`.
        originals: The first test images, `(n, *event_shape)`.
        reconstructions: What the model makes of them, `(n, *event_shape)`.
        codes: Mean codes of the first 2,000 test images, `(n, latent_dim)`.
        labels: `(n,)`, numbers or texts, or `None` where the dataset has none.
        kl: KL divergence of each latent, averaged over all test images, in nats: `(latent_dim,)`; `None` where it is no
            sum over latents.
        variances: Variance of the mean codes of all test images: `(latent_dim,)`.
        mean_squared_error: Of the reconstructions of all test images, averaged over elements, in the data's units
            squared.
        value_range: The values that are black and white.
        sample_classes: Names of the classes of the samples, or `None`.
        num_classes: How many classes the model has, or `None`.
    """

    dataset: str
    test: dict
    samples: np.ndarray
    originals: np.ndarray
    reconstructions: np.ndarray
    codes: np.ndarray
    labels: np.ndarray | None
    kl: np.ndarray | None
    variances: np.ndarray
    mean_squared_error: float
    value_range: tuple[float, float]
    sample_classes: list[str] | None = None
    num_classes: int | None = None

    @property
    def active(self) -> np.ndarray:
        """Whether the mean code of each latent varies by more than 0.01: `(latent_dim,)`.

        Source: Burda, Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders", section 5.2.
        """
        return self.variances > ACTIVE_VARIANCE


def examine(vae: VAE, metrics: dict, dataset: str, data_dir: str | None = None) -> Findings:
    """Computes what is not in a run's metrics, on the test split of a dataset.

    Args:
        vae: The run's model.
        metrics: What the run wrote to `metrics.json`; its test figures count where the dataset is the run's own.
        dataset: A name for `datasets.load`, or a path; of the run's own, what it was validated on.
        data_dir: Where TFDS finds its data.

    Raises:
        ValueError: If the dataset is unknown, or its images do not fit the model.
    """
    settings = metrics["settings"]
    own, conditional = settings["dataset"] in (dataset, os.path.abspath(dataset)), settings.get("conditional", False)
    labelled = _test_data(vae, dataset, data_dir, settings.get("validation") if own else None, conditional)
    x, labels = labelled_examples(labelled, None, MOST_CODES)
    codes, originals = vae.encode(x), batches.rows(x, 0, MOST_ORIGINALS)
    images = labelled.map(lambda image, *label: image)
    return Findings(
        dataset=name_of(dataset),
        test=metrics["test"] if own else evaluate(vae, dataset, data_dir, conditional=conditional),
        originals=x_of(originals),
        reconstructions=vae.reconstruct(originals),
        codes=codes,
        labels=labels if vae.condition is None else _named(labels, vae.condition),
        kl=kl_per_latent(vae, images) if vae.has_kl_by_latent else None,
        variances=np.asarray(code_variances(vae, images)),
        mean_squared_error=float(mean_squared_error(vae, images)),
        value_range=value_range_of(vae) or (range_of(x_of(originals)) if is_path(dataset) else (0.0, 1.0)),
        **_samples(vae),
    )


def _samples(vae) -> dict:
    if vae.condition is None:
        return {"samples": vae.sample(MOST_SAMPLES, SAMPLE_SEED, mean=True)}
    count = vae.condition.num_classes
    shown = shown_values(vae, range(min(count, MOST_ROWS)), "condition", "A report")
    samples = samples_of(vae, shown, SAMPLES_OF_ROW, SAMPLE_SEED)
    return {"samples": samples, "sample_classes": shown.names, "num_classes": count}


def _named(labels, condition) -> np.ndarray:
    """The names of classes, where they are more than their numbers."""
    return labels if condition.names is None else np.array(condition.names)[labels]


def _test_data(vae, dataset, data_dir, validation, conditional):
    own = None if validation is None else open_splits(dataset, validation, conditional)

    def load(with_labels):
        options = {"own": own, "conditional": conditional}
        return model_data(dataset, vae, BATCH_SIZE, data_dir, with_labels=with_labels, **options)

    if conditional:
        return load(with_labels=False)
    try:
        return load(with_labels=True)
    except ValueError:
        # A dataset without labels; any other mistake is raised again.
        return load(with_labels=False)
