"""Log-gammas whose differences keep their digits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import special

from lowerbound.distributions import log_beta, stirling_rest

SIZES = torch.logspace(-6, 6, 49).double()


def test_the_rest_completes_the_formula():
    x = torch.cat([torch.logspace(-6, 3, 200).double(), torch.tensor([7.99, 8.0, 8.01]).double()])
    formula = (x - 0.5) * x.log() - x + 0.5 * np.log(2 * np.pi)
    torch.testing.assert_close(formula + stirling_rest(x), torch.lgamma(x), rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 3e-9), (torch.float32, 2e-5)])
def test_log_beta_is_scipys_over_twelve_orders_of_magnitude(dtype, tolerance):
    a, b = (v.flatten() for v in torch.meshgrid(SIZES, SIZES, indexing="ij"))
    a, b = a.to(dtype).double(), b.to(dtype).double()
    # scipy's own error is up to 1.3e-9 here.
    truth = torch.from_numpy(special.betaln(a.numpy(), b.numpy()))
    ours = log_beta(a.to(dtype), b.to(dtype)).double()
    torch.testing.assert_close(ours, truth, rtol=tolerance, atol=tolerance)


def test_gradients_are_digammas():
    a, b = torch.tensor([0.3, 7.0, 9.0, 1e5]).double(), torch.tensor([2.0, 9.0, 0.1, 3e4]).double()
    a.requires_grad_()
    (slope,) = torch.autograd.grad(log_beta(a, b).sum(), a)
    torch.testing.assert_close(slope, torch.digamma(a) - torch.digamma(a + b), rtol=1e-9, atol=1e-9)
