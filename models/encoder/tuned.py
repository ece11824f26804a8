"""Heads that the owner's own examples train on the device: which further ways of asking mean which action.

A softmax regression on the encoder's two vectors of a sentence, over the actions that have examples and everything else
(the skills' own example sentences, and what the owner says is to be refused). The network is left as it is, so this
takes a second, and is undone by putting the file of before back. What such a head is sure of is put before what the
network says, in the proportion that it is sure.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError
from .example import Example

__all__ = ["FEWEST", "MOST_ACTIONS", "MOST_EXAMPLES", "Heads", "Shelf", "held_out", "trained"]

Array = npt.NDArray[Any]
FEWEST, MOST_EXAMPLES, MOST_ACTIONS = 3, 400, 64
_STEPS, _RATE, _SHRINK, _SCALE = 300, 0.5, 2e-3, 6.0
_FOLDS = 5


class Heads(msgspec.Struct, forbid_unknown_fields=True):
    """``actions`` with the row of ``weights`` of each; the last row is everything else. ``examples`` made them."""

    actions: list[str]
    weights: list[list[float]]
    examples: list[Example]

    def mixed(self, vector: Array, labels: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
        """The labels of a sentence with these heads' opinion before them."""
        likely = _likely(vector[None] * _SCALE, np.array(self.weights, np.float32))[0]
        rest = float(likely[-1])
        own = [(action, float(p)) for action, p in zip(self.actions, likely[:-1], strict=True)]
        merged = {label: p * rest for label, p in labels}
        for action, p in own:
            merged[action] = merged.get(action, 0.0) + p
        return sorted(merged.items(), key=lambda pair: -pair[1])


def trained(examples: Sequence[Example], vectors: Array, others: Array) -> Heads:
    """Heads of examples with their vectors (n, size), told from ``others`` (m, size).

    Raises CallerError for too few examples of an action, or too many actions.
    """
    count: dict[str, int] = {}
    for each in examples:
        count[each.action] = count.get(each.action, 0) + 1
    actions = sorted(name for name in count if name)
    if not actions or len(actions) > MOST_ACTIONS:
        raise CallerError(f"expected examples of 1 to {MOST_ACTIONS} actions, got {len(actions)}")
    for name in actions:
        if count[name] < FEWEST:
            raise CallerError(f"expected at least {FEWEST} examples of {name!r}, got {count[name]}")
    index = {name: at for at, name in enumerate(actions)}
    wanted = np.array([index.get(each.action, len(actions)) for each in examples] + [len(actions)] * len(others))
    rows = np.concatenate([vectors, others]) * _SCALE
    weights = _fitted(rows, wanted, len(actions) + 1)
    return Heads(actions, [[round(float(w), 4) for w in row] for row in weights], list(examples))


def held_out(examples: Sequence[Example], vectors: Array, others: Array) -> tuple[int, int]:
    """How many examples are labelled rightly by heads that were trained without them, and of how many."""
    right = total = 0
    for fold in range(_FOLDS):
        kept = [at for at in range(len(examples)) if at % _FOLDS != fold]
        try:
            heads = trained([examples[at] for at in kept], vectors[kept], others)
        except CallerError:  # too few are left without this fold
            continue
        for at in range(fold, len(examples), _FOLDS):
            likely = _likely(vectors[at][None] * _SCALE, np.array(heads.weights, np.float32))[0]
            got = [*heads.actions, ""][int(likely.argmax())]
            right += got == examples[at].action
            total += 1
    return right, total


def _fitted(rows: Array, wanted: npt.NDArray[np.int64], classes: int) -> Array:
    """(classes, size + 1): each class counts alike, however many examples it has."""
    weights = np.zeros((classes, rows.shape[1] + 1), np.float32)
    goal = np.eye(classes, dtype=np.float32)[wanted]
    share = (1 / np.bincount(wanted, minlength=classes))[wanted][:, None] / classes
    extended = np.concatenate([rows, np.ones((len(rows), 1), np.float32)], 1)
    for _ in range(_STEPS):
        slope = ((_likely(rows, weights) - goal) * share).T @ extended
        weights -= _RATE * (slope.astype(np.float32) + _SHRINK * weights)
    return weights


def _likely(rows: Array, weights: Array) -> Array:
    scores = rows @ weights[:, :-1].T + weights[:, -1]
    likely: Array = np.exp(scores - scores.max(1, keepdims=True))
    likely /= likely.sum(1, keepdims=True)
    return likely


class Shelf:
    """The file of the heads, and the one of before beside it. '' as a path keeps nothing."""

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None

    @property
    def _before(self) -> Path | None:
        return self._path.with_suffix(".before.json") if self._path is not None else None

    def load(self) -> Heads | None:
        """None where there are none. Raises CallerError for a file that is none."""
        if self._path is None or not self._path.is_file():
            return None
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Heads)
        except (msgspec.DecodeError, OSError) as error:
            raise CallerError(f"{self._path}: no heads of the planner: {error}") from None

    def keep(self, heads: Heads) -> None:
        """Write the heads; those of before stay for :meth:`undo`."""
        if self._path is None or self._before is None:
            raise CallerError("heads can be kept on a device with a state directory only")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        before = self._path.read_bytes() if self._path.is_file() else b""
        self._before.write_bytes(before)
        part = self._path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(heads))
        os.replace(part, self._path)

    def undo(self) -> Heads | None:
        """Put back what was there before the last time. Raises CallerError if nothing was kept."""
        if self._path is None or self._before is None or not self._before.is_file():
            raise CallerError("there is no tuning to take back")
        before = self._before.read_bytes()
        if before:
            os.replace(self._before, self._path)
        else:
            self._before.unlink()
            self._path.unlink(missing_ok=True)
        return self.load()
