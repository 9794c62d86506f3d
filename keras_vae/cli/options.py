"""Options that several commands share."""

import argparse
import sys
from collections.abc import Callable

from keras_vae.choices import AUTO, LIKELIHOOD_NAMES, NETWORKS, SCHEDULES

DEFAULT_DATASET = "digits"


def add_model(parser: argparse.ArgumentParser) -> None:
    """The saved model that a command works on."""
    parser.add_argument("model", metavar="MODEL", help="a .keras file, such as runs/digits/model.keras")


def add_data(parser: argparse.ArgumentParser) -> None:
    """The dataset that a command reads."""
    parser.add_argument(
        "--dataset",
        default=DEFAULT_DATASET,
        help="'digits', 'colour_digits', or a name of TensorFlow Datasets: mnist, cifar10, ... (default: %(default)s)",
    )
    add_data_dir(parser)


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
        "take grey values, the others bytes "
        "(default: %(default)s)",
    )
    parser.add_argument("--epochs", type=int, default=epochs, help="(default: %(default)s)")
    parser.add_argument("--batch-size", type=int, default=100, help="(default: %(default)s)")
    parser.add_argument("--learning-rate", type=float, default=2e-3, help="at its highest (default: %(default)s)")
    parser.add_argument(
        "--schedule", choices=SCHEDULES, default="cosine", help="of the learning rate (default: %(default)s)"
    )
    parser.add_argument("--beta", type=float, default=1.0, help="weight of the KL divergence (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(default: %(default)s)")


def of_run(arguments: argparse.Namespace, suffix: str = "") -> dict:
    """The options of a command that trains, as keyword arguments; the folder is `runs/DATASET` unless one is given."""
    given = {key: value for key, value in vars(arguments).items() if key not in ("command", "run")}
    return {**given, "output": arguments.output or f"runs/{arguments.dataset}{suffix}"}


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
