"""Reading back the curves that TensorBoard shows."""

import tensorflow as tf


def scalars(folder, tag) -> dict[int, float]:
    """What TensorBoard shows as a curve under a tag, by steps."""
    found = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                if value.tag == tag:
                    found[event.step] = float(tf.make_ndarray(value.tensor))
    return found
