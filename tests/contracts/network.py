"""Networks: shapes in, shape out."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lowerbound.core import Network, call, layer_precision
from lowerbound.errors import ShapeError
from tests.contracts.component import ComponentContract


class NetworkContract(ComponentContract):
    """A map over one batch axis."""

    def make(self) -> Network:
        raise NotImplementedError

    def network(self, dtype: torch.dtype = torch.float64) -> Network:
        """Return the network with every weight moved off its initial value, zeros included."""
        network = self.make().to(dtype)
        with torch.no_grad():
            for weight in network.parameters():
                weight.add_(0.1 * torch.randn_like(weight))
        return network

    def inputs(self, lead: tuple[int, ...], dtype: torch.dtype = torch.float64) -> list[Tensor]:
        return [torch.randn(*lead, *shape, dtype=dtype) for shape in self.make().in_shapes]

    def test_shapes_are_as_declared(self):
        network = self.network()
        for n in (1, 5):
            assert network(*self.inputs((n,))).shape == (n, *network.out_shape)

    def test_sample_axes_fold_and_unfold(self):
        network = self.network().eval()
        inputs = self.inputs((3, 4))
        out = call(network, network.in_shapes, inputs)
        assert out.shape == (3, 4, *network.out_shape)
        torch.testing.assert_close(out[2, 1], network(*(x[2, 1:2] for x in inputs))[0])

    def test_leads_broadcast(self):
        network = self.network().eval()
        inputs = self.inputs((4,))
        wide = [inputs[0].expand(3, *inputs[0].shape), *inputs[1:]]
        out = call(network, network.in_shapes, wide)
        assert out.shape == (3, 4, *network.out_shape)
        torch.testing.assert_close(out[1], call(network, network.in_shapes, inputs))

    def test_rows_are_independent_in_evaluation(self):
        network = self.network().eval()
        inputs = self.inputs((6,))
        out = network(*inputs)
        torch.testing.assert_close(network(*(x.flip(0) for x in inputs)).flip(0), out)
        torch.testing.assert_close(network(*(x[2:3] for x in inputs)), out[2:3])
        others = [torch.cat([x[:1], 100 + x[1:]]) for x in inputs]
        torch.testing.assert_close(network(*others)[:1], out[:1])

    def test_every_input_and_weight_matters(self):
        network = self.network()
        inputs = [x.requires_grad_() for x in self.inputs((6,))]
        network(*inputs).square().sum().backward()
        for x in inputs:
            assert bool((x.grad != 0).any())
        for name, weight in network.named_parameters():
            assert weight.grad is not None, name
            assert bool((weight.grad != 0).any()), name
            assert bool(weight.grad.isfinite().all()), name

    def test_dtypes_are_kept(self):
        for dtype in (torch.float32, torch.float64):
            assert self.network(dtype)(*self.inputs((2,), dtype)).dtype == dtype

    def test_reduced_layers_put_out_single_precision(self):
        network = self.network(torch.float32).eval()
        inputs = self.inputs((5,), torch.float32)
        with torch.no_grad():
            with layer_precision(torch.bfloat16):
                reduced = call(network, network.in_shapes, inputs)
            full = call(network, network.in_shapes, inputs)
        assert reduced.dtype == torch.float32
        assert not torch.equal(reduced, full), "the layers did not run in bfloat16"
        assert float((reduced - full).abs().max()) <= 0.05 * (1 + float(full.abs().max()))

    @pytest.mark.parametrize("extra", [1, 7])
    def test_a_wrong_shape_is_named(self, extra):
        network = self.network()
        inputs = self.inputs((3,))
        shape = network.in_shapes[0]
        wrong = torch.zeros(3, *shape[:-1], shape[-1] + extra).double()
        with pytest.raises(ShapeError) as caught:
            call(network, network.in_shapes, [wrong, *inputs[1:]])
        message = str(caught.value)
        assert ", ".join(map(str, shape)) in message
        assert str(tuple(wrong.shape)) in message
        assert type(network).__name__ in message
