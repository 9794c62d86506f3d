"""Whether a kill leaves what was there or all of what was to be there, whenever it comes.

For each writer of `writers.py`: a process writes over a good file or folder, and is killed at a random moment of it
(SIGKILL, uniform over `spread` times what an undisturbed one takes); the next process reads what is there, all of it,
and is killed as it writes over that. Printed and written to `results/kills.json` after each writer, of which those that
are in it already are left out: how many kills found the writing under way, what was there after them, and what was not
whole.

    python benchmarks/kills.py
"""

import argparse
import json
import multiprocessing
import pathlib
import random
import tempfile
import time
import traceback

import reports

KINDS = (
    "save",
    "save_weights",
    "detector.save",
    "export",
    "train",
    "sweep",
    "report",
    "evaluate",
    "picture",
    "table",
    "compress",
    "decompress to .npy",
    "folder of images",
)
LONGEST = 300
# Where a machine has other work, a writing takes longer than the undisturbed one: its end is to be met as well.
SPREAD = 1.5


def main():
    """Kills, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--kills", type=int, default=20, help="of each kind")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    path = options.output / "kills.json"
    rows = reports.read(path)["rows"] if path.exists() else {}
    context = forked()
    for kind in options.kinds:
        if rows.get(kind, {}).get("kills", 0) < options.kills:
            rows[kind] = killed(context, kind, options.kills)
            reports.write(path, {"rows": rows})
        print(f"{kind}: {json.dumps(rows[kind])}", flush=True)


def forked():
    """What starts processes by a fork of one that has imported all and computed nothing: TensorFlow works after it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["writers"])
    return context


def killed(context, kind, kills) -> dict:
    """What so many kills of one kind left."""
    rng = random.Random(kind)
    row = {"kills": kills, "spread": SPREAD, "under_way": 0, "old": 0, "new": 0, "not_whole": []}
    with tempfile.TemporaryDirectory() as folder:
        child, pipe, _ = started(context, kind, folder)
        seconds = receive(pipe)["seconds"]
        child.join()
        there = 2
        for number in range(kills + 1):
            child, pipe, found = started(context, kind, folder)
            if number:
                key = "not_whole" if isinstance(found, str) else "old" if found == there else "new"
                row[key] += [found] if key == "not_whole" else 1
            if number < kills:
                there = 1 if isinstance(found, str) else found
                # It may have come to its end.
                row["under_way"] += not pipe.poll(rng.uniform(0, SPREAD * seconds))
            child.kill()
            child.join()
    return {**row, "seconds_of_writing": round(seconds, 3)}


def started(context, kind, folder):
    """A process that has just begun to write over a good one, its pipe, and what it found there before."""
    pipe, its = context.Pipe()
    child = context.Process(target=work, args=(its, kind, folder), daemon=True)
    child.start()
    its.close()
    found = receive(pipe)["found"]
    told = receive(pipe)
    if "error" in told:
        raise RuntimeError(told["error"])
    return child, pipe, found


def receive(pipe) -> dict:
    """What a process tells."""
    if not pipe.poll(LONGEST):
        raise RuntimeError("A process told nothing for too long.")
    return pipe.recv()


def work(pipe, kind, folder) -> None:
    """The life of such a process: tells what it finds, when it begins to write over it, and how long that took."""
    import writers

    writer, path = writers.WRITERS[kind], writers.place(folder, kind)
    try:
        found = writer.read(path) if path.exists() else 1
    except Exception:
        found = traceback.format_exc()[-2000:]
    pipe.send({"found": found})
    there = 1 if isinstance(found, str) else found
    try:
        # Once undisturbed: the first writing of a process takes longer.
        writer.write(path, there)
        pipe.send({"begun": 3 - there})
        began = time.perf_counter()
        writer.write(path, 3 - there)
        pipe.send({"seconds": time.perf_counter() - began})
    except Exception:
        pipe.send({"error": traceback.format_exc()[-2000:]})


if __name__ == "__main__":
    main()
