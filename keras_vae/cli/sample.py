"""`keras-vae sample`."""

from keras_vae.cli import options


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("sample", help="draw new images from a model's prior")
    options.add_model(parser)
    options.add_picture(parser, "samples.png")
    parser.add_argument("--seed", type=int, help="the same number draws the same images")
    parser.add_argument(
        "--condition",
        metavar="CLASS",
        nargs="+",
        help="names or numbers of classes, for a model with labels for its condition: one is of all images, of several "
        "each has a row (default: drawn by the frequencies of training)",
    )
    parser.add_argument("--draw", action="store_true", help="draw x from p(x|z), in place of its mean")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Writes a grid of samples."""
    from keras_vae.models import load_model
    from keras_vae.ops.checks import checked_free_path, checked_size
    from keras_vae.runs import sample
    from keras_vae.visualization import save_png

    checked_size(arguments.num, "num")
    model = load_model(arguments.model)
    checked_free_path(arguments.output, arguments.overwrite)
    picture, count = sample(model, arguments.num, arguments.seed, not arguments.draw, arguments.condition)
    save_png(arguments.output, picture, arguments.overwrite)
    print(f"Wrote {count} samples to {arguments.output}.")
