"""`keras-vae decompress`."""

from keras_vae.cli import options


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("decompress", help="turn what `keras-vae compress` wrote back into images")
    parser.add_argument("input", metavar="INPUT", help="a file that `keras-vae compress` wrote")
    options.add_model(parser)
    parser.add_argument(
        "output",
        metavar="OUTPUT",
        help="a .npy file to write, or a folder for PNG files, from 000000.png on: file names are not kept",
    )
    options.add_overwrite(parser, "overwrite what is there")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Writes the images."""
    from keras_vae.models import load_model
    from keras_vae.runs import decompress

    count = decompress(
        load_model(arguments.model),
        arguments.input,
        arguments.output,
        overwrite=arguments.overwrite,
        progress=options.progress_bar(),
    )
    print(f"Wrote {count:,} images to {arguments.output}.")
