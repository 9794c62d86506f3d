"""`keras-vae report`."""

from keras_vae.cli import options


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("report", help="put curves, pictures and figures of a run on one page")
    parser.add_argument("folder", metavar="RUN", help="a folder that `keras-vae train` wrote, such as runs/digits")
    parser.add_argument("--dataset", help="a dataset, by name or by path, to test on (default: the run's own)")
    options.add_data_dir(parser)
    parser.add_argument("--output", help="the folder to write report.png and report.html to (default: RUN)")
    options.add_overwrite(parser, "replace the report that is there")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Writes the report."""
    from keras_vae.runs import report

    written = report(
        arguments.folder, arguments.output, arguments.dataset, arguments.data_dir, overwrite=arguments.overwrite
    )
    print(f"Wrote the report to {' and '.join(written)}.")
