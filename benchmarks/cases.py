"""What is trained: networks, batches and learning rates, the same for every contender."""

import dataclasses
import json

import numpy as np

EVENT_SHAPE = (28, 28, 1)
SIZE = 28 * 28
WHITE = 255
LEARNING_RATE = 1e-3
# Keras's own; PyTorch's is 1e-8.
ADAM_EPSILON = 1e-7
# Of the convolutional network: units of the encoder's dense layer, sides of the kernels and of the smallest image.
CONV_FEATURES, KERNEL_SIZE, SMALLEST_SIDE = 16, 3, 7


@dataclasses.dataclass(frozen=True)
class Case:
    """A VAE and how it is trained.

    Attributes:
        network: `"dense"` or `"conv"`.
        widths: Units of the encoder's dense layers, or filters of its convolutions; the decoder mirrors them.
        latent_dim: Length of the code.
        activation: `"tanh"`, `"relu"` or `"gelu"` (the exact one).
        batch_size: Images for each step.
        images: Images for each epoch, a multiple of the batch size: no contender has a smaller last batch.
        schedule: Peak, steps of linear warm-up and steps in all of a cosine decay to 0; `None` is Adam's 1e-3.
    """

    network: str
    widths: tuple[int, ...]
    latent_dim: int
    activation: str
    batch_size: int
    images: int
    schedule: tuple[float, int, int] | None = None

    def limited(self, images: int | None) -> "Case":
        """The same with at most so many images, rounded down to whole batches."""
        count = self.images if images is None else min(images, self.images)
        return dataclasses.replace(self, images=max(1, count // self.batch_size) * self.batch_size)

    def to_json(self) -> str:
        """For another process."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Case":
        """From what `to_json` gave; JSON has lists where a hashable case has tuples."""
        fields = json.loads(text)
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()})

    @property
    def steps(self) -> int:
        """Steps in an epoch."""
        return self.images // self.batch_size

    def learning_rates(self) -> np.ndarray:
        """The learning rate of each step; after the last one it stays as it is."""
        if self.schedule is None:
            return np.array([LEARNING_RATE], np.float32)
        peak, warm_up, total = self.schedule
        steps = np.arange(total + 1)
        decay = 0.5 * peak * (1 + np.cos(np.pi * (steps - warm_up) / (total - warm_up)))
        return np.where(steps < warm_up, peak * steps / warm_up, decay).astype(np.float32)


# The dense network is that of Burda, Grosse and Salakhutdinov 2015, "Importance Weighted Autoencoders"; the
# convolutional one that of the Keras documentation's VAE, whose 20,000 images are rounded to whole batches.
SPEED = {
    "dense_100": Case("dense", (200, 200), 50, "tanh", 100, 60_000),
    "dense_1000": Case("dense", (200, 200), 50, "tanh", 1000, 60_000),
    "conv_128": Case("conv", (32, 64), 2, "relu", 128, 19_968),
}
QUALITY = Case("dense", (500, 500), 50, "gelu", 100, 60_000)


def quality(epochs: int, images: int | None) -> Case:
    """The recipe of `time_to_quality`: warm-up over the first epoch, cosine decay to the end of the last."""
    case = QUALITY.limited(images)
    return dataclasses.replace(case, schedule=(LEARNING_RATE, case.steps, epochs * case.steps))
