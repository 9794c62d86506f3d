"""Seconds of training until a VAE's test negative ELBO passes 95, 92 and 90 nats: this package's `fit` beside others.

One recipe for all: 784-500-500-50 with GELU on MNIST, binarised afresh in each epoch, batches of 100, Adam with linear
warm-up over the first epoch and cosine decay from 1e-3 to 0. The contenders train an epoch in turns, each in a process
of its own, one working at a time; after each the test images, which were binarised once, are scored with one code for
each image. Only training counts, compilation in the first epoch with it. Printed and written to
`results/time_to_quality.json`.

    python benchmarks/time_to_quality.py
"""

import argparse
import contextlib
import itertools
import pathlib
import tempfile

import cases
import contenders
import mnist
import reports
import workers

GOALS = (95.0, 92.0, 90.0)


def main():
    """Measures, prints and writes."""
    names = contenders.WITH_NEGATIVE_ELBO
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contenders", nargs="+", choices=names, default=list(names))
    parser.add_argument("--epochs", type=int, default=60, help="at least 2: the first is all warm-up")
    parser.add_argument("--images", type=int, help="at most so many training images")
    parser.add_argument("--data-dir", help="where TFDS finds or puts MNIST")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    case = cases.quality(options.epochs, options.images)
    rows = measured(case, contenders.installed(options.contenders), options.epochs, options.data_dir)
    print(table(rows))
    results = {"epochs": options.epochs, "images": case.images, "contenders": rows}
    reports.write(options.output / "time_to_quality.json", results)


def measured(case, names, epochs, data_dir) -> dict:
    """Of each contender the seconds of its epochs, and the test negative ELBO after each."""
    rows = {name: {"seconds": [], "negative_elbos": []} for name in names}
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        mnist.write_train(folder, case.images, data_dir)
        mnist.write_test(folder, data_dir)
        team = [stack.enter_context(workers.started(name, case, folder, data_dir)) for name in names]
        for epoch in range(epochs):
            for worker in workers.in_turn(team, epoch):
                rows[worker.name]["seconds"].append(worker.train()["seconds"])
                rows[worker.name]["negative_elbos"].append(worker.negative_elbo())
            print(epoch_line(epoch + 1, rows), flush=True)
    for row in rows.values():
        row["seconds_to"] = {f"{goal:g}": seconds_to(goal, row) for goal in GOALS}
    return rows


def seconds_to(goal, row) -> float | None:
    """Seconds of training until the negative ELBO was first at most the goal; `None` if it never was."""
    trained = itertools.accumulate(row["seconds"])
    return next((seconds for seconds, nats in zip(trained, row["negative_elbos"], strict=True) if nats <= goal), None)


def epoch_line(epoch, rows) -> str:
    """Where the contenders stand after an epoch."""
    places = (f"{name} {row['negative_elbos'][-1]:.2f} in {sum(row['seconds']):.1f} s" for name, row in rows.items())
    return f"epoch {epoch}: {', '.join(places)}"


def table(rows) -> str:
    """A row for each contender."""
    lines = [["contender", *(f"to {goal:g} nats" for goal in GOALS), "all epochs", "last -ELBO"]]
    for name, row in rows.items():
        times = ["-" if seconds is None else f"{seconds:.1f} s" for seconds in row["seconds_to"].values()]
        lines.append([name, *times, f"{sum(row['seconds']):.1f} s", f"{row['negative_elbos'][-1]:.2f}"])
    return reports.table(lines)


if __name__ == "__main__":
    main()
