import importlib.metadata
import os
import pathlib
import platform
import re
import sys
import types

import pytest

import keras_vae
from keras_vae.runs import environment
from keras_vae.runs.environment import peak_memory, versions

ON_LINUX = pytest.mark.skipif(not environment.STATUS.is_file(), reason="Only Linux says it so.")


@ON_LINUX
def test_peak_memory_is_in_bytes():
    resident = int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    total = 1024 * int(re.search(r"MemTotal:\s*(\d+) kB", pathlib.Path("/proc/meminfo").read_text())[1])
    assert 0.99 * resident <= peak_memory() < total


@ON_LINUX
def test_peak_memory_is_not_that_of_the_process_that_started_this_one(monkeypatch):
    resource = pytest.importorskip("resource")
    # What Linux says where a larger process started this one, whatever is done in it.
    monkeypatch.setattr(resource, "getrusage", lambda _: types.SimpleNamespace(ru_maxrss=2**40))
    assert peak_memory() < 2**40


def test_peak_memory_elsewhere(monkeypatch, tmp_path):
    resource = pytest.importorskip("resource")
    # Where the system keeps this is a constant: no other way leads a test away from this machine's own.
    monkeypatch.setattr(environment, "STATUS", tmp_path / "none")
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    monkeypatch.setattr(sys, "platform", "linux")
    assert 1024 * kilobytes <= peak_memory() < 1100 * kilobytes
    monkeypatch.setattr(sys, "platform", "darwin")
    assert kilobytes <= peak_memory() < 1.1 * kilobytes


def test_no_peak_memory_where_the_system_does_not_say(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "STATUS", tmp_path / "none")
    monkeypatch.setitem(sys.modules, "resource", None)
    assert peak_memory() is None


def test_versions():
    expected = {name: importlib.metadata.version(name) for name in ("keras", "tensorflow", "numpy")}
    expected["python"] = ".".join(map(str, sys.version_info[:3]))
    assert versions() == {**expected, "keras_vae": keras_vae.__version__}


def test_cores_and_the_name_of_the_processor(monkeypatch, tmp_path):
    table = tmp_path / "cpuinfo"
    table.write_text(
        "processor\t: 0\nmodel name\t: Abacus 7 @ 2 GHz \nmodel\t\t: 3\n\nprocessor\t: 1\nmodel name\t: other\n"
    )
    # Where the system keeps this is a constant: no other way leads a test away from this machine's own.
    monkeypatch.setattr(environment, "PROCESSORS", table)
    assert environment.machine() == {"cores": os.cpu_count(), "cpu": "Abacus 7 @ 2 GHz"}
    monkeypatch.setattr(environment, "PROCESSORS", tmp_path / "none")
    assert environment.machine()["cpu"] == platform.processor()
