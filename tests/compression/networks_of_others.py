"""What another machine's arithmetic would be like."""

import numpy as np


def disturbed(codec, monkeypatch, size: float) -> None:
    """Has a `BlockCodec`'s networks give other last digits than before."""
    rng = np.random.default_rng(0)
    call = codec.networks._call

    def other(*arguments):
        return {name: value + rng.normal(0, size, value.shape) for name, value in call(*arguments).items()}

    # Another processor, as one machine can have it.
    monkeypatch.setattr(codec.networks, "_call", other)
