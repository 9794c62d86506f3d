"""`keras-vae detect`."""

import argparse

from keras_vae.cli import options, tables


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("detect", help="find anomalies with a fitted detector")
    parser.add_argument("model", metavar="MODEL", help="a .keras file that `AnomalyDetector.save` wrote")
    parser.add_argument("input", metavar="INPUT", help="a .npy or .csv file, another path, or a name such as digits")
    parser.add_argument("--split", help="the part of a dataset given by name (default: test)")
    options.add_data_dir(parser)
    parser.add_argument(
        "--names",
        action=argparse.BooleanOptionalAction,
        help="whether the first line of a .csv file holds names (default: detected; must be given where that fails)",
    )
    parser.add_argument("--num", type=int, default=10, help="how many to print, strangest first (default: %(default)s)")
    parser.add_argument("--output", help="a CSV file to write all scores, p-values and verdicts to")
    options.add_overwrite(parser, "replace the file if it is there")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Prints the strangest examples, and writes all where they are wanted."""
    from keras_vae.anomaly import AnomalyDetector
    from keras_vae.ops.checks import checked_free_path, checked_size
    from keras_vae.runs import detect

    checked_size(arguments.num, "num")
    if arguments.output is not None:
        checked_free_path(arguments.output, arguments.overwrite)
    detector = AnomalyDetector.load(arguments.model)
    found = detect(detector, arguments.input, arguments.data_dir, arguments.split, arguments.names)
    print(tables.detections_table(found, arguments.num))
    if arguments.output is not None:
        found.write_csv(arguments.output, arguments.overwrite)
        print(f"Wrote {len(found.scores):,} rows to {arguments.output}.")
