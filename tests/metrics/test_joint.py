"""The joint density over one real vector a row."""

from __future__ import annotations

import pytest
import torch

import lowerbound as lb
from lowerbound.metrics import Joint, draw_prior
from lowerbound.models import VAE, Latent
from tests.known_answers.linear_gaussian import LinearGaussian
from tests.known_answers.test_two_levels import MARGINAL, ladder

GAUSSIAN = LinearGaussian.random(4, 2, seed=3)


def test_it_is_the_models_joint_density():
    x = {"x": GAUSSIAN.sample(5)}
    joint, u = Joint(GAUSSIAN.vae("wide"), x), torch.randn(7, 5, 2).double()
    prior, likelihood = joint(u)
    trace = GAUSSIAN.vae("wide")({**x, "z": u})
    torch.testing.assert_close(prior, trace["z"].log_p)
    torch.testing.assert_close(likelihood, trace["x"].log_p)
    torch.testing.assert_close(joint.log_q(u), GAUSSIAN.vae("wide")(x)["z"].q.log_prob(u))


def test_all_latents_of_a_hierarchy_are_one_vector():
    x = torch.distributions.MultivariateNormal(torch.zeros(5).double(), MARGINAL).sample((4,))
    model = ladder(None)
    joint = Joint(model, {"x": x})
    assert (joint.rows, joint.size, list(joint.shapes)) == (4, 5, ["z2", "z1"])
    u = joint.draw_posterior(3)
    values, jacobian = joint.latents(u)
    trace = model({"x": x, **values})
    torch.testing.assert_close(sum(joint(u)), sum(site.log_p for site in trace.sites.values()))
    assert bool((jacobian == 0).all())
    torch.testing.assert_close(joint.free(values), u)


@pytest.mark.parametrize(
    ("support", "torchs"),
    [
        ("positive", torch.distributions.Gamma(torch.full((3,), 2.0).double(), 1.0)),
        ("interval", torch.distributions.Beta(torch.full((3,), 2.0).double(), 3.0)),
        ("simplex", torch.distributions.Dirichlet(torch.tensor([1.0, 2.0, 3.0]).double())),
    ],
)
def test_latents_under_constraints_are_freed(support, torchs):
    """E_p[r(u) / p(u)] = 1 for a normal r over u: true only with the right Jacobian."""

    class Fixed(torch.nn.Module):
        def forward(self, *contexts):
            return torchs if support == "simplex" else torch.distributions.Independent(torchs, 1)

    Fixed.support = support
    model = VAE([Latent("z", Fixed(), Fixed())], lb.core.Constant(lb.likelihoods.Normal((1,), variance=1.0)).double())
    joint = Joint(model, {"x": torch.zeros(1, 1).double()})
    u = joint.draw_prior(100_000)
    assert joint.size == (2 if support == "simplex" else 3)
    r = torch.distributions.Normal(u.mean(0), 0.5 * u.std(0))
    ratio = (r.log_prob(u).sum(-1) - joint(u)[0]).exp()
    assert float(ratio.mean()) == pytest.approx(1.0, abs=4 * float(ratio.std()) / 100_000**0.5)
    values, _ = joint.latents(u)
    torch.testing.assert_close(joint.free(values), u, rtol=1e-6, atol=1e-6)


def test_rows_share_their_draws():
    x = GAUSSIAN.sample(5)
    joint, alone = Joint(GAUSSIAN.vae("wide"), {"x": x}), Joint(GAUSSIAN.vae("wide"), {"x": x[2:3]})
    assert bool((joint.draw_prior(6)[:, 2] == alone.draw_prior(6)[:, 0]).all())
    torch.testing.assert_close(joint.draw_posterior(6)[:, 2], alone.draw_posterior(6)[:, 0])
    drawn = draw_prior(GAUSSIAN.vae("wide"), {"x": x}, 50_000, seed=1)
    assert list(drawn) == ["z"]
    torch.testing.assert_close(drawn["z"][:, 0].var(0), torch.ones(2).double(), rtol=0.03, atol=0)
