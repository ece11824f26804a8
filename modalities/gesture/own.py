"""The owner's gestures: taught by a few examples, kept in the store, compared with the ones that were there before.

A row of the store is one gesture: its kind, what it means, and its examples as base64 of the floats it was taught
with, so that a better recogniser can be made of the same examples later."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...kernel.errors import CallerError
from ...models.motion.example import MAX_EXAMPLES, Examples, cut
from ...models.motion.hand import POSES
from ...models.motion.line import resampled
from ...models.motion.samples import Steady, mirrored
from .messages import GestureInfo, Kind
from .strokes import SHAPES, Strokes
from .wrist import COLUMNS

__all__ = ["KEPT_POINTS", "Lessons", "Own"]

MAX_OWN: Final = 32
KEPT_POINTS: Final = 64
MAX_BYTES: Final = 16_384
"""Of one example: a movement of three seconds at 100 Hz has 8,400."""
ALIKE: Final = 0.93
"""Two strokes more similar than this are hard to tell apart."""
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
BUILT_IN: Final = frozenset(
    ["tap", "double-tap", "long-press", "long-press-end", "palm", "pinch-in", "pinch-out", "swipe-left", "swipe-right",
     "swipe-up", "swipe-down", "raise", "flick", "double-flick", "shake", "rotate", "side-button", "crown-press",
     "cover"]
)  # fmt: skip


class Own(msgspec.Struct):
    """One gesture of the owner's, as its row says."""

    kind: Kind
    means: list[str]
    examples: list[str]


def decoded(text: str, kind: Kind) -> NDArray[np.float64]:
    """An example: (n, 2) of a stroke, rows of seven of a movement. Raises CallerError."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CallerError("expected an example of a gesture as base64, got something else") from None
    wide = 2 if kind == "stroke" else COLUMNS
    if not data or len(data) > MAX_BYTES or len(data) % (4 * wide):
        raise CallerError(f"expected 1 to {MAX_BYTES} bytes of {wide} floats a row in an example, got {len(data)}")
    rows = np.frombuffer(data, "<f4").reshape(-1, wide).astype(float)
    finite: NDArray[np.float64] = rows[np.isfinite(rows).all(axis=1)]
    return finite


class Lessons:
    """All gestures of the owner's, and the recognisers that know them."""

    def __init__(self, strokes: Strokes, wrist: str = "left") -> None:
        self.strokes = strokes
        self.movements = Examples()
        self.rows: dict[str, Own] = {}
        self._mirror = wrist == "right"

    def load(self, rows: Mapping[str, Any]) -> list[str]:
        """Take over what the store holds; the names of rows that are no gestures."""
        bad: list[str] = []
        for name, value in rows.items():
            try:
                own = msgspec.convert(value, Own)
                for text in own.examples:
                    self._learn(name, own.kind, decoded(text, own.kind))
                self.rows[name] = own
            except (msgspec.ValidationError, CallerError):
                bad.append(name)
                self._unlearn(name)
        return bad

    def teach(self, name: str, kind: Kind, data: bytes, means: list[str]) -> tuple[Own, str]:
        """One more example; the gesture's new row and what it is like. Raises CallerError; then nothing was learned."""
        if not _NAME.fullmatch(name):
            raise CallerError(f"expected a name of letters, digits and '-' such as 'my-circle', got {name[:40]!r}")
        if name in BUILT_IN or name in POSES or (kind == "motion" and name in SHAPES):
            raise CallerError(f"the device knows {name!r} already; expected a new name")
        held = self.rows.get(name)
        if held is not None and held.kind != kind:
            raise CallerError(f"{name!r} is a {held.kind}, and this example is a {kind}")
        if held is None and len(self.rows) >= MAX_OWN:
            raise CallerError(f"expected at most {MAX_OWN} gestures of your own; forget one first")
        text = base64.b64encode(data[: MAX_BYTES + 1]).decode()
        example = decoded(text, kind)
        like = self._like(name, kind, example)
        self._learn(name, kind, example)
        examples = [*(held.examples if held is not None else []), text][-MAX_EXAMPLES:]
        own = Own(kind, means or (held.means if held is not None else []), examples)
        self.rows[name] = own
        return own, like

    def forget(self, name: str) -> None:
        """Raises CallerError for one that is not the owner's."""
        if name not in self.rows:
            raise CallerError(f"no gesture of yours is named {name[:40]!r}; there are {', '.join(self.rows) or 'none'}")
        del self.rows[name]
        self._unlearn(name)

    def infos(self) -> list[GestureInfo]:
        return [GestureInfo(name, own.kind, own.means, len(own.examples)) for name, own in sorted(self.rows.items())]

    def _learn(self, name: str, kind: Kind, example: NDArray[np.float64]) -> None:
        if kind == "stroke":
            self.strokes.add(name, [resampled(example, KEPT_POINTS)])
        else:
            self.movements.add(name, self._movement(example))

    def _unlearn(self, name: str) -> None:
        self.strokes.remove(name)
        self.movements.remove(name)

    def _movement(self, example: NDArray[np.float64]) -> NDArray[np.float64]:
        pieces = Steady().feed(example)
        even = max(pieces, key=len, default=np.zeros((0, 6)))
        return cut(mirrored(even) if self._mirror else even)

    def _like(self, name: str, kind: Kind, example: NDArray[np.float64]) -> str:
        """A gesture of another name that would be taken for this one."""
        if kind == "stroke":
            match = self.strokes.nearest(example)
            return match.name if match is not None and match.name != name and match.score > ALIKE else ""
        near = self.movements.recognise(self._movement(example))
        return near.name if near is not None and near.name != name else ""
