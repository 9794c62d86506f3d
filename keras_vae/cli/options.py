"""Options that several commands share."""

import argparse
import sys
from collections.abc import Callable

from keras_vae.choices import AUTO, LIKELIHOOD_NAMES, NETWORKS, SCHEDULES

DEFAULT_DATASET = "digits"
DATASET_HELP = (
    "'digits', 'colour_digits', a name of TensorFlow Datasets (mnist, cifar10, ...), or a path: a folder of images, a "
    ".npy or .npz array, a .csv or .parquet table"
)


def add_model(parser: argparse.ArgumentParser) -> None:
    """The saved model that a command works on."""
    parser.add_argument("model", metavar="MODEL", help="a .keras file, such as runs/digits/model.keras")


def add_data(parser: argparse.ArgumentParser) -> None:
    """The dataset that a command reads."""
    _add_dataset(parser)
    add_data_dir(parser)


def add_training_data(parser: argparse.ArgumentParser) -> None:
    """The dataset that a command trains on, with or without the option's name, and what it validates on."""
    either = parser.add_mutually_exclusive_group()
    # Left out, it must not hide what the option says.
    either.add_argument("dataset", metavar="DATASET", nargs="?", default=argparse.SUPPRESS, help=DATASET_HELP)
    _add_dataset(either)
    parser.add_argument(
        "--validation",
        type=share_or_path,
        help="for a path: the share held back to validate and test on, or another path (default: 0.1)",
    )
    parser.add_argument(
        "--conditional",
        metavar="COLUMN",
        nargs="?",
        const=True,
        default=False,
        help="condition the model on the data's labels (of a folder its sub-folders); of a table, on a column",
    )
    add_data_dir(parser)


def add_labels_of_table(parser: argparse.ArgumentParser) -> None:
    """Where the labels of a table are, for a model with a condition."""
    parser.add_argument(
        "--conditional",
        metavar="COLUMN",
        default=False,
        help="of a table, for a model that was trained with this option: the column that holds the labels",
    )


def _add_dataset(parser):
    parser.add_argument("--dataset", default=DEFAULT_DATASET, help=f"{DATASET_HELP} (default: %(default)s)")


def share_or_path(text: str) -> float | str:
    """A number where it is one, else a path."""
    try:
        return float(text)
    except ValueError:
        return text


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """The folder of the datasets."""
    parser.add_argument("--data-dir", help="where TensorFlow Datasets finds or puts its data")


def add_training(parser: argparse.ArgumentParser, epochs: int) -> None:
    """What is trained and how, but for the size of the code."""
    parser.add_argument("--network", choices=NETWORKS, default="dense", help="(default: %(default)s)")
    parser.add_argument(
        "--likelihood",
        choices=(AUTO, *LIKELIHOOD_NAMES),
        default=AUTO,
        help="auto takes the data as they are stored; bernoulli binarises the images, continuous_bernoulli and normal "
        "take grey values, tabular tables, the others bytes "
        "(default: %(default)s)",
    )
    parser.add_argument("--epochs", type=int, default=epochs, help="(default: %(default)s)")
    parser.add_argument("--batch-size", type=int, default=100, help="(default: %(default)s)")
    parser.add_argument("--learning-rate", type=float, default=4e-3, help="the highest (default: %(default)s)")
    parser.add_argument(
        "--schedule", choices=SCHEDULES, default="cosine", help="of the learning rate (default: %(default)s)"
    )
    parser.add_argument("--beta", type=float, default=1.0, help="weight of the KL divergence (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(default: %(default)s)")


def of_run(arguments: argparse.Namespace, suffix: str = "") -> dict:
    """The options of a command that trains, as keyword arguments; the folder is `runs/DATASET` unless one is given.

    Of a path it is called after the last part.
    """
    # TensorFlow is imported when there is work to do.
    from keras_vae.datasets.own_files import name_of

    given = {key: value for key, value in vars(arguments).items() if key not in ("command", "run")}
    return {**given, "output": arguments.output or f"runs/{name_of(arguments.dataset)}{suffix}"}


def tested_on(arguments: argparse.Namespace) -> str:
    """What a command that trains tests on, in words."""
    from keras_vae.datasets.own_files import is_path

    if not is_path(arguments.dataset):
        return arguments.dataset
    return arguments.validation if isinstance(arguments.validation, str) else f"a part of {arguments.dataset}"


def add_picture(parser: argparse.ArgumentParser, default: str) -> None:
    """The picture of several images that a command writes."""
    parser.add_argument("--num", type=int, default=64, help="how many images (default: %(default)s)")
    add_png(parser, default)


def add_png(parser: argparse.ArgumentParser, default: str) -> None:
    """The file of a picture that a command writes."""
    parser.add_argument("--output", default=default, help="the PNG file to write (default: %(default)s)")
    add_overwrite(parser, "replace the file if it is there")


def add_overwrite(parser: argparse.ArgumentParser, text: str) -> None:
    """Leave to overwrite."""
    parser.add_argument("--overwrite", action="store_true", help=text)


def progress_bar(width: int = 30) -> Callable[[int, int], None]:
    """What draws a bar on the terminal, given how much is done and how much there is; elsewhere it draws nothing."""

    def draw(done, total):
        if sys.stderr.isatty():
            filled = width * done // total
            end = "\n" if done >= total else ""
            print(f"\r  [{'=' * filled:<{width}}] {done:,} / {total:,}", end=end, file=sys.stderr, flush=True)

    return draw
