import inspect
import pathlib
import warnings

import numpy as np
import pytest

from keras_vae import VAE
from keras_vae.ops._warn import warn


def line_here() -> int:
    return inspect.currentframe().f_back.f_lineno


def warned_of(call) -> list[tuple[str, int]]:
    """File and line of each warning of this package."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    ours = [warning for warning in caught if "experimental_run_functions_eagerly" not in str(warning.message)]
    return [(pathlib.Path(warning.filename).name, warning.lineno) for warning in ours]


def test_it_points_at_the_caller():
    line = line_here() + 1
    assert warned_of(lambda: warn("a message")) == [("test_warn.py", line)]


@pytest.mark.parametrize(
    "call",
    [lambda vae, x: vae.fit(x, verbose=0), lambda vae, x: vae.train_on_batch(x)],
    ids=["fit", "train_on_batch"],
)
def test_it_points_at_the_users_line_from_wherever_the_package_warns(eagerly, call):
    vae, x = VAE.for_shape((4,), 2), np.full((8, 4), 0.5, np.float32)
    vae.compile("adam")
    assert warned_of(lambda: call(vae, x)) == [("test_warn.py", call.__code__.co_firstlineno)]
