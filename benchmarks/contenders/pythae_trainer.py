"""Pythae's training loop as shipped: its VAE, its default MLP (784-512-16, ReLU), its BaseTrainer and data loader.

``python pythae_trainer.py '{"batch": 100}'`` with the Python of an environment that has pythae.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")

from blocks import Blocks  # noqa: E402
from pythae.data.datasets import BaseDataset  # noqa: E402
from pythae.models import VAE, VAEConfig  # noqa: E402
from pythae.trainers import BaseTrainer, BaseTrainerConfig  # noqa: E402
from pythae.trainers.training_callbacks import TrainingCallback  # noqa: E402
from rows import rows  # noqa: E402

WARM_UP = 30


class Timed(TrainingCallback):
    """A callback that counts steps."""

    def __init__(self) -> None:
        self.blocks = Blocks(WARM_UP)

    def on_train_step_end(self, training_config: BaseTrainerConfig, **kwargs: object) -> None:
        self.blocks.tick()


def main() -> None:
    options = json.loads(sys.argv[1])
    x = rows().float()
    model = VAE(VAEConfig(input_dim=(784,), latent_dim=options["sizes"][-1], reconstruction_loss="bce"))
    with tempfile.TemporaryDirectory() as folder:
        config = BaseTrainerConfig(
            output_dir=folder, per_device_train_batch_size=options["batch"], num_epochs=1000, learning_rate=1e-3
        )
        dataset = BaseDataset(x, x.new_zeros(len(x)))
        BaseTrainer(model, dataset, training_config=config, callbacks=[Timed()]).train()


if __name__ == "__main__":
    main()
