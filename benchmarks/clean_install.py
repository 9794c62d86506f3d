"""Whether the wheel and the source archive install where nothing else is, and train there.

Both are built by `python -m build`, and each goes into a virtual environment of its own, with what it asks for from the
package index. There, in an empty folder, the command line trains for an epoch. Printed and written to
`results/clean_install.json`: bytes, and seconds of building, installing and training.

    python benchmarks/clean_install.py
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

import reports

ROOT = pathlib.Path(__file__).parents[1]
WRITTEN = ("model.keras", "metrics.json", "saved_model/1/saved_model.pb")


def main():
    """Builds, installs, trains, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        build_seconds = built(folder)
        rows = {path.name: checked(path, folder) for path in sorted((folder / "dist").iterdir())}
    print(f"built in {build_seconds} s", *(f"{name}: {row}" for name, row in rows.items()), sep="\n")
    reports.write(options.output / "clean_install.json", {"build_seconds": build_seconds, "files": rows})


def built(folder) -> float:
    """Builds what a package index takes into `dist`; the seconds."""
    python = environment(folder / "builder")
    run(python, "-m", "pip", "install", "-q", "build")
    return run(python, "-m", "build", "--outdir", folder / "dist", ROOT)


def checked(path, folder) -> dict:
    """Installs one file and trains by it; its bytes and seconds."""
    name = path.name.removesuffix(".gz")
    work = folder / f"work_{name}"
    work.mkdir()
    python = environment(folder / f"environment_{name}")
    install_seconds = run(python, "-m", "pip", "install", "-q", path)
    run(python, "-m", "pip", "check")
    train_seconds = run(python.with_name("keras-vae"), "train", "--epochs", "1", "--output", "run", cwd=work)
    missing = [file for file in WRITTEN if not (work / "run" / file).is_file()]
    if missing:
        raise RuntimeError(f"The training by {path.name} did not write {', '.join(missing)}.")
    return {"bytes": path.stat().st_size, "install_seconds": install_seconds, "train_seconds": train_seconds}


def environment(folder) -> pathlib.Path:
    """Makes a virtual environment; its Python."""
    run(sys.executable, "-m", "venv", folder)
    return folder / "bin" / "python"


def run(*command, cwd=None) -> float:
    """Runs a command, of which a failure ends all; the seconds."""
    started = time.perf_counter()
    subprocess.run(list(map(str, command)), cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return round(time.perf_counter() - started, 1)


if __name__ == "__main__":
    main()
