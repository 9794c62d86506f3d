"""Whether `fit` has become slower: an older version of the package against this checkout, pair by pair.

A pair is two fresh processes, one after the other, the older version first in every second pair. Each trains a case
of `cases.SPEED` on MNIST by `compile` and `fit` with nothing set: an epoch in which functions are compiled, then the
epochs that are timed. Printed and written to `results/fit_side_by_side.json` after every pair, which a run that is
begun again goes on from:

- seconds for an epoch, and of the first one, of both in each pair;
- the median over the pairs of the ratio, this checkout to the older version, with its standard error by bootstrap.

    python benchmarks/fit_side_by_side.py --base 3013fee --pairs 10
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import cases
import mnist
import numpy as np
import reports
import workers

ROOT = pathlib.Path(__file__).resolve().parents[1]
CONTENDER = "keras_vae_fit"
KINDS = ("seconds", "first_seconds")
RESAMPLES = 10_000


def main():
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="3013fee", help="the older version, a revision (default: %(default)s)")
    parser.add_argument("--cases", nargs="+", choices=cases.SPEED, default=list(cases.SPEED))
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=3, help="epochs that are timed, one call of `fit`")
    parser.add_argument("--images", type=int, help="at most so many training images")
    parser.add_argument("--data-dir", help="where TFDS finds or puts MNIST")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    path = options.output / "fit_side_by_side.json"
    settings = {"base": revision(options.base), "epochs": options.epochs, "images": options.images}
    found = reports.read(path) if path.exists() else {}
    rows = found["cases"] if settings.items() <= found.items() else {}
    with tempfile.TemporaryDirectory() as folder:
        checkouts = {"base": older(options.base, pathlib.Path(folder)), "now": ROOT}
        for checkout in checkouts.values():
            check_import(checkout)
        for name in options.cases:
            pairs = rows.setdefault(name, {"pairs": []})["pairs"]
            while len(pairs) < options.pairs:
                pairs.append(pair(cases.SPEED[name].limited(options.images), checkouts, len(pairs), options))
                rows[name].update(summary(pairs))
                reports.write(path, {**settings, "now": revision("HEAD"), "cases": rows})
                print(f"{name}, pair {len(pairs)}: {pairs[-1]}", flush=True)
    print(table(rows))


def revision(name) -> str:
    """A revision's full name."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--verify", f"{name}^{{commit}}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def older(name, folder) -> pathlib.Path:
    """A folder with the package as it was at a revision."""
    command = ["git", "-C", str(ROOT), "archive", name, "keras_vae"]
    packed = subprocess.run(command, capture_output=True, check=True).stdout
    subprocess.run(["tar", "--extract", "--directory", str(folder)], input=packed, check=True)
    return folder


def check_import(checkout) -> None:
    """Raises a RuntimeError unless the workers of a checkout will import its package."""
    command = [sys.executable, "-P", "-c", "import importlib.util as u; print(u.find_spec('keras_vae').origin)"]
    environment = {"PYTHONPATH": str(checkout)}
    origin = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    if pathlib.Path(origin).resolve() != (checkout / "keras_vae" / "__init__.py").resolve():
        raise RuntimeError(f"Expected the package of {checkout}. Found {origin}.")


def pair(case, checkouts, number, options) -> dict:
    """What an epoch took with each version, in a process of its own."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        # The contender loads its images itself, and asks the file for their number alone.
        mnist.write_train(folder, case.images, options.data_dir)
        for name in sorted(checkouts, reverse=number % 2 == 1):
            with workers.started(CONTENDER, case, folder, options.data_dir, checkouts[name]) as worker:
                first = worker.train()["seconds"]
                trained = worker.train(options.epochs)
            found[name] = {"seconds": trained["seconds"], "first_seconds": first, "loss": trained["losses"][-1]}
    return found


def summary(pairs) -> dict:
    """Of each kind of seconds the median ratio, and its standard error."""
    return {kind: ratio([of["now"][kind] / of["base"][kind] for of in pairs]) for kind in KINDS}


def ratio(ratios) -> dict:
    """The median, and its standard error over bootstrap samples of the pairs, by a fixed seed."""
    samples = np.random.default_rng(0).choice(ratios, (RESAMPLES, len(ratios)))
    return {"median_ratio": float(np.median(ratios)), "standard_error": float(np.median(samples, axis=1).std())}


def table(rows) -> str:
    """A row for each case."""
    lines = [["case", "pairs", "now / base", "first epoch"]]
    for name, row in rows.items():
        ratios = [f"{row[kind]['median_ratio']:.3f} ± {row[kind]['standard_error']:.3f}" for kind in KINDS]
        lines.append([name, str(len(row["pairs"])), *ratios])
    return reports.table(lines)


if __name__ == "__main__":
    main()
