"""`keras-vae evaluate`."""

from keras_vae.cli import options, tables


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("evaluate", help="test a model, in nats")
    options.add_model(parser)
    options.add_data(parser)
    parser.add_argument("--split", default="test", help="(default: %(default)s)")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Prints the test figures."""
    from keras_vae.models import load_model
    from keras_vae.runs import evaluate

    figures = evaluate(load_model(arguments.model), arguments.dataset, arguments.data_dir, arguments.split)
    print(tables.figures_table(figures))
