"""Pythae's own trainer on a VAE with the same layers."""

import logging
import tempfile

import numpy as np
import torch
from cases import ADAM_EPSILON, LEARNING_RATE, WHITE, Case
from pythae.data.datasets import BaseDataset, DatasetOutput
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig

from contenders import torch_networks


class Contender:
    """`BaseTrainer.train_step`, which is an epoch of it; without its progress bar."""

    def __init__(self, case: Case, images: np.ndarray, seed: int):
        torch.manual_seed(seed)
        logging.getLogger("pythae").setLevel(logging.ERROR)
        self.folder = tempfile.TemporaryDirectory()
        config = BaseTrainerConfig(
            output_dir=self.folder.name,
            per_device_train_batch_size=case.batch_size,
            learning_rate=LEARNING_RATE,
            optimizer_params={"eps": ADAM_EPSILON},
            seed=seed,
            no_cuda=True,
        )
        shape = torch_networks.image_shape(case)
        model_config = VAEConfig(input_dim=shape, latent_dim=case.latent_dim, reconstruction_loss="bce")
        model = VAE(model_config, Encoder(case), Decoder(case))
        self.trainer = BaseTrainer(model, BinarizedAfresh(images.reshape(-1, *shape)), training_config=config)
        self.trainer.prepare_training()
        self.trainer.callback_handler.callbacks.clear()
        self.epochs = 0

    def train(self, epochs: int) -> list[float]:
        return [self._epoch() for _ in range(epochs)]

    def _epoch(self) -> float:
        self.epochs += 1
        return self.trainer.train_step(self.epochs)


class BinarizedAfresh(BaseDataset):
    """Draws each pixel anew whenever an image is asked for."""

    def __init__(self, images):
        super().__init__(torch.from_numpy(images) / WHITE, torch.zeros(len(images)))

    def __getitem__(self, index):
        return DatasetOutput(data=torch.bernoulli(self.data[index]), labels=self.labels[index])


class Encoder(BaseEncoder):
    """The encoder in Pythae's words."""

    def __init__(self, case):
        super().__init__()
        self.network = torch_networks.encoder(case)

    def forward(self, x):
        mean, log_variance = self.network(x).chunk(2, dim=1)
        return ModelOutput(embedding=mean, log_covariance=log_variance)


class Decoder(BaseDecoder):
    """The decoder in Pythae's words: it takes probabilities."""

    def __init__(self, case):
        super().__init__()
        self.network = torch_networks.decoder(case)

    def forward(self, z):
        return ModelOutput(reconstruction=torch.sigmoid(self.network(z)))
