"""How likely each of some tools serves a request: similarity of texts, weighed by a few trained numbers.

The encoder's first layer says whether the same words are meant, its last whether the same is asked for (what it was
fine-tuned to tell apart); how many words are shared, and whether as many numbers are said as the tool needs, are
counted. ``tools.json`` beside the network weighs these features (a logistic regression). Nothing in it is about a
particular tool, so tools that nobody ever saw are weighed like any others.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError
from ..decoder.prompt import Tool
from ..decoder.stems import stem, word_list
from .network import Network

__all__ = ["FEATURES", "Chooser", "Weights", "features"]

Array = npt.NDArray[np.float32]
FEATURES = (
    "first layer: name and description", "last layer: name and description", "first layer: with parameters",
    "last layer: with parameters", "share of the request's words in the tool",
    "share of the name's words in the request", "share of the description's words in the request",
    "numbers missing", "words of the request",
)  # fmt: skip
_MOST = 256
_NUMBER = re.compile(r"\d[\d.,]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|hundred)\b")
_DULL = frozenset(
    """the a an of in to for and or is it this that with by on at be what which who how when where please can could you
    i me my we us tell give show find get want need would like do does are was were will there from as if its their
    let s d ll have has any some about given based specific using use new name value number""".split()  # noqa: SIM905
)


class Weights(msgspec.Struct, forbid_unknown_fields=True):
    """``sure`` is from where on a tool is believed to serve."""

    weights: list[float]
    bias: float
    sure: float


class _Kept(msgspec.Struct):
    """What is computed once of a tool."""

    short: Any
    long: Any
    name: frozenset[str]
    about: frozenset[str]
    all: frozenset[str]
    numbers: int


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in word_list(text) if word not in _DULL)


class Chooser:
    """Scores tools for requests. Raises CallerError for weights that are no such file's."""

    def __init__(self, network: Network, weights: Path | Weights) -> None:
        self._network = network
        self.weights = weights if isinstance(weights, Weights) else _read(weights)
        self._tools: OrderedDict[bytes, _Kept] = OrderedDict()

    def scores(self, request: str, tools: Sequence[Tool]) -> list[float]:
        """The probability that each tool serves the request."""
        if not tools:
            return []
        rows = self.rows(request, tools)
        return [float(each) for each in 1 / (1 + np.exp(-(rows @ np.array(self.weights.weights) + self.weights.bias)))]

    def rows(self, request: str, tools: Sequence[Tool]) -> Array:
        """(tools, features): the features of each tool for the request."""
        vectors, stems = self._network.vectors(word_list(request)), _stems(request)
        said = len(_NUMBER.findall(request.lower()))
        return np.array([features(vectors, stems, said, self._kept(tool)) for tool in tools], np.float32)

    def _kept(self, tool: Tool) -> _Kept:
        key = msgspec.msgpack.encode(tool)
        kept = self._tools.get(key)
        if kept is None:
            kept = self._tools[key] = self._computed(tool)
        self._tools.move_to_end(key)
        while len(self._tools) > _MOST:
            self._tools.popitem(last=False)
        return kept

    def _computed(self, tool: Tool) -> _Kept:
        short = f"{tool.name} {tool.about}"
        long = short + "".join(f" {p.name} {p.about} {' '.join(p.choices[:8])}" for p in tool.parameters)
        numbers = sum(p.required and p.kind in ("integer", "number", "float") for p in tool.parameters)
        first, second = (self._network.vectors(word_list(text)) for text in (short, long))
        return _Kept(first, second, _stems(tool.name), _stems(tool.about), _stems(long), numbers)


def features(vectors: Array, stems: frozenset[str], numbers: int, tool: _Kept) -> list[float]:
    """See FEATURES, in this order."""
    short, long = (vectors * tool.short).sum(1), (vectors * tool.long).sum(1)
    return [
        float(short[0]), float(short[1]), float(long[0]), float(long[1]),
        len(stems & tool.all) / max(1, len(stems)), len(stems & tool.name) / max(1, len(tool.name)),
        len(stems & tool.about) / max(1, len(tool.about)),
        float(max(0, tool.numbers - numbers)), min(len(stems), 20) / 20,
    ]  # fmt: skip


def _read(path: Path) -> Weights:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Weights)
    except (msgspec.DecodeError, OSError) as error:
        raise CallerError(f"{path}: no weights of a chooser of tools: {error}") from None
    if len(found.weights) != len(FEATURES):
        raise CallerError(f"{path}: expected {len(FEATURES)} weights, got {len(found.weights)}")
    return found
