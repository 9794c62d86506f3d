import os

import numpy as np
import pytest

from keras_vae.datasets.own_files import open_own
from keras_vae.likelihoods import (
    Bernoulli,
    BetaBinomial,
    ContinuousBernoulli,
    DiscretizedLogistic,
    Normal,
    Tabular,
)
from keras_vae.runs.own_data import check_domain, open_splits

RNG = np.random.default_rng(0)
SHAPE = (3, 4, 1)
GREYS = RNG.integers(0, 256, (20, *SHAPE)).astype(np.uint8)


def saved(path, x) -> str:
    np.save(path, x)
    return str(path)


def test_a_dataset_by_name_has_a_test_split_of_its_own():
    assert open_splits("digits") is None
    with pytest.raises(ValueError, match=r"'digits' has a test split\. Received: validation=0\.1"):
        open_splits("digits", 0.1)


@pytest.mark.parametrize(("validation", "held_out"), [(None, 2), (0.25, 5)])
def test_a_share_is_held_back(tmp_path, monkeypatch, validation, held_out):
    saved(tmp_path / "x.npy", GREYS)
    monkeypatch.chdir(tmp_path)
    own = open_splits("x.npy", validation)
    assert own.settings == {"dataset": str(tmp_path / "x.npy"), "validation": validation or 0.1}
    assert str(own) == (
        "Read 20 images of 3x4, grey in 'x.npy': whole numbers 0 to 255 (8 bit). "
        f"{20 - held_out} to train on, {held_out} held back to validate and test on."
    )
    assert own.record == {
        "num_training": 20 - held_out,
        "num_validation": held_out,
        "event_shape": [3, 4, 1],
        "dtype": "uint8",
        "kind": "8 bit",
        "levels": 256,
        "smallest": float(GREYS.min()),
        "largest": float(GREYS.max()),
        "num_missing": 0,
    }


def test_another_path_is_validated_on(tmp_path):
    x, y = saved(tmp_path / "x.npy", GREYS % 5), saved(tmp_path / "y.npy", GREYS[:3] % 9)
    own = open_splits(x, y)
    assert own.settings == {"dataset": x, "validation": os.path.abspath(y)}
    assert str(own).endswith(f"20 to train on, 3 in {y!r} to validate and test on.")
    # What it is tested on is of the data as well.
    assert (own.facts.largest, own.record["levels"]) == (8.0, 9)


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        (0, "must be a share above 0"),
        (1.0, "`validation` must be below 1"),
        (-0.5, "`validation` must be"),
        ("mnist", "must be a share, such as 0.1, or a path. There is nothing at 'mnist'"),
        ("missing.npy", "There is nothing at 'missing.npy'"),
    ],
)
def test_validations_that_are_none(tmp_path, validation, message):
    with pytest.raises(ValueError, match=message):
        open_splits(saved(tmp_path / "x.npy", GREYS), validation)


def test_one_example_cannot_be_divided(tmp_path):
    with pytest.raises(ValueError, match=r"holds 1 example, of which a share of 0\.1 cannot be held back"):
        open_splits(saved(tmp_path / "x.npy", GREYS[:1]))


@pytest.mark.parametrize(
    ("x", "kind", "message"),
    [
        (np.where(GREYS > 250, np.nan, GREYS), Normal, "missing values"),
        (GREYS // 16, Bernoulli, "whole numbers 0 to 15 in bytes, where 255 is white"),
        (GREYS / 100, ContinuousBernoulli, r"must hold values in \[0, 1\] for ContinuousBernoulli. It holds real"),
    ],
)
def test_values_that_a_likelihood_does_not_take_are_named_before_the_training(tmp_path, x, kind, message):
    with pytest.raises(ValueError, match=rf"x\.npy' .*{message}"):
        open_splits(saved(tmp_path / "x.npy", x)).check(kind(SHAPE))


@pytest.mark.parametrize(
    ("x", "kind"),
    [
        (GREYS, Bernoulli),
        (GREYS, BetaBinomial),
        (GREYS, ContinuousBernoulli),
        (GREYS, Normal),
        (GREYS - 1e3, Normal),
        (GREYS / 255, ContinuousBernoulli),
        (GREYS // 16, BetaBinomial),
    ],
)
def test_values_that_a_likelihood_takes(tmp_path, x, kind):
    open_splits(saved(tmp_path / "x.npy", x)).check(kind(SHAPE))


def test_what_is_validated_on_has_the_same_shape(tmp_path):
    x, y = saved(tmp_path / "x.npy", GREYS), saved(tmp_path / "y.npy", GREYS[:, :2])
    with pytest.raises(ValueError, match=r"y\.npy' holds examples of shape \(2, 4, 1\), and '.*x\.npy' of \(3, 4, 1\)"):
        open_splits(x, y).check(Normal(SHAPE))


def test_whole_numbers_are_compared_with_the_levels(tmp_path):
    data = open_own(saved(tmp_path / "x.npy", GREYS % 20))
    check_domain(DiscretizedLogistic(SHAPE, levels=20), data)
    # Columns of a table have domains of their own, which batches are checked by.
    check_domain(Tabular(SHAPE, binary=[0]), data)
    with pytest.raises(ValueError, match=r"x\.npy' must hold whole numbers from 0 to 18 for DiscretizedLogistic"):
        check_domain(DiscretizedLogistic(SHAPE, levels=19), data)


@pytest.mark.parametrize(
    ("x", "value_range"),
    [
        (GREYS, (0, 1)),
        (GREYS / 255, (0, 1)),
        (GREYS - 3.0, (GREYS.min() - 3.0, GREYS.max() - 3.0)),
        (0.0 * GREYS + 7, None),
    ],
)
def test_what_is_black_and_white(tmp_path, x, value_range):
    assert open_splits(saved(tmp_path / "x.npy", x)).value_range == value_range
