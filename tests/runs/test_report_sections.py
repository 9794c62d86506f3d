import dataclasses

import numpy as np
import pytest

from keras_vae.runs.report_findings import Findings
from keras_vae.runs.report_sections import (
    headline,
    kl_divergences,
    latents,
    learning,
    rate_and_distortion,
    reconstructions,
    samples,
    sections,
    settings_line,
)
from keras_vae.visualization import (
    latent_histogram,
    latent_kl,
    latent_scatter,
    learning_curves,
    pixels,
    rate_distortion,
    reconstruction_grid,
    sample_grid,
)
from keras_vae.visualization._principal_components import principal_components

RNG = np.random.default_rng(0)
METRICS = {
    "settings": {"dataset": "digits", "latent_dim": 4, "beta": 1.0},
    "test": {"num_examples": 30, "negative_elbo": 25.0, "reconstruction": 21.5, "kl": 3.5},
    "fit_seconds": 38.9,
    "history": {
        "loss": [42.0, 31.0, 27.0],
        "negative_elbo": [42.0, 31.0, 27.0],
        "kl": [1.0, 2.0, 3.0],
        "reconstruction": [41.0, 29.0, 24.0],
        "val_loss": [35.0, 30.0, 25.5],
        "val_negative_elbo": [35.0, 30.0, 25.5],
        "val_kl": [1.5, 2.5, 3.5],
        "val_reconstruction": [33.5, 27.5, 22.0],
    },
}
FINDINGS = Findings(
    dataset="digits",
    test=METRICS["test"],
    samples=RNG.random((104, 8, 8, 1)),
    originals=RNG.random((52, 8, 8, 1)),
    reconstructions=RNG.random((52, 8, 8, 1)),
    codes=RNG.normal(size=(30, 4)) * [1, 4, 2, 0.1],
    labels=np.arange(30) % 3,
    kl=np.array([0.5, 2.0, 1.0, 0.001]),
    variances=np.array([0.5, 0.9, 0.009, 0.011]),
    mean_squared_error=0.0412,
    value_range=(0.0, 1.0),
)
HEADINGS = [
    "Learning curves",
    "Samples",
    "Reconstructions",
    "Latent codes",
    "KL divergence of each latent",
    "Rate and distortion",
]


def found(**changes) -> Findings:
    return dataclasses.replace(FINDINGS, **changes)


def without_validation() -> dict:
    history = {name: values for name, values in METRICS["history"].items() if not name.startswith("val_")}
    return {**METRICS, "history": history}


def test_without_a_divergence_of_each_latent_its_section_is_left_out():
    shown = [section for columns in sections(METRICS, found(kl=None)) for stack in columns for section in stack]
    assert [section.panel.heading for section in shown] == [name for name in HEADINGS if "each latent" not in name]


def test_pictures_are_the_figures_of_what_was_found():
    shown = [section for columns in sections(METRICS, FINDINGS) for stack in columns for section in stack]
    assert [section.panel.heading for section in shown] == HEADINGS
    expected = [
        learning_curves(METRICS["history"], width=2 * 760 + 40),
        sample_grid(FINDINGS.samples, 13, (0, 1)),
        reconstruction_grid(FINDINGS.originals, FINDINGS.reconstructions, 13, (0, 1)),
        latent_scatter(FINDINGS.codes, FINDINGS.labels),
        latent_kl(FINDINGS.kl, [True, True, False, True]),
        rate_distortion([1.5, 2.5, 3.5], [33.5, 27.5, 22.0], (3.5, 21.5)),
    ]
    for section, figure in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(section.panel.picture, pixels(figure))
        assert section.alt
        assert section.panel.caption


def test_epochs_are_those_of_the_history():
    section = learning(METRICS)
    (table,) = section.tables
    assert table.header == (
        "epoch",
        *("negative ELBO, training", "negative ELBO, validation"),
        *("reconstruction, training", "reconstruction, validation"),
        *("KL divergence, training", "KL divergence, validation"),
    )
    assert table.rows == [
        (1, 42.0, 35.0, 41.0, 33.5, 1.0, 1.5),
        (2, 31.0, 30.0, 29.0, 27.5, 2.0, 2.5),
        (3, 27.0, 25.5, 24.0, 22.0, 3.0, 3.5),
    ]
    assert "validation: 35.00 nats at the start, 25.50 nats at the end" in section.alt


def test_validation_of_every_other_epoch_stands_at_its_epochs():
    history = {"negative_elbo": [4.0, 3.0, 2.0, 1.0], "val_negative_elbo": [3.5, 1.5]}
    (table,) = learning({**METRICS, "history": history}).tables
    assert table.rows == [(1, 4.0, None), (2, 3.0, 3.5), (3, 2.0, None), (4, 1.0, 1.5)]


def test_latents_are_listed_by_their_divergence():
    section = kl_divergences(FINDINGS)
    (table,) = section.tables
    assert table.rows == [(2, 2.0, 0.9, "yes"), (3, 1.0, 0.009, "no"), (1, 0.5, 0.5, "yes"), (4, 0.001, 0.011, "yes")]
    assert section.panel.caption.startswith("3 of 4 latents are active: ")


def test_rate_and_distortion_sum_to_the_negative_elbo():
    (table,) = rate_and_distortion(METRICS, FINDINGS).tables
    assert table.header == ("data", "distortion", "rate", "negative ELBO")
    assert table.rows == [
        ("validation, epoch 1", 33.5, 1.5, 35.0),
        ("validation, epoch 3", 22.0, 3.5, 25.5),
        ("test, digits", 21.5, 3.5, 25.0),
    ]


def test_a_run_without_validation():
    metrics = without_validation()
    assert learning(metrics).tables[0].rows[2] == (3, 27.0, 24.0, 3.0)
    section = rate_and_distortion(metrics, FINDINGS)
    (table,) = section.tables
    assert table.rows == [("test, digits", 21.5, 3.5, 25.0)]
    figure = rate_distortion([], [], (3.5, 21.5))
    np.testing.assert_array_equal(section.panel.picture, pixels(figure))
    assert "No validation figures" in section.panel.caption


def test_a_single_latent_has_a_histogram():
    codes = FINDINGS.codes[:, :1]
    section = latents(found(codes=codes))
    np.testing.assert_array_equal(section.panel.picture, pixels(latent_histogram(codes, FINDINGS.labels)))
    assert section.alt == "A histogram of the mean codes of 30 test images, coloured by class."
    (table,) = section.tables
    assert table.header == ("class", "images", "centre")
    for label, row in enumerate(table.rows):
        assert row[:2] == (str(label), 10)
        assert row[2] == pytest.approx(codes[label::3].mean())


def test_centres_of_classes_are_in_the_picture():
    section = latents(FINDINGS)
    points = principal_components(FINDINGS.codes)[0]
    (table,) = section.tables
    assert table.header == ("class", "images", "centre, to the right", "centre, upwards")
    for label, row in enumerate(table.rows):
        assert row[:2] == (str(label), 10)
        assert row[2:] == pytest.approx(points[label::3].mean(axis=0))
    two = latents(found(codes=FINDINGS.codes[:, :2])).tables[0]
    assert two.rows[0][2:] == pytest.approx(FINDINGS.codes[::3, :2].mean(axis=0))


@pytest.mark.parametrize("labels", [None, np.linspace(0, 1, 30)])
def test_codes_without_classes(labels):
    section = latents(found(labels=labels))
    assert section.tables == ()
    assert "class" not in section.panel.caption
    np.testing.assert_array_equal(section.panel.picture, pixels(latent_scatter(FINDINGS.codes, labels)))


@pytest.mark.parametrize(
    ("side", "drawn", "originals"), [(28, (13, 104), (13, 52)), (64, (11, 77), (11, 33)), (300, (2, 2), (2, 2))]
)
def test_grids_hold_as_many_images_as_fit(side, drawn, originals):
    images = RNG.random((104, side, side, 1))
    findings = found(samples=images, originals=images[:52], reconstructions=images[52:])
    section, (columns, count) = samples(findings), drawn
    np.testing.assert_array_equal(section.panel.picture, pixels(sample_grid(images[:count], columns, (0, 1))))
    assert section.panel.caption.startswith(f"{count} means of p(x|z)")
    section, (columns, count) = reconstructions(findings), originals
    expected = reconstruction_grid(images[:count], images[52 : 52 + count], columns, (0, 1))
    np.testing.assert_array_equal(section.panel.picture, pixels(expected))
    assert f"The first {count} test images of digits" in section.alt


def test_fewer_images_than_fit():
    section = reconstructions(found(originals=FINDINGS.originals[:1], reconstructions=FINDINGS.reconstructions[:1]))
    assert section.panel.caption == "The first 1 test image of digits, each above its reconstruction."


def test_what_stands_first():
    assert headline(METRICS, FINDINGS) == [
        ("negative ELBO", 25.0, "nats"),
        ("reconstruction", 21.5, "nats"),
        ("KL divergence", 3.5, "nats"),
        ("mean squared error", 0.0412, ""),
        ("active latents", "3 of 4", ""),
        ("test images of digits", 30, ""),
        ("to train", "39", "s"),
    ]
    bits = headline(METRICS, found(test={**METRICS["test"], "bits_per_dim": 0.563}))
    assert bits[3] == ("bits for each dimension", 0.563, "")
    assert [*bits[:3], *bits[4:]] == headline(METRICS, FINDINGS)
    assert settings_line(METRICS) == "dataset digits · latent dim 4 · beta 1.0"


def test_samples_of_classes_are_a_row_for_each():
    rows = RNG.random((39, 8, 8, 1))
    findings = dataclasses.replace(FINDINGS, samples=rows, sample_classes=["ape", "cat", "dog"], num_classes=3)
    section = samples(findings)
    assert "a row for each class" in section.panel.caption
    # Twelve fit beside the names.
    shown = rows.reshape(3, 13, 8, 8, 1)[:, :12].reshape(36, 8, 8, 1)
    expected = sample_grid(shown, 12, (0.0, 1.0), row_labels=["ape", "cat", "dog"])
    np.testing.assert_array_equal(section.panel.picture, pixels(expected))
    assert section.panel.picture.shape[1] <= 760
    assert "the first 3 of 20 classes" in samples(dataclasses.replace(findings, num_classes=20)).panel.caption
