"""The public names are there however the package is come by, and TensorFlow only where it is needed."""

import subprocess
import sys

import pytest

import keras_vae
from keras_vae import public
from keras_vae.cli.main import main

from .cli.test_main import COMMANDS

# Runs the command as its script would, and says which of the heavy packages it has imported.
BY_SCRIPT = """
import sys
sys.argv[0] = "keras-vae"
from keras_vae.cli.main import main
try:
    sys.exit(main())
finally:
    print("heavy:", *sorted({"tensorflow", "keras", "numpy"} & set(sys.modules)), file=sys.stderr)
"""
BY_MODULE = """
import atexit, runpy, sys
atexit.register(lambda: print("heavy:", *sorted({"tensorflow", "keras", "numpy"} & set(sys.modules)), file=sys.stderr))
runpy.run_module("keras_vae", run_name="__main__", alter_sys=True)
"""
# All commands in one process, which is spared its start then.
EACH_HELP = """
import contextlib, sys
from keras_vae.cli.main import main
for command in sys.argv[1:]:
    with contextlib.suppress(SystemExit):
        main([command, "--help"])
    assert not {"tensorflow", "keras", "numpy"} & set(sys.modules), command
"""


def run(code, *arguments):
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_the_package_has_the_public_names():
    assert keras_vae.__all__ == public.__all__
    assert set(public.__all__) <= set(dir(keras_vae))
    for name in public.__all__:
        assert getattr(keras_vae, name) is getattr(public, name)


@pytest.mark.parametrize("code", [BY_SCRIPT, BY_MODULE])
@pytest.mark.parametrize(
    ("arguments", "exit_code", "text"),
    [
        (["--version"], 0, f"keras-vae {keras_vae.__version__}\n"),
        (["--help"], 0, "usage: keras-vae "),
        (["train", "--epocks", "3"], 2, ""),
        (["train", "--network", "transformer"], 2, ""),
        (["pain"], 2, ""),
        ([], 2, ""),
    ],
)
def test_help_version_and_mistakes_need_no_tensorflow(code, arguments, exit_code, text):
    done = run(code, *arguments)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (exit_code, "heavy:")
    assert done.stdout.startswith(text)


def test_nor_does_the_help_of_each_command():
    done = run(EACH_HELP, *COMMANDS)
    assert done.returncode == 0, done.stderr
    assert [line.split()[2] for line in done.stdout.splitlines() if line.startswith("usage: ")] == list(COMMANDS)


def test_a_command_knows_all_parts_before_it_runs(monkeypatch):
    monkeypatch.delitem(sys.modules, "keras_vae.public")
    monkeypatch.setattr("keras_vae.runs.train", lambda **given: ran.append("keras_vae.public" in sys.modules))
    ran = []
    with pytest.raises(TypeError):
        main(["train"])
    assert ran == [True]
