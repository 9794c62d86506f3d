"""Contenders in processes of their own, of which one works at a time.

In one process the frameworks' thread pools would fight for the cores. A worker reads a command a line and answers with
a line of JSON; whatever a framework prints goes to the worker's log.
"""

import contextlib
import importlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
from cases import Case

TRAIN, TEST = "train.npy", "test.npy"
SEED = 0
# OpenMP waits as it does by default: its idle threads go to sleep after a moment, and OMP_WAIT_POLICY=passive, by
# which they would at once, makes PyTorch take 1.3 times as long.
ENVIRONMENT = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2"}


@contextlib.contextmanager
def started(name: str, case: Case, folder, data_dir: str | None = None, checkout=None):
    """Starts a contender in another process, and ends it.

    Args:
        name: One of `contenders.PACKAGES`.
        case: What to train.
        folder: Where the images are, as `TRAIN` and `TEST`.
        data_dir: Where TFDS finds its data, for the contender that loads them itself.
        checkout: The folder whose `keras_vae` is imported; `None` is the installed one.

    Yields:
        A `Worker`.
    """
    command = [sys.executable, __file__, name, case.to_json(), str(folder)]
    places = {"TFDS_DATA_DIR": data_dir, "PYTHONPATH": checkout}
    environment = {
        **os.environ,
        **ENVIRONMENT,
        **{key: str(place) for key, place in places.items() if place is not None},
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    # At its end, Popen closes what the worker reads, which ends the worker, and waits for it.
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, stderr=log, env=environment, **pipes) as process,
    ):
        yield Worker(name, process, log)


class Worker:
    """A contender in another process, once it is ready to train."""

    def __init__(self, name: str, process: subprocess.Popen, log):
        self.name, self.process, self.log = name, process, log
        self.startup_seconds = self._answer()["seconds"]

    def train(self, epochs: int = 1) -> dict:
        """Trains for some epochs: the `seconds` of one, and the `losses` of all."""
        return self._ask(f"train {epochs}")

    def negative_elbo(self) -> float:
        """The negative ELBO of the test images, nats for each."""
        return self._ask("negative_elbo")["negative_elbo"]

    def _ask(self, command):
        print(command, file=self.process.stdin, flush=True)
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            raise RuntimeError(f"The contender {self.name} ended early:\n{self.log.read()[-3000:]}")
        return json.loads(line)


def in_turn(team: list[Worker], turn: int) -> list[Worker]:
    """The team, beginning with another each turn: who comes after a heavy one may find a warmer machine."""
    first = turn % max(1, len(team))
    return team[first:] + team[:first]


def serve(name: str, case: str, folder: str) -> None:
    """A worker's life: builds a contender, and does what it is told until there is nothing more to read."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**fields):
        print(json.dumps(fields), file=answers, flush=True)

    began = time.perf_counter()
    module = importlib.import_module(f"contenders.{name}")
    contender = module.Contender(Case.from_json(case), np.load(pathlib.Path(folder) / TRAIN), SEED)
    answer(seconds=time.perf_counter() - began)
    for command in map(str.strip, sys.stdin):
        if command.startswith("train"):
            epochs, began = int(command.split()[1]), time.perf_counter()
            losses = contender.train(epochs)
            answer(seconds=(time.perf_counter() - began) / epochs, losses=losses)
        else:
            answer(negative_elbo=contender.negative_elbo(np.load(pathlib.Path(folder) / TEST)))


if __name__ == "__main__":
    serve(*sys.argv[1:])
