"""The weight of the KL divergence over a training."""

import keras

from keras_vae.ops.checks import checked_name, checked_number, checked_size

UNITS = ("epoch", "step")


class BetaSchedule(keras.callbacks.Callback):
    """Sets a VAE's `beta`: a linear warm-up, once or again and again.

    beta(t) = start + (stop - start) min(1, t / warm_up), where t counts the epochs, or the steps of the optimizer, from
    0; with `cycle` it starts again from 0 after that many. Beta depends on nothing else, so a training that is resumed
    (`initial_epoch`, `BackupAndRestore`) goes on as if it had not been interrupted.

    ```python
    vae.fit(images, epochs=2, callbacks=[keras_vae.callbacks.BetaSchedule(warm_up=2)], verbose=0)
    ```

    `beta` is in the logs of each epoch: the progress bar and the History have it, and so do callbacks after this one in
    the list, such as CSVLogger and TensorBoard. The logged `loss` weighs the KL divergence by beta; select models on
    `negative_elbo`.

    Sources: Bowman et al. 2016, "Generating Sentences from a Continuous Space", section 3.1, for one warm-up; Fu et
    al. 2019, "Cyclical Annealing Schedule: A Simple Approach to Mitigating KL Vanishing", for cycles. Their M cycles
    with a proportion R < 1 of increase, over T steps, are `cycle=T // M`, `warm_up=int(R * T / M)`.

    Args:
        warm_up: Epochs, or steps, in which beta goes from `start` to `stop`.
        cycle: Epochs, or steps, from one start to the next, more than `warm_up`; `None` is one warm-up.
        num_cycles: Number of cycles, after which beta stays at `stop`; `None` never stops.
        start: Beta at the beginning, at least 0.
        stop: Beta after the warm-up, at least 0.
        unit: `"epoch"`, or `"step"`: updates of the weights, as the optimizer counts them. With `steps_per_execution`
            above 1, beta is set before each execution, for all its steps.

    Raises:
        ValueError: If an argument is out of range; or when training begins, if the model has no beta, or its objective
            sets it.
    """

    def __init__(
        self,
        warm_up: int,
        cycle: int | None = None,
        num_cycles: int | None = None,
        start: float = 0.0,
        stop: float = 1.0,
        unit: str = "epoch",
    ):
        super().__init__()
        self.warm_up = checked_size(warm_up, "warm_up")
        self.cycle = None if cycle is None else checked_size(cycle, "cycle")
        self.num_cycles = None if num_cycles is None else checked_size(num_cycles, "num_cycles")
        self.start, self.stop = checked_number(start, "start", 0.0), checked_number(stop, "stop", 0.0)
        self.unit = checked_name(unit, UNITS, "unit")
        if cycle is not None and self.cycle <= self.warm_up:
            raise ValueError(
                "`cycle` must be larger than `warm_up`, or beta starts again before it reaches `stop`. Received: "
                f"cycle={cycle}, warm_up={warm_up}."
            )
        if num_cycles is not None and cycle is None:
            raise ValueError(f"`num_cycles` needs `cycle`. Received: num_cycles={num_cycles}, cycle=None.")

    def beta_at(self, count: int) -> float:
        """Beta after that many epochs, or steps."""
        if self.num_cycles is not None and count >= self.num_cycles * self.cycle:
            return self.stop
        position = count if self.cycle is None else count % self.cycle
        return self.start + (self.stop - self.start) * min(1.0, position / self.warm_up)

    def on_train_begin(self, logs=None):
        # A plain attribute would be a constant in the compiled training step.
        if not isinstance(getattr(self.model, "beta", None), keras.Variable):
            raise ValueError(
                f"BetaSchedule sets the model's variable `beta`, which {type(self.model).__name__} does not have. Use "
                "it with a VAE."
            )
        if self.model.objective.sets_beta:
            raise ValueError(
                f"{type(self.model.objective).__name__} finds beta by itself: train without a BetaSchedule, or with "
                "the ELBO as the objective."
            )

    def on_epoch_begin(self, epoch, logs=None):
        if self.unit == "epoch":
            self.model.beta = self.beta_at(epoch)

    @property
    def needs_every_batch(self) -> bool:
        """Whether this schedule must run before every batch, which disables steps in groups."""
        return self.unit == "step"

    def on_train_batch_begin(self, batch, logs=None):
        if self.unit == "step":
            self.model.beta = self.beta_at(int(self.model.optimizer.iterations))

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["beta"] = float(self.model.beta.numpy())
