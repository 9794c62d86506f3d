"""The tests as other machines would run them: instruction sets, threads, order, locale, user, path, and load.

    python benchmarks/other_machines.py [--runs a b c d]

Four runs share the settings out. Run b needs root, to become an ordinary user, and an interpreter that such a user may
execute; it makes a checkout and an environment of its own.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

import reports

ROOT = pathlib.Path(__file__).parents[1]
USER = 1500
# Of each run the environment, and what pytest is told.
RUNS = {
    "a": (
        {
            "TF_ENABLE_ONEDNN_OPTS": "0",
            "OMP_NUM_THREADS": "1",
            "TF_NUM_INTRAOP_THREADS": "1",
            "TF_NUM_INTEROP_THREADS": "1",
            "LC_ALL": "tr_TR.UTF-8",
            "TZ": "Asia/Kathmandu",
        },
        ["-n", "2", "--random-order-seed", "1"],
    ),
    "b": ({"ONEDNN_MAX_CPU_ISA": "SSE41"}, ["-n", "2"]),
    # An empty value keeps the tests from asking XLA to be quick rather than thorough.
    "c": ({"ONEDNN_MAX_CPU_ISA": "AVX2", "XLA_FLAGS": ""}, ["-n", "1", "--random-order-seed", "2"]),
    "d": ({}, ["-n", "2"]),
}
SAYS = {
    "a": "no oneDNN, one thread, a random order, Turkish, Kathmandu's time",
    "b": "oneDNN by SSE4.1, a path with spaces, an ordinary user, a home that cannot be written",
    "c": "oneDNN by AVX2, XLA with all its optimizations, one worker, another random order",
    "d": "both processors busy with something else",
}
BUSY = "while True: pass"


def main():
    """Runs, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", nargs="+", choices=RUNS, default=list(RUNS))
    parser.add_argument("--python", default="/usr/bin/python3", help="of the ordinary user (default: %(default)s)")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    path = options.output / "other_machines.json"
    found = reports.read(path).get("runs", {}) if path.exists() else {}
    for name in options.runs:
        found[name] = {"settings": SAYS[name], **run(name, options.python)}
        print(f"{name}: {found[name]}", flush=True)
        reports.write(path, {"runs": found})
    columns = ["passed", "skipped", "failed", "minutes"]
    rows = [["run", *columns], *([name, *(str(of[column]) for column in columns)] for name, of in found.items())]
    print(reports.table(rows))


def run(name: str, python: str) -> dict:
    """Counts, minutes and the names of what failed in one run."""
    settings, arguments = RUNS[name]
    with tempfile.TemporaryDirectory(prefix="other machine ") as folder:
        folder = pathlib.Path(folder)
        checkout, command, environment = ROOT, [sys.executable], {**os.environ, **settings}
        if name == "b":
            checkout, command = ordinary_users_checkout(folder, python)
            environment["HOME"] = "/proc/nowhere"
        report = checkout / "report.xml" if name == "b" else folder / "report.xml"
        command += ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *arguments]
        busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(os.cpu_count() if name == "d" else 0)]
        started = time.perf_counter()
        try:
            subprocess.run(command, cwd=checkout, env=environment, stdout=subprocess.DEVNULL, check=False)
        finally:
            for process in busy:
                process.kill()
        return {"minutes": round((time.perf_counter() - started) / 60, 1), **counts(report)}


def ordinary_users_checkout(folder: pathlib.Path, python: str) -> tuple[pathlib.Path, list[str]]:
    """A copy of what git knows, with an environment of its own, that belongs to an ordinary user."""
    checkout = folder / "a checkout"
    checkout.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    packed = subprocess.run(
        ["tar", "--null", "--files-from=-", "--create"], cwd=ROOT, input=listed, capture_output=True, check=True
    )
    subprocess.run(["tar", "--extract"], cwd=checkout, input=packed.stdout, check=True)
    subprocess.run([python, "-m", "venv", ".venv"], cwd=checkout, check=True)
    subprocess.run([".venv/bin/python", "-m", "pip", "install", "-q", "-e", ".[test]"], cwd=checkout, check=True)
    subprocess.run(["chown", "-R", f"{USER}:{USER}", str(folder)], check=True)
    become = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    return checkout, [*become, str(checkout / ".venv" / "bin" / "python")]


def counts(report: pathlib.Path) -> dict:
    """How many tests passed and failed, and which failed, by pytest's report."""
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    names = [f"{case.get('classname')}::{case.get('name')}" for case in bad]
    skipped = sum(case.find("skipped") is not None for case in cases)
    return {"passed": len(cases) - len(bad) - skipped, "skipped": skipped, "failed": len(bad), "names": names}


if __name__ == "__main__":
    main()
