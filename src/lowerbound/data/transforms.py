r"""From the rows as they are stored to the rows that the model sees.

Stored integers :math:`v \in \{0, \dots, L - 1\}` with ``binarize="dynamic"`` are probabilities
:math:`p = v / (L - 1)`; the model sees :math:`x = [u < p]` with fresh uniform noise in training, and with
noise that is a hash of (seed, the row's content, pixel) in evaluation, so that a row's binarization depends
on nothing but the row and the seed.

References
----------
Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", ICLR 2016 (dynamic binarization).
Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (SplitMix64).
"""

from __future__ import annotations

import torch
from torch import Tensor

from lowerbound.core import noise
from lowerbound.data.schema import Schema

__all__ = ["prepare", "prepare_fixed"]

CHUNK = 4096
GOLDEN = 0x9E3779B97F4A7C15 - 2**64
FIRST = 0xBF58476D1CE4E5B9 - 2**64
SECOND = 0x94D049BB133111EB - 2**64


def prepare(raw: Tensor, schema: Schema) -> Tensor:
    """Turn stored rows into model input, drawing a new binarization where the schema asks for one.

    Parameters
    ----------
    raw : Tensor, (B, *shape)
        Stored rows, uint8 or float.
    schema : Schema
        Of the data set.

    Returns
    -------
    Tensor, (B, *shape)
        float32 (float64 rows stay float64).

    Examples
    --------
    >>> schema = Schema((2,), "binary", levels=256, binarize="dynamic")
    >>> prepare(torch.tensor([[0, 255]], dtype=torch.uint8), schema)
    tensor([[0., 1.]])
    """
    if schema.binarize is None:
        return raw if raw.dtype == torch.float64 else raw.float()
    probability = _probability(raw, schema)
    event_dim = len(schema.shape)
    return (noise.uniform(probability.shape, event_dim, probability) < probability).float()


def prepare_fixed(raw: Tensor, schema: Schema, seed: int = 0) -> Tensor:
    """Turn stored rows into model input, with the binarization that belongs to each row and `seed`.

    Parameters
    ----------
    raw : Tensor, (B, *shape)
        Stored rows, uint8 or float.
    schema : Schema
        Of the data set.
    seed : int, default 0
        Of the binarization.

    Returns
    -------
    Tensor, (B, *shape)
        float32; a row's result does not depend on its neighbours or on its place.

    Examples
    --------
    >>> schema = Schema((4,), "binary", levels=256, binarize="dynamic")
    >>> rows = torch.tensor([[9, 100, 200, 250], [128, 128, 128, 128]], dtype=torch.uint8)
    >>> torch.equal(prepare_fixed(rows, schema)[1:], prepare_fixed(rows[1:], schema))
    True
    """
    if schema.binarize is None:
        return prepare(raw, schema)
    return torch.cat([_binarize(rows, schema, seed) for rows in raw.split(CHUNK)]) if len(raw) else raw.float()


def _probability(raw: Tensor, schema: Schema) -> Tensor:
    return raw.float() / ((schema.levels or 2) - 1)


def _binarize(raw: Tensor, schema: Schema, seed: int) -> Tensor:
    flat = raw.flatten(1)
    position = torch.arange(1, flat.shape[1] + 1, device=raw.device)
    content = _mix(flat.long() + 1 + position * GOLDEN).sum(1, keepdim=True)
    noise = _mix(_mix(content + _wrap(seed * GOLDEN)) + position * GOLDEN)
    uniform = _shift(noise, 40).float() / 2**24
    return (uniform < _probability(flat, schema)).float().view_as(raw)


def _mix(words: Tensor) -> Tensor:
    """Finalise SplitMix64 on int64 words, whose arithmetic wraps around like that of uint64."""
    words = (words ^ _shift(words, 30)) * FIRST
    words = (words ^ _shift(words, 27)) * SECOND
    return words ^ _shift(words, 31)


def _wrap(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63


def _shift(words: Tensor, bits: int) -> Tensor:
    return (words >> bits) & ((1 << (64 - bits)) - 1)
