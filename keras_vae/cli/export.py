"""`keras-vae export`."""

from keras_vae.cli import options


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("export", help="write a model as a SavedModel")
    options.add_model(parser)
    parser.add_argument("output", metavar="FOLDER", help="the folder to write, such as saved_models/digits_vae/2")
    options.add_overwrite(parser, "overwrite the SavedModel in the folder")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Writes the SavedModel."""
    from keras_vae.models import load_model

    load_model(arguments.model).export(arguments.output, overwrite=arguments.overwrite)
    print(f"Wrote a SavedModel to {arguments.output}.")
