"""Which deliberate bugs the tests catch: each of `deliberate_bugs.json` alone, in a copy of a checkout.

A bug is a text of one file that is replaced by another; one with several places is at the first that is there, since
the code moves from version to version. For each the tests of its room run, and then those of the
models, until the first fails or the time is up; a bug that is not caught by then is not caught. What tests say without
any bug, `--control` asks. The copy is made once, of the files that git tracks as they lie in the checkout.

Printed and written to `results/deliberate_bugs.json` after every bug: whether it was caught, by what, and in how many
seconds. A bug is caught by a test, which is named, or by "collection" where the package could not be imported; else
there is "nothing", "time", or "exit N" where pytest itself failed. What is in the file already is kept:

    python benchmarks/deliberate_bugs.py
    python benchmarks/deliberate_bugs.py --only last-batch-dropped manifold-upside-down
    python benchmarks/deliberate_bugs.py --check
    python benchmarks/deliberate_bugs.py --compare OLD.json NEW.json
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
FIRST_FAILURE = re.compile(r"^(?:FAILED|ERROR) (tests/.+?)(?: - .*)?$", re.MULTILINE)
# A line of a traceback in the package.
IN_PACKAGE = re.compile(r"^keras_vae/\S+\.py:\d+:", re.MULTILINE)
THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def main() -> int:
    """Runs, prints and writes; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkout", type=pathlib.Path, default=HERE.parent)
    parser.add_argument("--output", type=pathlib.Path, default=HERE / "results" / "deliberate_bugs.json")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="+", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=60, help="for each bug")
    parser.add_argument("--control", action="store_true", help="run the tests of each room without a bug")
    parser.add_argument("--check", action="store_true", help="only see that each bug finds its place")
    parser.add_argument("--compare", nargs=2, type=pathlib.Path, metavar=("OLD", "NEW"))
    options = parser.parse_args()
    if options.compare:
        return compared(*(read(path)["bugs"] for path in options.compare))
    bugs = {bug["name"]: bug for bug in read(HERE / "deliberate_bugs.json")}
    if not set(options.only or ()) <= set(bugs):
        parser.error(f"There is no bug called {', '.join(sorted(set(options.only) - set(bugs)))}.")
    bugs = {name: bugs[name] for name in options.only or bugs}
    for bug in bugs.values():
        with_bug(options.checkout, bug)
    if options.check:
        print(f"{len(bugs)} bugs, each with its place in {options.checkout}.")
        return 0
    if options.control:
        bugs = {bug["room"]: {"room": bug["room"]} for bug in bugs.values()}
    found = read(options.output) if options.output.is_file() else {}
    rows = found.setdefault("control" if options.control else "bugs", {})
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.workers) as executor:
        snapshot = pathlib.Path(folder)
        copy_tracked(options.checkout, snapshot)
        jobs = {executor.submit(tested, snapshot, bugs[name], options): name for name in bugs if name not in rows}
        try:
            for job in concurrent.futures.as_completed(jobs):
                rows[jobs[job]] = job.result()
                write(options.output, found)
                print(line(jobs[job], rows[jobs[job]]), flush=True)
        finally:
            executor.shutdown(cancel_futures=True)
    print("", *(line(name, rows[name]) for name in bugs), sep="\n")
    print(f"{sum(rows[name]['caught'] for name in bugs)} of {len(bugs)} caught")
    return 0


def read(path):
    """What a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def with_bug(checkout, bug) -> tuple[str, str]:
    """The bug's file and its text with the bug in it; a ValueError where its place is not there, or not once."""
    for place in bug.get("places", [bug]):
        path = checkout / place["file"]
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if text.count(place["old"]) == 1:
            changed = text.replace(place["old"], place["new"])
            compile(changed, place["file"], "exec")
            return place["file"], changed
    raise ValueError(f"{bug['name']}: {place['file']} does not hold {place['old']!r}, or not once.")


def copy_tracked(checkout, target) -> None:
    """Copies what git tracks of a checkout, as it lies there."""
    command = ["git", "-C", str(checkout), "ls-files", "-z"]
    for name in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0"):
        if (checkout / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(checkout / name, target / name)


def tested(snapshot, bug, options) -> dict:
    """Runs the tests with a bug, or without where it has no file: what is written of it."""
    command = [options.python, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    # An older checkout may not have the room yet.
    command += [room for room in dict.fromkeys([f"tests/{bug['room']}", "tests/models"]) if (snapshot / room).is_dir()]
    with tempfile.TemporaryDirectory() as folder:
        copy, temporary = pathlib.Path(folder, "checkout"), pathlib.Path(folder, "tmp")
        shutil.copytree(snapshot, copy)
        temporary.mkdir()
        if "name" in bug:
            file, text = with_bug(copy, bug)
            (copy / file).write_text(text, encoding="utf-8")
        # Subprocesses of tests import the copy too.
        environment = {**os.environ, "PYTHONPATH": str(copy), "TMPDIR": str(temporary)}
        if options.workers > 1:
            environment |= dict.fromkeys(THREADS, str(max(1, os.cpu_count() // options.workers)))
        started = time.perf_counter()
        code, output = run(command, pathlib.Path(folder, "output"), options.seconds, cwd=copy, env=environment)
        seconds = round(time.perf_counter() - started, 1)
    caught, by = verdict(code, output)
    return {"room": bug["room"], "caught": caught, "by": by, "seconds": seconds}


def run(command, output, seconds, **options) -> tuple[int | None, str]:
    """Exit code and output of a command; no code where it was stopped, with all that it had started."""
    with open(output, "wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, start_new_session=True, **options)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return code, output.read_text(encoding="utf-8", errors="replace")


def verdict(code, output) -> tuple[bool, str]:
    """Whether a bug was caught, and by what."""
    if code in (None, 0):
        return False, "time" if code is None else "nothing"
    failure = FIRST_FAILURE.search(output)
    if code == 1 and failure:
        return True, failure[1]
    # No test has run: it counts where the bug is to blame, and not the copy.
    return (True, "collection") if IN_PACKAGE.search(output) else (False, f"exit {code}")


def write(path, found) -> None:
    """Writes the file as a whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)


def line(name, row) -> str:
    """A bug and what became of it, for a person to read."""
    return f"{row['room']:<14}  {name:<56}  {'yes' if row['caught'] else 'no':<3} {row['seconds']:>6.1f} s  {row['by']}"


def compared(old, new) -> int:
    """Prints what was caught in the old file and not in the new one, and what never was; 1 if anything was lost."""
    caught = [{name for name, row in rows.items() if row["caught"]} for rows in (old, new)]
    lost = [name for name in old if name in caught[0] - caught[1]]
    never = [name for name in old | new if name not in caught[0] | caught[1]]
    for title, names in (("Caught in the old file alone", lost), ("Never caught", never)):
        print(
            f"{title}: {len(names)}",
            *(f"  {name}: {new.get(name, {'by': 'not run'})['by']}" for name in names),
            sep="\n",
        )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
