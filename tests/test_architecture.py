"""The structure: which room imports which, who touches TensorFlow, what an import costs."""

import ast
import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys

import pytest

import keras_vae

PACKAGE = pathlib.Path(keras_vae.__file__).parent

# A room may import the rooms before it, and itself.
LAYERS = [
    {"version"},
    {"files"},
    {"ops"},
    {"inputs", "regularizers", "export"},
    {"networks", "priors", "likelihoods", "datasets"},
    {"conditions"},
    # Each says to which priors its KL divergence has a closed form.
    {"posteriors"},
    {"divergences", "objectives", "training"},
    {"models"},
    {"evaluation", "visualization"},
    {"anomaly", "callbacks", "compression", "latent", "restoration", "testing"},
    {"runs"},
    {"cli"},
]
# Everything else is written with `keras.ops`, so that other backends can follow.
MAY_IMPORT_TENSORFLOW = {
    "ops/noise.py",  # the replica's id, and only when it draws
    "ops/philox.py",  # integers of 64 bits
    "ops/gradient.py",  # which Keras leaves to its backends
    "ops/special.py",  # a function that Keras lacks
    "models/train_step.py",
    "models/compiled_functions.py",
    "models/contractive_encoder.py",  # derivatives
    "models/serving.py",  # specifications of tensors
    "inputs/data_checks.py",
    "conditions/condition.py",  # shapes in graphs
    "inputs/plain_arrays.py",
    "inputs/rules.py",  # assertions in graphs
    "inputs/batches.py",
    "training/fast_path.py",  # devices, strategies and datasets
    "training/grouped_steps.py",
    "testing/objective_laws.py",  # a step that is compiled once
    "testing/round_trip.py",  # SavedModels
}
# Modules of Python that 3.11 does not have yet, and packages that some benchmarks need.
OF_NEWER_PYTHONS = {"annotationlib", "compression", "profiling"}
OF_BENCHMARKS = {"jax", "jaxlib", "pyod", "pythae", "skimage", "torch"}
ROOMS_OF_TENSORFLOW = {"datasets", "callbacks", "export", "runs"}
SOURCES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def imports(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse((PACKAGE / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def rooms(source: str) -> set[str]:
    """The rooms of the package that a file imports."""
    known = set().union(*LAYERS)
    return {parts[1] for parts in (name.split(".") for name in imports(source)) if len(parts) > 1} & known


def level(room: str) -> int:
    return next(index for index, layer in enumerate(LAYERS) if room in layer)


@pytest.mark.parametrize("source", [source for source in SOURCES if "/" in source])
def test_imports_go_one_way(source):
    room = source.split("/")[0]
    for other in rooms(source) - {room}:
        assert level(other) < level(room), f"{source} imports {other}, which stands on the same level or above"


@pytest.mark.parametrize("source", SOURCES)
def test_tensorflow_is_imported_where_it_must_be_and_nowhere_else(source):
    uses = any(name.split(".")[0] == "tensorflow" for name in imports(source))
    allowed = source in MAY_IMPORT_TENSORFLOW or source.split("/")[0] in ROOMS_OF_TENSORFLOW
    assert allowed or not uses


@pytest.mark.parametrize("source", SOURCES)
def test_every_file_says_what_it_is_for_and_public_functions_are_documented(source):
    tree = ast.parse((PACKAGE / source).read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{source}: {node.name} has no docstring"


@pytest.mark.parametrize("room", [source for source in SOURCES if source.endswith("/__init__.py")])
def test_what_a_room_exports_hides_none_of_its_modules(room):
    """`import keras_vae.a.b` must not mean a file before, and a function after, the room has exported `b`."""
    exported = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse((PACKAGE / room).read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    modules = {path.stem for path in (PACKAGE / room).parent.glob("*.py")}
    assert exported & modules == set(), "a file named after its function begins with an underscore"


# A model's distributions over codes, by any name that it has in a file.
OF_THE_CODES = re.compile(r"encoder\.posterior\b|\b(?:vae|model|_vae|_model)\.prior\b")


@pytest.mark.parametrize("source", [source for source in SOURCES if not source.startswith("models/")])
def test_the_model_alone_touches_its_posterior_and_its_prior(source):
    """Everything else asks it for draws, densities and divergences, so that there may be codes of other kinds."""
    assert OF_THE_CODES.findall((PACKAGE / source).read_text(encoding="utf-8")) == []


KERAS_INTERNALS = "ops/keras_internals.py"
# Python's own, of a frame and of a named tuple.
OF_PYTHON = {"_getframe", "_replace"}
PRIVATE = re.compile(r"(?<!\w)_[a-z]\w*")


def is_private(name) -> bool:
    return isinstance(name, str) and PRIVATE.fullmatch(name) is not None


def is_own(node) -> bool:
    """Whether an attribute's object is the very one whose class is being written."""
    is_super = isinstance(node, ast.Call) and getattr(node.func, "id", None) == "super"
    return is_super or getattr(node, "id", None) in {"self", "cls"}


def private_names(source: str) -> tuple[set, set]:
    """The private names of a file: its own, texts such as `getattr` takes included, and those of other objects."""
    own, foreign = set(), set()
    for node in ast.walk(ast.parse((PACKAGE / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            (own if is_own(node.value) else foreign).add(node.attr)
        elif isinstance(node, ast.FunctionDef) and is_private(node.name):
            own.add(node.name)
        elif isinstance(node, ast.Constant) and is_private(node.value):
            own.add(node.value)
    return own, foreign


OF_KERAS = set().union(*private_names(KERAS_INTERNALS)) - {"_collect"}


@pytest.mark.parametrize("source", [source for source in SOURCES if source != KERAS_INTERNALS])
def test_private_names_of_others_are_touched_in_one_file(source):
    """Of others, and of Keras above all, which changes them as it likes: what then holds is said in that file."""
    own, foreign = private_names(source)
    # Two objects of one class may know each other.
    assert foreign - own <= OF_PYTHON
    assert (own | foreign) & OF_KERAS == set()
    assert not any(name.startswith("keras.src") for name in imports(source))
    assert "keras.src" not in (PACKAGE / source).read_text(encoding="utf-8")


def test_the_private_names_of_keras_are_looked_for():
    assert {"_flatten_layers", "_compile_config", "_use_cached_eval_dataset"} <= OF_KERAS


def test_every_source_file_has_a_test_file():
    tests = pathlib.Path(__file__).parent
    tested_elsewhere = {"__init__.py", "__main__.py", "version.py"}
    for source in SOURCES:
        folder, name = os.path.split(source)
        if name in tested_elsewhere:
            continue
        test = f"test_{name.lstrip('_')}"
        assert (tests / folder / test).exists(), f"{source} has no tests/{folder}/{test}"


def test_no_benchmark_hides_a_module_of_python_or_of_another_package():
    """A script's folder comes first on the path: what is there is found by each library that the script imports."""
    benchmarks = PACKAGE.parent / "benchmarks"
    own = {path.stem for path in benchmarks.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert "records" in own
    installed = set(importlib.metadata.packages_distributions())
    assert own & (sys.stdlib_module_names | OF_NEWER_PYTHONS | OF_BENCHMARKS | installed) == set()


FRESH = """
import sys
# The command line alone comes without the rest of the package, which is there when it is asked for.
import keras_vae.cli.main
import tensorflow, keras
keras.layers, keras.callbacks
before = set(sys.modules)
assert "keras_vae.public" not in before
assert "VAE" in dir(keras_vae) and "likelihoods" in keras_vae.__all__
assert not hasattr(keras_vae, "nothing")
from keras_vae import VAE, networks
assert VAE is keras_vae.models.VAE and networks is keras_vae.networks
print(*sorted(set(sys.modules) - before))
print(keras.saving.get_registered_object("keras_vae>CalibratedModel").__name__)
# TensorFlow refuses this once it has begun to work.
tensorflow.config.threading.set_intra_op_parallelism_threads(1)
for name in [name for name in sys.modules if name.split(".")[0] == "keras_vae"]:
    del sys.modules[name]
# Keras's other backends need packages that are not here: the name alone is changed.
keras.backend.backend = lambda: "jax"
print("imported")
import keras_vae
"""


def test_import_is_cheap_and_loads_nothing_heavy_and_another_backend_is_refused_in_clear_words():
    """Beyond TensorFlow and Keras it loads its own files and what Python brings, and computes nothing.

    All parts are registered then: one process, whose start takes most of the time, for all that an import does.
    """
    done = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=False)
    loaded, _, rest = done.stdout.partition("\n")
    assert rest == "CalibratedModel\nimported\n", done.stderr
    others = {name.split(".")[0] for name in loaded.split()} - set(sys.stdlib_module_names)
    assert others == {"keras_vae"}
    assert done.returncode != 0
    assert "keras_vae runs on Keras's TensorFlow backend. The backend is 'jax'" in done.stderr
    assert "KERAS_BACKEND=tensorflow" in done.stderr
