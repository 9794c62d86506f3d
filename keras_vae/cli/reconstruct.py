"""`keras-vae reconstruct`."""

from keras_vae.cli import options


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("reconstruct", help="draw test images above their reconstructions")
    options.add_model(parser)
    options.add_data(parser)
    options.add_labels_of_table(parser)
    options.add_picture(parser, "reconstructions.png")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Writes a grid of originals and reconstructions."""
    from keras_vae.models import load_model
    from keras_vae.ops.checks import checked_free_path, checked_size
    from keras_vae.runs import reconstruct
    from keras_vae.visualization import save_png

    checked_size(arguments.num, "num")
    model = load_model(arguments.model)
    checked_free_path(arguments.output, arguments.overwrite)
    picture = reconstruct(model, arguments.dataset, arguments.data_dir, arguments.num, arguments.conditional)
    save_png(arguments.output, picture, arguments.overwrite)
    print(f"Wrote reconstructions to {arguments.output}.")
