"""`keras-vae traverse`."""

from keras_vae.cli import options


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("traverse", help="draw what each latent does to a picture")
    options.add_model(parser)
    options.add_data(parser)
    options.add_labels_of_table(parser)
    parser.add_argument(
        "--condition",
        metavar="CLASS",
        help="the name or number of a class, for a model with labels for its condition (default: that of the example)",
    )
    parser.add_argument(
        "--example",
        type=int,
        metavar="INDEX",
        help="the test image, counted from 0, whose code the other latents keep (default: they are 0)",
    )
    parser.add_argument(
        "--dimensions", type=int, nargs="+", metavar="LATENT", help="the latents, counted from 0 (default: all)"
    )
    parser.add_argument(
        "--values", type=float, nargs="+", metavar="VALUE", help="what they are set to (default: nine from -3 to 3)"
    )
    options.add_png(parser, "traversals.png")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Writes a row of pictures for each latent."""
    from keras_vae.models import load_model
    from keras_vae.ops.checks import checked_free_path
    from keras_vae.runs import traverse
    from keras_vae.visualization import save_png

    model = load_model(arguments.model)
    checked_free_path(arguments.output, arguments.overwrite)
    picture = traverse(
        model,
        arguments.dataset,
        arguments.data_dir,
        arguments.example,
        arguments.dimensions,
        arguments.values,
        arguments.condition,
        arguments.conditional,
    )
    save_png(arguments.output, picture, arguments.overwrite)
    print(f"Wrote traversals to {arguments.output}.")
