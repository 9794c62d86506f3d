"""Seconds that one epoch of a VAE takes: this package's `fit` beside other ways to train the same network.

All contenders in one run, each in a process of its own, one working at a time, in turns: so a machine's moods meet all
alike. Each trains the same network on MNIST, shuffled and binarised afresh in each epoch, by Adam. A first epoch, in
which functions are compiled, is not among the rounds. Printed and written to `results/training_speed_CASE.json`:

- seconds for an epoch of each round, their median and least, and the ratio of the medians to this package's;
- the mean loss of the last epoch, which says that the contenders did the same work;
- the seconds before the first step, and those of the first epoch.

    python benchmarks/training_speed.py
"""

import argparse
import contextlib
import pathlib
import statistics
import tempfile

import cases
import contenders
import mnist
import reports
import workers


def main():
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", nargs="+", choices=cases.SPEED, default=list(cases.SPEED))
    parser.add_argument("--contenders", nargs="+", choices=contenders.PACKAGES, default=list(contenders.PACKAGES))
    parser.add_argument("--rounds", type=int, default=5, help="turns that are timed")
    parser.add_argument("--epochs", type=int, default=3, help="epochs in a turn, one call of `fit`")
    parser.add_argument("--images", type=int, help="at most so many training images")
    parser.add_argument("--data-dir", help="where TFDS finds or puts MNIST")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    installed = contenders.installed(options.contenders)
    for name in options.cases:
        case = cases.SPEED[name].limited(options.images)
        names = [contender for contender in installed if name in contenders.ONLY_IN.get(contender, cases.SPEED)]
        rows = measured(case, names, options)
        print(f"\n{name}: {case.images} images, batches of {case.batch_size}\n{table(rows)}", flush=True)
        settings = {"rounds": options.rounds, "epochs": options.epochs, "images": case.images}
        reports.write(options.output / f"training_speed_{name}.json", {**settings, "contenders": rows})


def measured(case, names, options) -> dict:
    """Of each contender what its epochs took, and their losses."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        mnist.write_train(folder, case.images, options.data_dir)
        team, rows = [], {}
        for name in names:
            worker = stack.enter_context(workers.started(name, case, folder, options.data_dir))
            first = worker.train()
            startup = {"startup_seconds": worker.startup_seconds, "first_epoch_seconds": first["seconds"]}
            team.append(worker)
            rows[name] = {**startup, "seconds": [], "losses": first["losses"]}
        for turn in range(options.rounds):
            for worker in workers.in_turn(team, turn):
                trained = worker.train(options.epochs)
                rows[worker.name]["seconds"].append(trained["seconds"])
                rows[worker.name]["losses"] += trained["losses"]
    return rows


def table(rows) -> str:
    """A row for each contender."""
    medians = {name: statistics.median(row["seconds"]) for name, row in rows.items()}
    ours = [name for name in contenders.OURS if name in rows]
    lines = [["contender", "median s", "least s", *(f"/ {name}" for name in ours), "loss", "start s", "first s"]]
    for name, row in rows.items():
        ratios = [f"{medians[name] / medians[other]:.2f}" for other in ours]
        startup = [f"{row[key]:.1f}" for key in ("startup_seconds", "first_epoch_seconds")]
        seconds = [f"{medians[name]:.3f}", f"{min(row['seconds']):.3f}"]
        lines.append([name, *seconds, *ratios, f"{row['losses'][-1]:.2f}", *startup])
    return reports.table(lines)


if __name__ == "__main__":
    main()
