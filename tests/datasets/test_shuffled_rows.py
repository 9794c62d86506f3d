import numpy as np
import pytest
import tensorflow as tf

from keras_vae.datasets._shuffled_rows import shuffled_rows

ROWS = np.arange(20, dtype=np.float32).reshape(10, 2)


def numbers(dataset) -> np.ndarray:
    """Which rows come, one after the other; each batch holds whole ones."""
    rows = np.concatenate(list(dataset.as_numpy_iterator()))
    np.testing.assert_array_equal(rows[:, 1], rows[:, 0] + 1)
    return rows[:, 0].astype(int) // 2


def test_each_epoch_has_every_row_once_in_an_order_of_its_own():
    dataset = shuffled_rows(ROWS, 5, 4, seed=0)
    assert dataset.cardinality() == 8
    epochs = numbers(dataset).reshape(4, 10)
    np.testing.assert_array_equal(np.sort(epochs, axis=1), np.tile(np.arange(10), (4, 1)))
    assert len({tuple(epoch) for epoch in epochs}) == 4


@pytest.mark.parametrize(("batch_size", "epochs", "batches"), [(4, 3, (7, 4)), (100, 3, (3, 10)), (1, 1, (10, 1))])
def test_all_batches_are_of_one_size(batch_size, epochs, batches):
    dataset = shuffled_rows(ROWS, batch_size, epochs, seed=0)
    shapes = [batch.shape for batch in dataset]
    assert shapes == [(batches[1], 2)] * batches[0]
    assert int(dataset.cardinality()) == batches[0]
    assert dataset.element_spec.dtype == tf.float32


def test_a_batch_may_hold_the_end_of_an_epoch_and_the_beginning_of_the_next():
    order = numbers(shuffled_rows(ROWS, 4, 3, seed=0))
    np.testing.assert_array_equal(np.sort(order[:10]), np.arange(10))
    np.testing.assert_array_equal(np.sort(order[10:20]), np.arange(10))


def test_the_seed_alone_decides():
    orders = []
    for global_seed in (0, 1):
        tf.random.set_seed(global_seed)
        tf.random.normal(())
        dataset = shuffled_rows(ROWS, 5, 2, seed=3)
        orders += [numbers(dataset), numbers(dataset)]
    for order in orders[1:]:
        np.testing.assert_array_equal(order, orders[0])
    assert not np.array_equal(numbers(shuffled_rows(ROWS, 5, 2, seed=4)), orders[0])
