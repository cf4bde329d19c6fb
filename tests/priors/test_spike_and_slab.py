"""Sparse codes before anything is seen."""

from __future__ import annotations

import torch
from torch import nn

from lowerbound import distributions
from lowerbound.priors import SpikeAndSlab
from tests.contracts import PriorContract


class TestSpikeAndSlab(PriorContract):
    def make(self):
        prior = SpikeAndSlab((3,))
        nn.init.normal_(prior.logits)
        return prior

    def reference(self, p):
        return distributions.SpikeAndSlab(p.params["logits"].detach() - 0.5)

    def posterior(self, p):
        return distributions.TiltedSpikeAndSlab(torch.randn(4, 3).double(), torch.eye(3).double(), p.params["logits"])


def test_half_of_the_latents_are_on_before_training():
    assert SpikeAndSlab((4,))().variance.tolist() == [0.5] * 4
