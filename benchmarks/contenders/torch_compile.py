"""PyTorch by hand, with the loss compiled by `torch.compile`."""

import torch

from contenders import torch_eager


class Contender(torch_eager.Contender):
    """The eager loop, forward and backward pass compiled."""

    def __init__(self, case, images, seed):
        super().__init__(case, images, seed)
        self.loss = torch.compile(self.loss)
