"""The sections of a report: a picture, what it shows in words, and its numbers."""

import dataclasses

import numpy as np

from keras_vae.datasets.own_files import name_of
from keras_vae.runs.report_findings import ACTIVE_VARIANCE, SAMPLE_SEED, Findings
from keras_vae.runs.report_tables import Table, shown
from keras_vae.visualization import (
    Panel,
    image_grid,
    latent_histogram,
    latent_kl,
    latent_scatter,
    learning_curves,
    pixels,
    rate_distortion,
    reconstruction_grid,
    sample_grid,
)
from keras_vae.visualization._latent_scatter import plane
from keras_vae.visualization._learning_curves import TERMS, counted_epochs, shown_terms, spread_epochs
from keras_vae.visualization._page import COLUMN_GAP
from keras_vae.visualization.frame import margins
from keras_vae.visualization.grid import GAP
from keras_vae.visualization.labels import as_classes

# Pixels: of a column, of the learning curves across both, and of a grid of pictures from top to bottom.
COLUMN_WIDTH, GRID_HEIGHT = 760, 470
DATA = {"": "training", "val_": "validation"}


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of a report.

    Attributes:
        panel: The picture, under its heading and caption.
        alt: What the picture shows, for who does not see it.
        tables: Its numbers.
    """

    panel: Panel
    alt: str
    tables: tuple[Table, ...] = ()


def sections(metrics: dict, findings: Findings) -> list[list[list[Section]]]:
    """The sections of a report, as `visualization.page` takes panels: rows of columns, one under the other in each."""
    of_latents = [] if findings.kl is None else [kl_divergences(findings)]
    return [
        [[learning(metrics)]],
        [[samples(findings)], [reconstructions(findings)]],
        [[latents(findings)], [*of_latents, rate_and_distortion(metrics, findings)]],
    ]


def settings_line(metrics: dict) -> str:
    """The settings of a run, for reading; of paths their last parts."""
    settings = {
        name: name_of(value) if name in ("dataset", "validation") and isinstance(value, str) else value
        for name, value in metrics["settings"].items()
    }
    return " · ".join(f"{name.replace('_', ' ')} {value}" for name, value in settings.items())


def headline(metrics: dict, findings: Findings) -> list[tuple[str, float | int | str, str]]:
    """The figures that stand first: name, value and unit."""
    test = findings.test
    # Where the data has no density but probabilities.
    bits = [("bits for each dimension", test["bits_per_dim"], "")] if "bits_per_dim" in test else []
    return [
        ("negative ELBO", test["negative_elbo"], "nats"),
        ("reconstruction", test["reconstruction"], "nats"),
        ("KL divergence", test["kl"], "nats"),
        *bits,
        ("mean squared error", findings.mean_squared_error, ""),
        ("active latents", f"{findings.active.sum()} of {len(findings.active)}", ""),
        (f"test images of {findings.dataset}", test["num_examples"], ""),
        ("to train", f"{metrics['fit_seconds']:,.0f}", "s"),
    ]


def learning(metrics: dict) -> Section:
    """Learning curves, and the figures of each epoch."""
    history = metrics["history"]
    terms, epochs = shown_terms(history), counted_epochs(history)
    keys = [f"{data}{term}" for term in terms for data in DATA if history.get(f"{data}{term}")]
    by_epoch = {key: dict(zip(spread_epochs(len(history[key]), epochs), history[key], strict=True)) for key in keys}
    names = [f"{TERMS[term]}, {DATA[data]}" for term in terms for data in DATA if f"{data}{term}" in keys]
    return Section(
        Panel(
            "Learning curves",
            f"Nats for each image over {_count(len(epochs), 'epoch')}. Training figures are means over an epoch, while "
            "the weights change.",
            pixels(learning_curves(history, width=2 * COLUMN_WIDTH + COLUMN_GAP)),
        ),
        f"Curves over {_count(len(epochs), 'epoch')}. "
        + " ".join(
            f"{name}: {shown(history[key][0])} nats at the start, {shown(history[key][-1])} nats at the end."
            for name, key in zip(names, keys, strict=True)
        ),
        (
            Table(
                "Each epoch, in nats for each image",
                ("epoch", *names),
                [(int(epoch), *(by_epoch[key].get(epoch) for key in keys)) for epoch in epochs],
            ),
        ),
    )


def samples(findings: Findings) -> Section:
    """Images that the model draws."""
    if findings.sample_classes is not None:
        return _samples_of_classes(findings)
    columns, rows = _fitting(findings.samples)
    images = findings.samples[: columns * rows]
    what = f"{_count(len(images), 'mean')} of p(x|z), for codes drawn from the prior by seed {SAMPLE_SEED}."
    grid = sample_grid(images, min(columns, len(images)), findings.value_range)
    return Section(Panel("Samples", what, pixels(grid)), f"A grid of images: {what}")


def _samples_of_classes(findings) -> Section:
    """A row for each class."""
    classes = findings.sample_classes
    rows = findings.samples.reshape(len(classes), -1, *findings.samples.shape[1:])
    beside, *_ = margins(None, classes, None)
    columns = min(_fitting(findings.samples, COLUMN_WIDTH - beside)[0], rows.shape[1])
    images = rows[:, :columns].reshape(-1, *findings.samples.shape[1:])
    count = findings.num_classes
    some = "each class" if len(classes) == count else f"the first {len(classes)} of {count} classes"
    what = f"Means of p(x|z, c), a row for {some}: each column is of one code, drawn by seed {SAMPLE_SEED}."
    grid = sample_grid(images, columns, findings.value_range, row_labels=classes)
    return Section(Panel("Samples", what, pixels(grid)), f"A grid of images: {what}")


def reconstructions(findings: Findings) -> Section:
    """Test images, and what the model makes of them."""
    columns, rows = _fitting(findings.originals)
    count = columns * max(1, rows // 2)
    originals, made = findings.originals[:count], findings.reconstructions[:count]
    what = f"The first {_count(len(originals), 'test image')} of {findings.dataset}, each above its reconstruction."
    grid = reconstruction_grid(originals, made, columns, findings.value_range)
    return Section(Panel("Reconstructions", what, pixels(grid)), f"A grid of images. {what}")


def latents(findings: Findings) -> Section:
    """Where test images lie among the codes, by their classes where there are any."""
    codes, labels = findings.codes, findings.labels
    one = codes.shape[1] == 1
    points = codes if one else plane(codes)[0]
    found = None if labels is None else as_classes(labels)
    what = f"mean codes of {_count(len(codes), 'test image')}"
    what += "" if codes.shape[1] <= 2 else " on their first two principal components"
    what += "." if found is None else ", coloured by class."
    draw = latent_histogram if one else latent_scatter
    return Section(
        Panel("Latent codes", what.capitalize(), pixels(draw(codes, labels))),
        f"{'A histogram' if one else 'A scatter plot'} of the {what}",
        () if found is None else (_centres(points, *found),),
    )


def kl_divergences(findings: Findings) -> Section:
    """What each latent costs, and whether it is active."""
    kl, active = findings.kl, findings.active
    count = f"{active.sum()} of {_count(len(kl), 'latent')} {'is' if len(kl) == 1 else 'are'} active"
    order = np.argsort(-kl, kind="stable")
    return Section(
        Panel(
            "KL divergence of each latent",
            f"{count}: the variance of the mean code over the test images is above {ACTIVE_VARIANCE}.",
            pixels(latent_kl(kl, active)),
        ),
        f"Bars from {shown(float(kl.max()))} down to {shown(float(kl.min()))} nats; {count}.",
        (
            Table(
                "Latents, the largest KL divergence first",
                ("latent", "KL divergence, nats", "variance of the mean code", "active"),
                [(int(i) + 1, float(kl[i]), float(findings.variances[i]), "yes" if active[i] else "no") for i in order],
            ),
        ),
    )


def rate_and_distortion(metrics: dict, findings: Findings) -> Section:
    """What the codes cost against what they leave out."""
    history, test = metrics["history"], findings.test
    rates, distortions = history.get("val_kl") or [], history.get("val_reconstruction") or []
    if len(rates) != len(distortions):
        rates = distortions = []
    figure = rate_distortion(rates, distortions, (test["kl"], test["reconstruction"]))
    way = "The validation data over the course of training" if rates else "No validation figures, only the test"
    rows = [(f"validation, epoch {epoch}", distortions[epoch - 1], rates[epoch - 1]) for epoch in _ends(len(rates))]
    rows.append((f"test, {findings.dataset}", test["reconstruction"], test["kl"]))
    return Section(
        Panel("Rate and distortion", f"{way}. Along a dashed line the negative ELBO is the same.", pixels(figure)),
        f"Rate against distortion. Test: distortion {shown(test['reconstruction'])}, rate {shown(test['kl'])} nats.",
        (
            Table(
                "Distortion and rate, in nats for each image",
                ("data", "distortion", "rate", "negative ELBO"),
                [(*row, row[1] + row[2]) for row in rows],
            ),
        ),
    )


def _ends(epochs):
    return sorted({1, epochs}) if epochs else []


def _centres(points, classes, indices):
    axes = ("centre",) if points.shape[1] == 1 else ("centre, to the right", "centre, upwards")
    rows = []
    for index, name in enumerate(classes):
        own = points[indices == index]
        rows.append((str(name), len(own), *(float(value) for value in own.mean(axis=0))))
    return Table("Classes in the picture", ("class", "images", *axes), rows)


def _fitting(images, column_width: int = COLUMN_WIDTH) -> tuple[int, int]:
    """How many images fit side by side in a column, and one under the other in a grid."""
    height, width = np.subtract(image_grid(images[:1]).shape[:2], GAP)
    return max(1, (column_width - GAP) // int(width)), max(1, (GRID_HEIGHT - GAP) // int(height))


def _count(number, name):
    return f"{number:,} {name}{'' if number == 1 else 's'}"
