"""The loop and what surrounds it. It sees contracts only, never a concrete component."""

from lowerbound.training.distributed import Processes
from lowerbound.training.history import History, Observer, Record
from lowerbound.training.options import TrainOptions
from lowerbound.training.outcome import Outcome
from lowerbound.training.step import Step
from lowerbound.training.trainer import Trainer

__all__ = ["History", "Observer", "Outcome", "Processes", "Record", "Step", "TrainOptions", "Trainer"]
