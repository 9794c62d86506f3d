"""What all tests share: seeds, small data, and where real MNIST is.

TensorFlow is imported by those who run tests, and not by the process that hands them out, which would take its time.
"""

import gc
import io
import os
import sys
import warnings

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# How fast the code is that is made of a graph matters less to models of some hundred weights than how soon it is made.
# Who sets the flags of XLA, if to nothing, has all optimizations, of TensorFlow's graphs too.
QUICKLY_MADE = "XLA_FLAGS" not in os.environ
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

FIRST = ("test_train_step", "test_latent_model", "test_serving", "test_vae", "test_writer")
LAST = ("test_laws", "test_contractive_encoder", "test_fast_path", "test_grouped_steps", "test_strategies")
# Instruction sets by oneDNN's names for them.
WITHOUT_BFLOAT16 = ("SSE41", "AVX", "AVX2", "AVX2_VNNI")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Each worker takes whole files, as far as it goes: what a module shares is then made once, not in every worker."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "worksteal"


def pytest_collection_modifyitems(items):
    """Leaves out what ends the process: TensorFlow multiplies by oneDNN what the processor can, whatever oneDNN may."""
    if os.environ.get("ONEDNN_MAX_CPU_ISA") in WITHOUT_BFLOAT16 and os.environ.get("TF_ENABLE_ONEDNN_OPTS") != "0":
        crash = pytest.mark.skip(reason="products of bfloat16 crash in TensorFlow where oneDNN is held to a lesser CPU")
        for item in items:
            if "bfloat16" in item.name or item.get_closest_marker("bfloat16"):
                item.add_marker(crash)
    _put_in_order(items)


def _put_in_order(items):
    """In each folder what finds much in little time goes first, and what takes long last: `-x` then ends soon."""
    folders = {}
    for item in items:
        folders.setdefault(item.path.parent, []).append(item)
    for of_folder in folders.values():
        of_folder.sort(key=lambda item: (item.path.stem not in FIRST, item.path.stem in LAST))
    waiting = {folder: iter(of_folder) for folder, of_folder in folders.items()}
    items[:] = [next(waiting[item.path.parent]) for item in items]


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """The hundreds of thousands of objects of all modules stay: the garbage collector looks at them in vain."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000)
        gc.enable()


@pytest.fixture(autouse=True, scope="session")
def _graphs_as_they_were_traced():
    """To optimize graphs takes a fifth of the time of all tests."""
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": QUICKLY_MADE})


@pytest.fixture(autouse=True)
def _fresh_state():
    """Every test starts from the same seed and the default dtype policy, and leaves no trace."""
    import keras

    from . import seeds

    seeds.set_all(0)
    yield
    keras.config.set_dtype_policy("float32")
    keras.config.set_floatx("float32")


@pytest.fixture(autouse=True)
def _draws_of_its_own(request, monkeypatch):
    """What a test draws from its module's generator does not depend on the tests that ran before it."""
    if hasattr(request.module, "RNG"):
        monkeypatch.setattr(request.module, "RNG", np.random.default_rng(1))


@pytest.fixture(autouse=True)
def _closed_forms_of_its_own(monkeypatch):
    """What a test or a notebook registers is held to nothing after it: it may well be wrong on purpose."""
    from keras_vae.posteriors import closed_forms

    monkeypatch.setattr(closed_forms, "_REGISTERED", dict(closed_forms._REGISTERED))


@pytest.fixture
def eagerly():
    """Without graphs, whose tracing would take most of the time of trainings of a few steps."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Even though the `tf.config.experimental_run_functions_eagerly`")
        yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def doubles():
    """Double precision: what rounding leaves between two ways to compute is then far below what any error would make.

    In single precision Adam, which divides a gradient by its size, makes a step of what is rounding alone.
    """
    import keras

    keras.config.set_dtype_policy("float64")
    keras.config.set_floatx("float64")


class Terminal(io.StringIO):
    """What takes what is drawn, as a terminal does."""

    def isatty(self):
        return True


def on_terminal(monkeypatch) -> Terminal:
    """Puts a terminal in place of the standard output until the end of a test; colours are welcome."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stdout", stream := Terminal())
    return stream


@pytest.fixture
def binary_images() -> np.ndarray:
    """96 structured binary images `(96, 8, 8, 1)`: bright squares at random places."""
    rng = np.random.default_rng(0)
    images = np.zeros((96, 8, 8, 1), np.float32)
    for image, (row, column) in zip(images, rng.integers(0, 5, (96, 2)), strict=True):
        image[row : row + 4, column : column + 4] = 1.0
    return images


@pytest.fixture(scope="session")
def mnist_dir() -> str | None:
    """Folder with MNIST prepared for TFDS, from the environment's TFDS_DATA_DIR; `None` where it is not."""
    folder = os.environ.get("TFDS_DATA_DIR", "")
    return folder if os.path.isdir(os.path.join(folder, "mnist")) else None
