"""The renderer of one face at one size: a device and a moment in, a picture out, drawing only what changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from PIL import Image

from .affine import Affine, Box, stretch
from .compositor import Compositor
from .device import Device
from .effort import Effort
from .face import Face
from .live import Frame
from .maker import Note
from .outline import Piece, disc, round_rectangle
from .scene import CompiledScene
from .stamp import cover

Screen = Literal["round", "rect"]
MAX_SIDE: Final = 1024


class FaceRenderer:
    """Draws a face on a screen of ``size`` pixels (width, height), ``round`` or rectangular.

    The picture is a function of the device, except for animations that a change began; ``still`` pictures have none.
    """

    def __init__(
        self, face: Face, size: tuple[int, int], screen: Screen = "round", *,
        wishes: Mapping[str, str] | None = None, locale: str = "",
    ) -> None:  # fmt: skip
        self.face = face
        self.size = size
        self.screen: Screen = screen
        self.scene = CompiledScene(face, wishes, locale)
        self.shown_at = 0.0
        self.taps = 0
        self.visits = 1
        self.limit_s = 0.0
        """Processor time that one picture may take; 0 for any."""
        self.period = 60.0
        """Seconds until the picture last drawn may change."""
        self.boxes: list[Box] = []
        """Where it differed from the one before."""
        scale = min(size[0] / face.width, size[1] / face.height)
        left, top = (size[0] - face.width * scale) / 2, (size[1] - face.height * scale) / 2
        self._matrix = stretch(scale, scale).then(Affine(c=left, f=top))
        self._compositor = Compositor(size, self._mask())

    @property
    def notes(self) -> list[Note]:
        """What could not be drawn."""
        return self.scene.notes

    @property
    def painted(self) -> int:
        """Pixels painted for the last picture."""
        return self._compositor.painted

    def draw(
        self, device: Device, *, still: bool = False, hidden: frozenset[int] = frozenset(),
        trace: list[object] | None = None, borrowed: bool = False,
    ) -> Image.Image:  # fmt: skip
        """The picture now, RGB; black beyond the glass. Owned by the caller, unless ``borrowed``: then it is the
        renderer's own, and changes with its next picture.

        Elements whose ``id`` is ``hidden`` are left out, and those drawn are added to ``trace``, for those who measure.
        """
        frame = Frame(
            device.moment.timestamp(),
            device.ambient,
            still,
            self.shown_at,
            60.0,
            self.taps,
            self.visits,
            (0, 0, *self.size),
            hidden,
            trace,
            Effort(self.limit_s),
        )
        stamps, ground = self.scene.stamps(frame, device, self._matrix)
        self.period = frame.period
        picture, self.boxes = self._compositor.frame(stamps, ground, frame.effort)
        return picture if borrowed else picture.copy()

    def _mask(self) -> Image.Image | None:
        """The glass and the face's own clip shape; None if nothing is cut away."""
        wide, high = self.size
        side = min(wide, high)
        if self.screen == "round" or self.face.shape == "CIRCLE":
            shape = disc(wide / 2, high / 2, side / 2, 1.0)
        elif self.face.shape == "RECTANGLE":
            bends = [self._matrix.a * _number(self.face.root.get(name)) for name in ("cornerRadiusX", "cornerRadiusY")]
            if not all(bends):
                return None
            shape = round_rectangle(0, 0, wide, high, bends[0], bends[1], 1.0)
        else:
            return None
        covered = cover([Piece(shape)], (0, 0, wide, high))
        if covered is None:
            return None
        mask = Image.new("L", self.size)
        mask.paste(covered[0], covered[1:])
        return mask


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 4096.0)
    except ValueError:
        return 0.0
