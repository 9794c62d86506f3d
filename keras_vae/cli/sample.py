"""`keras-vae sample`."""

from keras_vae.cli import options


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("sample", help="draw new images from a model's prior")
    options.add_model(parser)
    options.add_picture(parser, "samples.png")
    parser.add_argument("--seed", type=int, help="the same number draws the same images")
    parser.add_argument("--draw", action="store_true", help="draw x from p(x|z) instead of showing its mean")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Writes a grid of samples."""
    from keras_vae.models import load_model
    from keras_vae.models._has_prior import check_has_prior
    from keras_vae.ops.checks import checked_free_path, checked_size
    from keras_vae.visualization import image_grid, save_png
    from keras_vae.visualization.value_range import value_range_of

    checked_size(arguments.num, "num")
    model = load_model(arguments.model)
    checked_free_path(arguments.output, arguments.overwrite)
    check_has_prior(model, "`sample`")
    samples = model.sample(arguments.num, seed=arguments.seed, mean=not arguments.draw)
    picture = image_grid(samples, value_range=value_range_of(model))
    save_png(arguments.output, picture, arguments.overwrite)
    print(f"Wrote {arguments.num} samples to {arguments.output}.")
