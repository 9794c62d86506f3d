"""`keras-vae sweep`."""

from keras_vae.cli import options, tables


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("sweep", help="train a VAE of each latent size, and recommend a size")
    options.add_training_data(parser)
    parser.add_argument(
        "--latent-dims",
        type=int,
        nargs="+",
        default=[2, 4, 8, 16, 32],
        metavar="M",
        help="lengths of the code, all different (default: 2 4 8 16 32)",
    )
    options.add_training(parser, epochs=30)
    parser.add_argument(
        "--output", help="the folder to write sweep.json and sweep.png to (default: runs/DATASET_sweep)"
    )
    options.add_overwrite(parser, "replace the sweep in the folder")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Trains, and prints the figures and the size to take."""
    from keras_vae.runs import sweep

    given = options.of_run(arguments, "_sweep")
    results = sweep(**given)
    print(f"\nTested on {options.tested_on(arguments)}, in nats per image, with one code drawn for each:\n")
    print(tables.sweep_table(results["points"]))
    print(f"\n{results['reason']}\n\nEverything is in {given['output']}: sweep.json and sweep.png.")
