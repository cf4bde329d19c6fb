"""A plain torch loop on the same network: what a careful person writes without a library.

``python bare_loop.py '{"batch": 100, "layers": "float32", "how": "eager", "adam": "plain"}'``

``how``: ``eager``; ``loss`` compiles the loss; ``step`` compiles the loss, its gradient and Adam as one graph.
"""

from __future__ import annotations

import json
import sys

import torch
from blocks import Blocks
from rows import rows
from torch import nn
from torch.nn import functional

WARM_UP = 30


class Net(nn.Module):
    """784-512-16 and back, ReLU."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__()
        self.latent = sizes[-1]
        widths = [*sizes[:-1], 2 * self.latent]
        self.encoder = stack(widths)
        self.decoder = stack(sizes[::-1])

    def loss(self, x: torch.Tensor, eps: torch.Tensor, bf16: bool) -> torch.Tensor:
        with torch.autocast(x.device.type, torch.bfloat16, enabled=bf16):
            code = self.encoder(x)
        mean, log_scale = code.float().chunk(2, -1)
        z = mean + log_scale.exp() * eps
        with torch.autocast(x.device.type, torch.bfloat16, enabled=bf16):
            logits = self.decoder(z)
        likelihood = functional.binary_cross_entropy_with_logits(logits.float(), x, reduction="none").sum(-1)
        kl = 0.5 * (mean.square() + torch.exp(2 * log_scale) - 1) - log_scale
        return (likelihood + kl.sum(-1)).mean()


def stack(widths: list[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for n_in, n_out in zip(widths[:-1], widths[1:], strict=True):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def whole_step(net: Net, lr: float, bf16: bool):
    """Return the step as one compiled function of (x, eps, t)."""
    parameters = list(net.parameters())
    first, second = ([torch.zeros_like(p) for p in parameters] for _ in range(2))

    def step(x: torch.Tensor, eps: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        loss = net.loss(x, eps, bf16)
        gradients = torch.autograd.grad(loss, parameters)
        correction1, correction2 = 1 - 0.9**t, 1 - 0.999**t
        with torch.no_grad():
            for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
                m.mul_(0.9).add_(g, alpha=0.1)
                v.mul_(0.999).addcmul_(g, g, value=0.001)
                p.sub_(lr * (m / correction1) / ((v / correction2).sqrt() + 1e-8))
        return loss.detach()

    return torch.compile(step, fullgraph=True, dynamic=False)


def main() -> None:
    options = json.loads(sys.argv[1])
    torch.manual_seed(0)
    device = torch.device(options.get("device", "cpu"))
    x = rows().float().to(device)
    net, bf16, batch = Net(options["sizes"]).to(device), options["layers"] == "bfloat16", options["batch"]
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=options["adam"] == "fused" or None)
    loss_of = torch.compile(net.loss, fullgraph=True, dynamic=False) if options["how"] == "loss" else net.loss
    torch._dynamo.config.trace_autograd_ops = True
    step = whole_step(net, 1e-3, bf16)
    settle = torch.cuda.synchronize if device.type == "cuda" else None
    blocks, done, total = Blocks(WARM_UP, settle), 0, 0.0
    while True:
        order = torch.randperm(len(x), device=device)
        for start in range(0, len(x) - batch + 1, batch):
            part, eps = x[order[start : start + batch]], torch.randn(batch, net.latent, device=device)
            done += 1
            if options["how"] == "step":
                loss = step(part, eps, torch.tensor(float(done)))
            else:
                loss = loss_of(part, eps, bf16)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total += loss.item()
            blocks.tick()


if __name__ == "__main__":
    main()
