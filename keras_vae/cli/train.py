"""`keras-vae train`."""

from keras_vae.cli import options, tables


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("train", help="train a VAE and write the results to a folder")
    options.add_training_data(parser)
    parser.add_argument("--latent-dim", type=int, default=16, help="length of the code (default: %(default)s)")
    options.add_training(parser, epochs=40)
    parser.add_argument("--output", help="the folder to write (default: runs/DATASET)")
    options.add_overwrite(parser, "replace the run in the folder")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Trains, and prints the figures and what to do next."""
    from keras_vae.runs import train

    given = options.of_run(arguments)
    metrics = train(**given)
    output = given["output"]
    print(f"\nTested on {options.tested_on(arguments)}, with one code drawn for each image:\n")
    print(tables.figures_table(metrics["test"]))
    print(f"\n  fit took {metrics['fit_seconds']:.0f} s, peak memory {tables.size(metrics['peak_memory_bytes'])}\n")
    print(f"Everything is in {output}. To go on:\n")
    print(f"  tensorboard --logdir {output}/logs")
    print(f"  keras-vae report {output}")
    conditional = "classes" in metrics
    print(f"  keras-vae sample {output}/model.keras{' --condition 0 1' if conditional else ''}")
    print(f"  saved_model_cli show --dir {output}/saved_model/1 --all")
    print(
        f"  saved_model_cli run --dir {output}/saved_model/1 --tag_set serve --signature_def sample_seeded "
        f"--input_exprs '{'condition=[0, 1]' if conditional else 'n=4'};seed=0'"
    )
