"""`keras-vae restore`."""

from keras_vae.cli import options, tables


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("restore", help="restore what is missing, noisy or small")
    options.add_model(parser)
    parser.add_argument(
        "input",
        metavar="INPUT",
        help="a .npy file of examples, NaN where something is missing; 'digits' or a name of TensorFlow Datasets, "
        "whose test images are damaged; or another path",
    )
    parser.add_argument("output", metavar="FOLDER", help="the folder to write arrays and a picture to")
    parser.add_argument(
        "--corruption",
        metavar="NAME=NUMBER",
        help="how to damage test images: missing-block=PIXELS, missing-pixels=SHARE, noise=STDDEV, "
        "downsampling=FACTOR; for a file, which of the last two damaged it",
    )
    parser.add_argument("--mask", help="a .npy file of booleans, False where an element is missing")
    parser.add_argument("--num", type=int, help="how many examples (default: all of a file, 16 of a dataset)")
    parser.add_argument(
        "--num-restorations", type=int, default=8, help="restorations per example, for a VAE (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of damage and restorations (default: %(default)s)")
    options.add_data_dir(parser)
    options.add_overwrite(parser, "replace what is in the folder")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Restores, and prints what came of it."""
    from keras_vae.models import load_model
    from keras_vae.ops.checks import checked_free_path, checked_seed, checked_size
    from keras_vae.runs import restore

    if arguments.num is not None:
        checked_size(arguments.num, "num")
    checked_size(arguments.num_restorations, "num_restorations")
    checked_seed(arguments.seed)
    checked_free_path(arguments.output, arguments.overwrite)
    figures = restore(
        load_model(arguments.model),
        arguments.input,
        arguments.output,
        corruption=arguments.corruption,
        mask=arguments.mask,
        num_images=arguments.num,
        num_restorations=arguments.num_restorations,
        data_dir=arguments.data_dir,
        seed=arguments.seed,
        overwrite=arguments.overwrite,
    )
    print(tables.restoration_table(figures))
    print(f"Wrote arrays and a picture to {arguments.output}.")
