import numpy as np
import pytest

import keras_vae

CODES, EXAMPLES = np.zeros((2, 3), "float32"), np.eye(4, dtype="float32")


@pytest.fixture(scope="module")
def vae():
    return keras_vae.VAE.for_shape((4,), 3)


@pytest.mark.parametrize(
    ("old", "new", "arguments"),
    [
        ("mean_code", "encode_tensors", [EXAMPLES]),
        ("mean_image", "decode_tensors", [CODES]),
        ("reconstruct_batch", "reconstruct_tensors", [EXAMPLES]),
        ("draw", "sample_tensors", [5, 3]),
        ("bound", "elbo_tensors", [EXAMPLES, 3]),
    ],
)
def test_the_old_name_warns_and_gives_the_same(vae, old, new, arguments):
    with pytest.warns(DeprecationWarning, match=f"`{old}` is called `{new}` now") as warned:
        found = getattr(vae, old)(*arguments)
    assert warned[0].filename == __file__
    np.testing.assert_array_equal(found, getattr(vae, new)(*arguments))


def test_a_drawn_code_is_an_option_now(vae):
    with pytest.warns(DeprecationWarning, match="`draw_code`"):
        drawn = vae.draw_code(EXAMPLES)
    assert np.abs(drawn - vae.encode_tensors(EXAMPLES)).min() > 0
