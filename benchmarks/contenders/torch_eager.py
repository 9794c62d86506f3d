"""PyTorch by hand: a loop over gathered batches, with the fused Adam."""

import os

import numpy as np
import torch
import torch.nn.functional as F
from cases import ADAM_EPSILON, WHITE, Case

from contenders import torch_networks


class Contender:
    """Convolutions run channels last, which is PyTorch's faster layout on a CPU."""

    def __init__(self, case: Case, images: np.ndarray, seed: int):
        torch.manual_seed(seed)
        torch.set_num_threads(os.cpu_count())
        self.batch_size = case.batch_size
        self.shape = torch_networks.image_shape(case)
        self.layout = torch.contiguous_format if case.network == "dense" else torch.channels_last
        self.images = self.laid_out(images)
        self.network = torch.nn.ModuleList([torch_networks.encoder(case), torch_networks.decoder(case)])
        self.network.to(memory_format=self.layout)
        self.optimizer = torch.optim.Adam(self.network.parameters(), eps=ADAM_EPSILON, fused=True)
        self.learning_rates, self.step = case.learning_rates().tolist(), 0

    def train(self, epochs: int) -> list[float]:
        return [self._epoch() for _ in range(epochs)]

    def _epoch(self) -> float:
        order = torch.randperm(len(self.images)).split(self.batch_size)
        total = torch.zeros(())
        for chosen in order:
            for group in self.optimizer.param_groups:
                group["lr"] = self.learning_rates[min(self.step, len(self.learning_rates) - 1)]
            loss = self.loss(binarized(self.images[chosen]))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.detach()
            self.step += 1
        return total.item() / len(order)

    def loss(self, x):
        """The negative ELBO of a batch, averaged over it."""
        encoder, decoder = self.network
        mean, log_variance = encoder(x).chunk(2, dim=1)
        logits = decoder(mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean))
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = -0.5 * torch.sum(1 + log_variance - mean.square() - log_variance.exp())
        return (reconstruction + kl) / len(x)

    @torch.no_grad()
    def negative_elbo(self, images) -> float:
        return self.loss(self.laid_out(images)).item()

    def laid_out(self, images):
        """Images `(n, 28, 28, 1)` in the network's layout."""
        images = torch.from_numpy(images).reshape(-1, *self.shape)
        return images.to(memory_format=self.layout)


def binarized(pixels):
    """Each pixel white with its grey value as probability, drawn afresh."""
    return (torch.rand(pixels.shape) * WHITE < pixels).float()
