"""The contracts that everything else is written against."""

from lowerbound.core.batches import Batches
from lowerbound.core.calibration import Calibrated, ClosedForm, calibrate, closed_forms
from lowerbound.core.component import Component, describe
from lowerbound.core.conditional import Conditional, Constant, Family, Network, Size, as_shape, call, layer_precision
from lowerbound.core.model import Batch, Level, Model, draw
from lowerbound.core.objective import Log, Objective, Rowwise, Scaled, Sum, Term
from lowerbound.core.progress import Progress
from lowerbound.core.schedule import Cosine, Cyclical, Linear, Schedule, value_at
from lowerbound.core.trace import Site, Trace

__all__ = [
    "Batch",
    "Batches",
    "Calibrated",
    "ClosedForm",
    "Component",
    "Conditional",
    "Constant",
    "Cosine",
    "Cyclical",
    "Family",
    "Level",
    "Linear",
    "Log",
    "Model",
    "Network",
    "Objective",
    "Progress",
    "Rowwise",
    "Scaled",
    "Schedule",
    "Site",
    "Size",
    "Sum",
    "Term",
    "Trace",
    "as_shape",
    "calibrate",
    "call",
    "closed_forms",
    "describe",
    "draw",
    "layer_precision",
    "value_at",
]
