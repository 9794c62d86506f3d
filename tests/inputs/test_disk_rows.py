"""Arrays on the disk are trained on and encoded batch by batch, as arrays in memory are."""

import h5py
import keras
import numpy as np
import pytest

from keras_vae.inputs.disk_rows import DiskRows, is_on_disk
from tests.models.small import EVENT_SHAPE, binary, small_autoencoder, small_vae

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture(params=["memmap", "HDF5"])
def stored(request, tmp_path):
    """Stores an array and gives what reads it."""

    def store(x, name="x"):
        if request.param == "memmap":
            np.save(tmp_path / f"{name}.npy", x)
            return np.load(tmp_path / f"{name}.npy", mmap_mode="r")
        with h5py.File(tmp_path / f"{name}.h5", "w") as file:
            file.create_dataset("x", data=x)
        return h5py.File(tmp_path / f"{name}.h5")["x"]

    return store


def test_what_is_on_the_disk(stored):
    assert is_on_disk(stored(binary(3)))
    assert not is_on_disk(binary(3))
    assert not is_on_disk([1.0])


def test_figures_codes_and_pictures_are_those_of_the_array(stored):
    x, vae = binary(11), small_vae()
    vae.compile()
    on_disk, weights = stored(x), np.linspace(0, 2, 11)
    for method in (vae.encode, vae.reconstruct):
        np.testing.assert_array_equal(method(on_disk, batch_size=8), method(x, batch_size=8))
    np.testing.assert_array_equal(vae.elbo(on_disk, seed=1), vae.elbo(x, seed=1))
    np.testing.assert_array_equal(
        vae.predict(on_disk, batch_size=8, verbose=0), vae.predict(x, batch_size=8, verbose=0)
    )
    for given in ({}, {"sample_weight": weights}, {"y": 1 - x}, {"y": stored(1 - x, "y"), "sample_weight": weights}):
        expected = {name: np.asarray(value) for name, value in given.items()}
        figures = [
            vae.evaluate(data, **arguments, batch_size=8, verbose=0, return_dict=True)["kl"]
            for data, arguments in ((on_disk, given), (x, expected))
        ]
        np.testing.assert_allclose(*figures, rtol=1e-6)


def test_training_sees_every_row_once_an_epoch_in_an_order_of_its_own(stored):
    x, seen = np.arange(10.0, dtype=np.float32)[:, None] * np.ones(3, np.float32), []
    on_disk = stored(x)

    def check(parts):
        seen.append(parts[0][:, 0].tolist())
        return parts

    rows = DiskRows([on_disk, on_disk], check, 4, shuffle=True)
    orders = []
    for _ in range(2):
        seen.clear()
        for index in range(len(rows)):
            first, second = rows[index]
            np.testing.assert_array_equal(first, second)
        assert [len(batch) for batch in seen] == [4, 4, 2]
        assert sorted(np.concatenate(seen)) == list(range(10))
        orders.append(list(map(tuple, seen)))
        rows.on_epoch_end()
    assert orders[0] != orders[1]


def test_fit_without_an_order_is_that_of_the_array(stored):
    x, weights = binary(12), []
    for data in (stored(x), x):
        keras.utils.set_random_seed(3)
        model = small_autoencoder()
        model.compile(keras.optimizers.SGD(0.1))
        history = model.fit(data, batch_size=8, epochs=2, shuffle=False, validation_data=(data,), verbose=0).history
        weights.append([*model.get_weights(), history["val_loss"]])
    for one, other in zip(*weights, strict=True):
        # The rounding of float32 in four steps.
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_bad_rows_are_refused(stored):
    vae, x = small_vae(), binary(12)
    vae.compile("adam")
    x[9, 1] = 2.0
    bad = stored(x)
    for call in (lambda: vae.fit(bad, batch_size=4, shuffle=False, verbose=0), lambda: vae.elbo(bad, batch_size=4)):
        with pytest.raises(ValueError, match=r"`x` must hold values in \[0, 1\]"):
            call()
    with pytest.raises(ValueError, match="at index \\(9, 1, 0, 0\\)"):
        vae.elbo(bad, batch_size=4)
    with pytest.raises(ValueError, match=r"must have shape \(batch, 4, 3, 1\)"):
        vae.fit(stored(binary(4)[:, :2], "other"), verbose=0)
    with pytest.raises(ValueError, match="is not split: give `validation_data`"):
        vae.fit(bad, validation_split=0.5, verbose=0)
    with pytest.raises(ValueError, match=r"one length of at least 1\. Received: 12, 3 rows"):
        vae.fit(bad, binary(3), verbose=0)
    assert vae.event_shape == EVENT_SHAPE
