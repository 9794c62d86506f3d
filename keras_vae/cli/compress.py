"""`keras-vae compress`."""

from keras_vae.cli import options, tables


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("compress", help="compress images with a model, smaller than PNG and bit for bit")
    parser.add_argument(
        "input",
        metavar="INPUT",
        help="a .npy file, a folder of images (in the order of their names), or a dataset such as mnist",
    )
    options.add_model(parser)
    parser.add_argument("output", metavar="OUTPUT", help="the file to write, such as images.kvz")
    parser.add_argument("--split", help="the part of a dataset given by name (default: test)")
    options.add_data_dir(parser)
    parser.add_argument("--block-size", type=int, default=1000, help="images per block (default: %(default)s)")
    parser.add_argument("--latent-bits", type=int, default=10, help="bits per latent (default: %(default)s)")
    parser.add_argument(
        "--quality", type=float, help="keep only the code, in steps of the posterior's standard deviation / QUALITY"
    )
    options.add_overwrite(parser, "replace the file if it is there")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Compresses, and prints what it came to, beside other compressors."""
    from keras_vae.models import load_model
    from keras_vae.runs import compress

    figures = compress(
        load_model(arguments.model),
        arguments.input,
        arguments.output,
        split=arguments.split,
        data_dir=arguments.data_dir,
        overwrite=arguments.overwrite,
        progress=options.progress_bar(),
        block_size=arguments.block_size,
        latent_bits=arguments.latent_bits,
        quality=arguments.quality,
    )
    print(f"Wrote {figures['num_examples']:,} images to {arguments.output}.\n")
    print(tables.compression_table(figures))
