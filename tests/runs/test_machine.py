import importlib.metadata
import pathlib
import re
import sys

import pytest

import keras_vae
from keras_vae.runs.machine import peak_memory, versions

STATUS = pathlib.Path("/proc/self/status")


@pytest.mark.skipif(not STATUS.is_file(), reason="Only Linux says elsewhere how much memory a process holds.")
def test_peak_memory_is_in_bytes():
    largest_resident = 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", STATUS.read_text())[1])
    total = 1024 * int(re.search(r"MemTotal:\s*(\d+) kB", pathlib.Path("/proc/meminfo").read_text())[1])
    assert 0.99 * largest_resident <= peak_memory() < total


def test_no_peak_memory_where_the_system_does_not_say(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert peak_memory() is None


def test_versions():
    expected = {name: importlib.metadata.version(name) for name in ("keras", "tensorflow", "numpy")}
    expected["python"] = ".".join(map(str, sys.version_info[:3]))
    assert versions() == {**expected, "keras_vae": keras_vae.__version__}
