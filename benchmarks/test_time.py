"""Where the time of the tests goes: by room, by kind, and the longest of them.

    python benchmarks/test_time.py

Runs the README's `pytest -n 2` and writes `results/test_time.json`. Seconds are the workers', two of which run at once.
"""

import argparse
import collections
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

import reports

HERE = pathlib.Path(__file__).resolve().parent
LONGEST = 20


def main():
    """Runs, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=HERE / "results")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.xml")
        path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "KINDS_FOLDER": folder, "PYTHONPATH": path}
        command = [sys.executable, "-m", "pytest", "-n", "2", "-q", "-p", "time_by_kind", f"--junitxml={report}"]
        started = time.perf_counter()
        code = subprocess.run(command, cwd=HERE.parent, env=environment, check=False).returncode
        minutes = (time.perf_counter() - started) / 60
        kinds = sum(
            (collections.Counter(reports.read(path)) for path in pathlib.Path(folder).glob("*.json")),
            start=collections.Counter(),
        )
        results = {"exit code": code, "minutes": round(minutes, 1), **read(report, kinds)}
    reports.write(options.output / "test_time.json", results)
    for heading in ("kinds", "rooms", "longest"):
        print(
            reports.table([[heading, "seconds"], *([name, str(seconds)] for name, seconds in results[heading].items())])
        )
        print()
    print(f"{results['tests']} tests in {results['minutes']} minutes")


def read(report: pathlib.Path, kinds: collections.Counter) -> dict:
    """Seconds by kind, by room and of the longest tests, by pytest's report."""
    tests, rooms = {}, collections.Counter()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        module, seconds = case.get("classname").removeprefix("tests."), float(case.get("time"))
        tests[f"{module}::{case.get('name')}"] = seconds
        rooms[module.split(".")[0]] += seconds
    kinds = kinds + collections.Counter({"the rest": sum(rooms.values()) - sum(kinds.values())})
    return {
        "tests": len(tests),
        "seconds": round(sum(rooms.values())),
        "kinds": descending(kinds),
        "rooms": descending(rooms),
        "longest": dict(list(descending(tests).items())[:LONGEST]),
    }


def descending(seconds: dict) -> dict:
    """Seconds by name, the most first."""
    return {name: round(seconds[name], 1) for name in sorted(seconds, key=seconds.get, reverse=True)}


if __name__ == "__main__":
    main()
