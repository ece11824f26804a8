"""``face``: the bundled watch faces drawn at 466 x 466; right is a frame whose pixels are exactly the wanted ones.

Wanted are the frames that the same code draws outside of any cap. Whether those are also the published ones depends on
the FreeType inside Pillow; the row says so.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from time import perf_counter_ns

from ....modalities.screen.faces.wardrobe import BUNDLED
from ....modalities.screen.wff.face import load
from ....modalities.screen.wff.renderer import FaceRenderer
from ....modalities.screen.wff.subject import SIDE, device
from ..wire import Answer
from ..work import Prepared, Wanted

FRAMES = 48
PUBLISHED = "62fa3335df6f"
"""First digits of the SHA-256 over all frames, as they were when somebody looked at them."""


def prepare(wanted: Wanted) -> Prepared:
    """Draw every frame once, for its hash."""
    work = FaceWork(wanted.folder, {})
    count = FRAMES // 2 if wanted.quick else FRAMES
    expected = [work.run(item).said for item in range(count)]
    whole = hashlib.sha256("".join(expected[: FRAMES // 2]).encode()).hexdigest()
    same = "the published pixels" if whole.startswith(PUBLISHED) else "this machine's pixels without a cap"
    return Prepared(
        "face", ".works.faces:FaceWork", wanted.folder, count, expected, "exact", "equal frames",
        f"{count} frames of the bundled faces, {same}", "frame",
    )  # fmt: skip


class FaceWork:
    """Draws one frame an item, the faces in turns, a second of the clock from frame to frame."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.versions: dict[str, str] = {}
        self._faces = [FaceRenderer(load(path), (SIDE, SIDE)) for path in sorted(BUNDLED.glob("*.xml"))]

    def run(self, item: int) -> Answer:
        now = device(10, 58, 30)
        at = now._replace(moment=now.moment + timedelta(seconds=item // len(self._faces)))
        began = perf_counter_ns()
        picture = self._faces[item % len(self._faces)].draw(at, still=True)
        took = perf_counter_ns() - began
        return Answer(item, took, hashlib.sha256(picture.tobytes()).hexdigest())

    def close(self) -> None:
        """Nothing is held."""
