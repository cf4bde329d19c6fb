"""Questions on tensors: chunks and batches change nothing."""

from __future__ import annotations

import pytest
import torch
from tests.known_answers.discrete import mixture  # noqa: F401
