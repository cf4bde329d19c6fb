"""What every member of a role keeps. A member's test says how to make it and inherits the rest."""

from tests.contracts.component import ComponentContract
from tests.contracts.distance import DistanceContract
from tests.contracts.family import FamilyContract
from tests.contracts.flow import FlowContract
from tests.contracts.likelihood import LikelihoodContract
from tests.contracts.network import NetworkContract
from tests.contracts.penalty import PenaltyContract
from tests.contracts.posterior import EstimatedPosteriorContract, PosteriorContract
from tests.contracts.prior import PriorContract
from tests.contracts.term import TermContract
from tests.contracts.transform import TransformContract

__all__ = [
    "ComponentContract",
    "DistanceContract",
    "EstimatedPosteriorContract",
    "FamilyContract",
    "FlowContract",
    "LikelihoodContract",
    "NetworkContract",
    "PenaltyContract",
    "PosteriorContract",
    "PriorContract",
    "TermContract",
    "TransformContract",
]
