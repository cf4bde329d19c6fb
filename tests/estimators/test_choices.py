"""What is chosen when nothing is said."""

from __future__ import annotations

import pytest
from torch import nn

from lowerbound.estimators.choices import batch_size, learning_rate, total_steps
from lowerbound.networks import KernelFeatures
from lowerbound.training.options import TrainOptions


@pytest.mark.parametrize("rows", [1, 2, 3, 63, 64, 65, 4_999, 20_000, 100_000, 10_000_000])
def test_a_batch_has_never_more_rows_than_the_data(rows: int) -> None:
    assert 1 <= batch_size(TrainOptions(), rows) <= rows
    assert batch_size(TrainOptions(batch_size=10), rows) == min(10, rows)


def test_batches_grow_with_the_data() -> None:
    sizes = [batch_size(TrainOptions(), n) for n in (50, 500, 5_000, 50_000, 500_000)]
    assert sizes == sorted(sizes)


def test_what_is_given_is_taken() -> None:
    assert learning_rate(TrainOptions(learning_rate=0.5), nn.Linear(1, 1)) == 0.5
    assert total_steps(TrainOptions(epochs=3), 1_000, 10) == 30
    assert total_steps(TrainOptions(epochs=1), 10**9, 10**7) == 10**7


def test_convolutions_take_larger_steps_and_kernels_larger_ones() -> None:
    of_kernel, of_convolution, of_layer = (
        learning_rate(TrainOptions(), module)
        for module in (nn.Sequential(KernelFeatures(((1,),), (1,))), nn.Conv2d(1, 1, 1), nn.Linear(1, 1))
    )
    assert of_kernel > of_convolution > of_layer > 0


def test_steps_stay_within_bounds_and_grow_with_the_data() -> None:
    steps = [total_steps(TrainOptions(), n, max(1, n // 64)) for n in (1, 100, 1_000, 10_000, 10**6, 10**9)]
    assert steps == sorted(steps)
    assert steps[0] >= 100
    assert steps[-1] <= 100_000
