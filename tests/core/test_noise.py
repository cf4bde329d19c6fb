"""Where random draws come from: independent, a process's window, or shared by all rows."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lowerbound.core import noise
from tests.contracts import agreement

LIKE = torch.zeros(())
DRAWS = [noise.normal, noise.uniform]
quick = settings(max_examples=25, derandomize=True, deadline=None)


def test_independent_noise_is_standard():
    z = noise.normal((200_000,), 0, LIKE.double())
    agreement.unbiased(z, 0.0, size=0.003)
    agreement.unbiased(z.square(), 1.0, size=0.004)
    u = noise.uniform((200_000,), 0, LIKE)
    assert 0 <= float(u.min()) < 1e-4
    assert 1 - 1e-4 < float(u.max()) < 1
    agreement.unbiased(u.double(), 0.5, size=0.001)


def test_independent_noise_follows_the_seed():
    torch.manual_seed(5)
    first = noise.normal((3, 4), 1, LIKE)
    torch.manual_seed(5)
    assert torch.equal(noise.normal((3, 4), 1, LIKE), first)
    assert not torch.equal(noise.normal((3, 4), 1, LIKE), first)


@pytest.mark.parametrize("draw", DRAWS)
@given(
    cuts=st.lists(st.integers(0, 12), max_size=3), samples=st.integers(1, 3), event=st.sampled_from([(), (2,), (2, 3)])
)
@quick
def test_windows_together_are_the_noise_of_the_whole_batch(draw, cuts, samples, event):
    total, edges = 12, sorted({0, 12, *cuts})
    torch.manual_seed(1)
    whole = draw((samples, total, *event), len(event), LIKE)
    parts = []
    for start, stop in zip(edges, edges[1:], strict=False):
        torch.manual_seed(1)
        with noise.use(noise.Window(start, total)):
            parts.append(draw((samples, stop - start, *event), len(event), LIKE))
    assert torch.equal(torch.cat(parts, 1), whole)


def test_windows_stay_together_over_several_draws():
    def two(rows: int) -> torch.Tensor:
        return torch.cat([noise.normal((1, rows, 2), 1, LIKE), noise.uniform((1, rows, 1), 1, LIKE)], -1)

    torch.manual_seed(0)
    whole = two(6)
    parts = []
    for start in (0, 3):
        torch.manual_seed(0)
        with noise.use(noise.Window(start, 6)):
            parts.append(two(3))
    assert torch.equal(torch.cat(parts, 1), whole)


class TestShared:
    @pytest.mark.parametrize("draw", DRAWS)
    def test_rows_share_it(self, draw):
        with noise.use(noise.Shared(0)):
            z = draw((5, 4, 3), 1, LIKE)
        assert torch.equal(z, z[:, :1].expand(5, 4, 3))
        assert len(z[:, 0].unique(dim=0)) == 5

    @given(start=st.integers(0, 60), count=st.integers(1, 50), rows=st.integers(1, 4))
    @quick
    def test_a_sample_is_the_same_in_every_chunk(self, start, count, rows):
        with noise.use(noise.Shared(7)):
            whole = noise.normal((110, 2, 3), 1, LIKE)
        with noise.use(noise.Shared(7, start)):
            part = noise.normal((count, rows, 3), 1, LIKE)
        assert torch.equal(part[:, 0], whole[start : start + count, 0])

    def test_draws_and_seeds_are_unrelated(self):
        with noise.use(noise.Shared(0)):
            first, second = (noise.normal((400, 1), 0, LIKE)[:, 0] for _ in range(2))
        with noise.use(noise.Shared(1)):
            third = noise.normal((400, 1), 0, LIKE)[:, 0]
        correlation = torch.corrcoef(torch.stack([first, second, third])) - torch.eye(3)
        assert float(correlation.abs().max()) < 0.2

    def test_an_enumerated_axis_in_front_keeps_samples_apart(self):
        with noise.use(noise.Shared(0, 3)):
            late = noise.normal((2, 4, 5, 3), 1, LIKE)
        with noise.use(noise.Shared(0)):
            all_ = noise.normal((2, 7, 1, 3), 1, LIKE)
        assert torch.equal(late[:, :, 0], all_[:, 3:, 0])
        assert not torch.equal(late[0], late[1])

    def test_it_is_standard_normal_and_of_the_dtype_asked_for(self):
        with noise.use(noise.Shared(2)):
            z = noise.normal((50_000, 1, 2), 1, LIKE.double())
        assert z.dtype == torch.float64
        agreement.unbiased(z[:, 0].square(), 1.0, size=0.01)

    def test_it_leaves_the_global_generator_alone(self):
        before = torch.get_rng_state()
        with noise.use(noise.Shared(0)):
            noise.normal((4, 2), 0, LIKE)
        assert torch.equal(torch.get_rng_state(), before)

    def test_without_a_sample_axis_it_is_refused(self):
        with noise.use(noise.Shared(0)), pytest.raises(ValueError, match="samples"):
            noise.normal((4, 3), 1, LIKE)


def test_the_source_is_put_back_even_after_an_error():
    with pytest.raises(ZeroDivisionError), noise.use(noise.Shared(0)):
        raise ZeroDivisionError
    z = noise.normal((3, 2), 0, LIKE)
    assert not torch.equal(z[:, 0], z[:, 1])


def test_sources_nest():
    with noise.use(noise.Shared(0)):
        with noise.use(noise.Independent()):
            inner = noise.normal((3, 2), 0, LIKE)
        outer = noise.normal((3, 2), 0, LIKE)
    assert not torch.equal(inner[:, 0], inner[:, 1])
    assert torch.equal(outer[:, 0], outer[:, 1])


@given(st.lists(st.integers(-(2**70), 2**70), min_size=1, max_size=4), st.integers(0, 3), st.integers(1, 2**40))
@quick
def test_seeds_are_63_bits_and_differ(parts, where, by):
    seed = noise.mix_seed(*parts)
    assert 0 <= seed < 2**63
    other = list(parts)
    other[where % len(parts)] += by
    assert noise.mix_seed(*other) != seed
    assert noise.mix_seed(*parts, 0) != seed
