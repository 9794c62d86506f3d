"""Options that several commands share."""

import argparse
import sys
from collections.abc import Callable

DEFAULT_DATASET = "digits"


def add_model(parser: argparse.ArgumentParser) -> None:
    """The saved model that a command works on."""
    parser.add_argument("model", metavar="MODEL", help="a .keras file, such as runs/digits/model.keras")


def add_data(parser: argparse.ArgumentParser) -> None:
    """The dataset that a command reads."""
    parser.add_argument(
        "--dataset",
        default=DEFAULT_DATASET,
        help="'digits', or a name of TensorFlow Datasets: mnist, cifar10, ... (default: %(default)s)",
    )
    add_data_dir(parser)


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """The folder of the datasets."""
    parser.add_argument("--data-dir", help="where TensorFlow Datasets finds or puts its data")


def add_picture(parser: argparse.ArgumentParser, default: str) -> None:
    """The picture that a command writes."""
    parser.add_argument("--num", type=int, default=64, help="how many images (default: %(default)s)")
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
