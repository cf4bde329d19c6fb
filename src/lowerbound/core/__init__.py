"""The contracts that everything else is written against."""

from lowerbound.core.amortisation import Amortised, amortised, log_posterior, with_posterior
from lowerbound.core.batches import Batches
from lowerbound.core.calibration import Calibrated, ClosedForm, FromRows, calibrate, closed_forms, take_rows
from lowerbound.core.component import Component, describe
from lowerbound.core.conditional import Conditional, Constant, Family, Network, Size, as_shape, call, layer_precision
from lowerbound.core.holding import Holding, held
from lowerbound.core.masked import MADE, MaskedLinear
from lowerbound.core.model import Batch, Level, Model, draw
from lowerbound.core.objective import Log, Objective, Rowwise, Scaled, Sum, Term
from lowerbound.core.progress import Progress
from lowerbound.core.schedule import Cosine, Cyclical, Linear, Schedule, value_at
from lowerbound.core.support import SUPPORTS, check_same_support, describes, levels_of
from lowerbound.core.trace import Site, Trace
from lowerbound.core.unbounded import why_unbounded

__all__ = [
    "MADE",
    "SUPPORTS",
    "Amortised",
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
    "FromRows",
    "Holding",
    "Level",
    "Linear",
    "Log",
    "MaskedLinear",
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
    "amortised",
    "as_shape",
    "calibrate",
    "call",
    "check_same_support",
    "closed_forms",
    "describe",
    "describes",
    "draw",
    "held",
    "layer_precision",
    "levels_of",
    "log_posterior",
    "take_rows",
    "value_at",
    "why_unbounded",
    "with_posterior",
]
