"""`keras-vae evaluate`."""

import json
import os
import pathlib
import time

from keras_vae.cli import options, tables
from keras_vae.files.whole import write_text

NUM_SAMPLES = 500


def add_to(commands) -> None:
    """Adds the command to a parser."""
    parser = commands.add_parser("evaluate", help="test a model, in nats and in bits")
    options.add_model(parser)
    options.add_data(parser)
    options.add_labels_of_table(parser)
    parser.add_argument("--split", help="(default: test, and all that is at a path)")
    parser.add_argument(
        "--validation",
        type=options.share_or_path,
        help="for a path that was trained on: test on what `keras-vae train` held back with this option, such as 0.1",
    )
    parser.add_argument(
        "--num-samples",
        type=int,
        help=f"importance samples per image for log p(x); 0 leaves it out (default: {NUM_SAMPLES} for a VAE)",
    )
    parser.add_argument("--output", help="a JSON file to write the figures to")
    options.add_overwrite(parser, "replace the file if it is there")
    parser.set_defaults(run=run)


def run(arguments) -> None:
    """Prints the test figures, and writes them where they are wanted."""
    from keras_vae.models import load_model
    from keras_vae.ops.checks import checked_free_path
    from keras_vae.runs import evaluate
    from keras_vae.runs._evaluate import SEED
    from keras_vae.runs.environment import machine, versions

    if arguments.output is not None:
        checked_free_path(arguments.output, arguments.overwrite)
        if os.path.isdir(arguments.output):
            raise ValueError(f"{arguments.output!r} is a folder. Give a file, such as figures.json.")
    model = load_model(arguments.model)
    num_samples = arguments.num_samples
    if num_samples is None:
        num_samples = NUM_SAMPLES if model.has_prior else 0
    started = time.perf_counter()
    figures = evaluate(
        model,
        arguments.dataset,
        arguments.data_dir,
        arguments.split,
        num_samples,
        validation=arguments.validation,
        conditional=arguments.conditional,
    )
    seconds = round(time.perf_counter() - started, 1)
    print(tables.figures_table(figures))
    if arguments.output is not None:
        pathlib.Path(arguments.output).parent.mkdir(parents=True, exist_ok=True)
        written = {**figures, "seed": SEED, "seconds": seconds, "versions": versions(), "machine": machine()}
        write_text(arguments.output, json.dumps(written, indent=2) + "\n")
