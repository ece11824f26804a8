"""Weighs the features by which the encoder chooses tools: ``python -m bluerill.models.train.planner_decoder.choice``.

    … --examples FILE --held FILE --out tools.json

A logistic regression over every pair of a request and a tool that was on offer (``encoder/tools.py`` says which
features); ``sure`` is such that on the held packs few of the requests that nothing serves are taken for something.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ...encoder.network import Network, shipped
from ...encoder.tools import FEATURES, Chooser, Weights
from .batches import Pack, packs

__all__ = ["fitted", "main", "sure_from"]

FALSE = 0.02
"""The share of requests that nothing serves which may be taken for something. Held packs must be a thousand and more:
of 320, which have 230 such requests, the quantile is five of them, and moved from 0.53 to 0.82 between two networks."""
_STEPS, _SHRINK = 3000, 1e-3


def pairs(chooser: Chooser, lines: Sequence[bytes]) -> tuple[Any, Any, Any]:
    """(pairs, features), whether each tool serves, and which request each pair is of."""
    rows: list[Any] = []
    serves: list[bool] = []
    request: list[int] = []
    number = 0
    for line in lines:
        pack = msgspec.json.decode(line, type=Pack)
        for ask in pack.asks:
            wanted = {name for name, _ in ask.calls}
            rows.extend(chooser.rows(ask.text, pack.tools))
            serves.extend(tool.name in wanted for tool in pack.tools)
            request.extend([number] * len(pack.tools))
            number += 1
    return np.array(rows), np.array(serves, float), np.array(request)


def fitted(rows: Any, serves: Any) -> Weights:
    """The weights that make the pairs likeliest, a little shrunk."""
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    scaled = (rows - mean) / spread
    weights, bias = np.zeros(rows.shape[1]), 0.0
    for _ in range(_STEPS):
        miss = 1 / (1 + np.exp(-(scaled @ weights + bias))) - serves
        weights -= scaled.T @ miss / len(rows) + _SHRINK * weights
        bias -= float(miss.mean())
    plain = weights / spread
    return Weights([round(float(each), 4) for each in plain], round(float(bias - (plain * mean).sum()), 4), 0.5)


def sure_from(scores: Any, serves: Any, request: Any) -> float:
    """The least score that a tool for so few of the requests which nothing serves has."""
    best = np.array([scores[request == each].max() for each in np.unique(request)])
    served = np.array([serves[request == each].max() > 0 for each in np.unique(request)])
    return round(float(np.quantile(best[~served], 1 - FALSE)), 3)


def main(arguments: Sequence[str] | None = None, write: Callable[[str], object] = print) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="train-choice", description="Weigh the features that choose tools.")
    parser.add_argument("--examples", type=Path, required=True, help="of bluerill.bench.tool_examples")
    parser.add_argument("--held", type=Path, required=True, help="the same of another seed")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--packs", type=int, default=900)
    parser.add_argument("--network", type=Path, help="an encoder other than the shipped one")
    options = parser.parse_args(arguments)
    network = Network(options.network or shipped())
    chooser = Chooser(network, Weights([0.0] * len(FEATURES), 0.0, 0.5))
    rows, serves, _ = pairs(chooser, packs(options.examples)[: options.packs])
    found = fitted(rows, serves)
    rows, serves, request = pairs(chooser, packs(options.held))
    scores = 1 / (1 + np.exp(-(rows @ np.array(found.weights) + found.bias)))
    found.sure = sure_from(scores, serves, request)
    options.out.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    write(f"{options.out}: sure from {found.sure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
