"""Whether a full disk leaves what was there, and says so in one line.

Each writer of `writers.py` writes number 1 to a small disk in memory, which is then filled but for a few bytes, and
number 2 over it: that has to be an OSError of one line, after which number 1 is whole; or number 2 is. Printed and
written to `results/full_disk.json`. Needs root, to mount the disk, and Linux.

    python benchmarks/full_disk.py
"""

import argparse
import contextlib
import io
import os
import pathlib
import subprocess
import tempfile

import reports
from kills import KINDS, forked

DISK_BYTES = 48 * 2**20
# Left when the disk is filled: nothing, and some, which most writers begin with and a few small files find enough.
LEFT = (0, 2**14)


def main():
    """Fills, writes, reads, prints and stores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "results")
    options = parser.parse_args()
    path = options.output / "full_disk.json"
    rows = reports.read(path)["rows"] if path.exists() else {}
    context = forked()
    for kind in options.kinds:
        for left in LEFT:
            rows.setdefault(kind, {})[str(left)] = row = found(context, kind, left)
            reports.write(path, {"rows": rows})
            print(f"{kind}, {left} bytes left: {row}", flush=True)


def found(context, kind, left) -> dict:
    """What a process says that a writer did on a full disk."""
    here, there = context.Pipe()
    with tempfile.TemporaryDirectory() as folder, disk(folder):
        child = context.Process(target=work, args=(there, kind, folder, left), daemon=True)
        child.start()
        there.close()
        try:
            return here.recv()
        except EOFError:
            child.join()
            return {"said": f"The process ended with {child.exitcode}.", "lines": 0, "good": False}
        finally:
            child.join()


@contextlib.contextmanager
def disk(folder):
    """A small disk at a folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def work(pipe, kind, folder, left) -> None:
    """Writes, fills the disk, and writes again."""
    import writers

    writer, path = writers.WRITERS[kind], writers.place(folder, kind)
    # What the writers prepare for themselves is there afterwards.
    writer.write(path, 2)
    writer.write(path, 1)
    fill(pathlib.Path(folder, "filler"), left)
    said, errors = "", io.StringIO()
    with contextlib.redirect_stderr(errors):
        try:
            writer.write(path, 2)
        except (OSError, RuntimeError) as error:
            # A command has said it on its standard error.
            said = errors.getvalue().strip() or str(error)
    os.remove(os.path.join(folder, "filler"))
    # Who has said nothing has found room.
    good = writer.read(path) == (1 if said else 2)
    pipe.send({"said": said.replace(folder, ""), "lines": len(said.splitlines()), "good": good})


def fill(path, left) -> None:
    """Fills a disk, and gives some bytes back."""
    with open(path, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(2**12))
        file.truncate(file.tell() - left)


if __name__ == "__main__":
    main()
