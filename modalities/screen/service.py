"""The screen service: keeps the scene, draws it when it changes, and sends what changed to the page.

One loop draws. It sleeps until the scene says that the picture next differs, or until a message changes the scene;
with no page attached it sleeps for good. Sending waits for a credit of the page's port, and the next picture is
drawn only after that: a slow page sees fewer pictures, never late ones, and nothing queues.
"""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Final

from PIL import Image

from ...agent.messages import Press, Show, State
from ...kernel.errors import BluerillError, CallerError
from ...kernel.frugal import be_frugal
from ...kernel.limits import LEASE_ABOVE
from ...kernel.message import Lane
from ...kernel.service import Call, Leased, Service, Task, handles
from ...skills.messages import GLANCE_CHANGED, Glance
from .encode import Differ, Patch, png
from .faces import Face, Wardrobe
from .fingers import Fingers
from .messages import (
    Attach,
    Attached,
    Crown,
    FaceInstalled,
    Frame,
    InstallFace,
    SetFace,
    Shown,
    Snapshot,
    Touch,
)
from .paint import DESIGN
from .renderer import Renderer, brighten
from .scene import Scene

RETRY_S: Final = 0.25
STAYS_S: Final = 1.0
"""A face that was turned to and stays for so long is the one that was meant."""
"""After a frame could not be sent."""
MOVING_S: Final = 0.2
"""A picture that lasts less than this is part of a movement."""


class ScreenService(Service):
    """The glass.

    ``size`` in pixels (64 to 1024), ``fps`` at most (1 to 60), ``face`` shown first, ``zone`` an IANA name until a
    glance says another ('' is the machine's own), ``ambient_after`` seconds without a touch or event after which the
    face turns ambient (0: only when the crown is pressed), ``page`` and ``session`` the addresses it tells. A screen
    that starts, or starts again after it died, knows nothing: it asks ``skills`` ('' for none) for the whole glance.
    ``faces`` is the folder of the owner's own watch faces ('' for none).
    """

    def __init__(
        self,
        *,
        size: int = 466,
        fps: int = 30,
        face: str = "analog",
        zone: str = "",
        ambient_after: float = 0.0,
        page: str = "web",
        session: str = "session",
        skills: str = "skills",
        faces: str = "",
    ) -> None:
        if not 64 <= size <= 1024 or not 1 <= fps <= 60:
            raise CallerError(f"screen: size must be 64..1024 and fps 1..60, got {size} and {fps}")
        self.size, self.fps = size, fps
        self.page, self.session, self.skills = page, session, skills
        self.ambient_after = ambient_after
        self.wardrobe = Wardrobe(Path(faces) if faces else None)
        self.scene = Scene(self.wardrobe.faces(), zone=zone, face=face, fps=fps)
        self.fingers = Fingers(self.scene, size / DESIGN)
        self.renderer = Renderer(self.scene, size)
        self.differ = Differ()
        self.attached = False
        self.seq = 0
        self.frames = 0
        self._picture: Image.Image | None = None
        self._shown: Shown | None = None
        self._changed = asyncio.Event()
        self._staying: Task | None = None

    async def start(self) -> None:
        be_frugal()
        self.scene.touched_at = self.port.wall()
        self.port.spawn(self._run(), "screen-frames")
        if self.skills:
            self.port.notify(self.skills, GLANCE_CHANGED)

    # messages that change the scene

    @handles(Glance)
    def on_glance(self, glance: Glance, _call: Call) -> None:
        if glance.face and all(face.name != glance.face for face in self.scene.faces):
            self.scene.offer(self.wardrobe.faces())  # one was made since the folder was read
        self.scene.glance(glance)
        if glance.rings:
            self.scene.wake(self.port.wall())
        self._changed.set()

    @handles(Show)
    def on_show(self, show: Show, _call: Call) -> None:
        self.scene.show(show, self.port.wall())
        self._changed.set()

    @handles(State)
    def on_state(self, state: State, _call: Call) -> None:
        self.scene.state(state, self.port.wall())
        self._changed.set()

    @handles(SetFace)
    def on_set_face(self, wish: SetFace, _call: Call) -> None:
        if wish.face and not self.scene.choose(wish.face):
            names = ", ".join(face.name for face in self.scene.faces)
            raise CallerError(f"screen: no face is named {wish.face!r}; there are {names}")
        if wish.ambient is not None:
            self.scene.ambient = wish.ambient
        if not wish.ambient:
            self.scene.touched_at = self.port.wall()
        self._changed.set()

    @handles(InstallFace)
    def on_install_face(self, wish: InstallFace, call: Call) -> FaceInstalled:
        if call.lease is None:
            raise CallerError("screen: expected the packed face as a lease, got none")
        face, notes = self.wardrobe.take(wish.name, call.lease.bytes(), self.size)
        self.scene.wear(face)
        self.scene.touched_at = self.port.wall()
        self._changed.set()
        return FaceInstalled(face.name, [each.name for each in self.scene.faces], notes[:20])

    @handles(Touch)
    async def on_touch(self, touch: Touch, _call: Call) -> None:
        if touch.finger or not (math.isfinite(touch.x) and math.isfinite(touch.y)):
            return  # further fingers mean something to the gestures only
        now = self.port.wall()
        pointed = self.fingers.pointed(touch.x, touch.y, now) if touch.phase == "down" else None
        before = self.scene.face
        press = self.fingers.touch(touch, now)
        self._turned(before)
        self._changed.set()
        if pointed is not None:
            await self.port.tell(self.session, pointed)
        if press is not None:
            await self.port.tell(self.session, press)

    @handles(Crown)
    async def on_crown(self, crown: Crown, _call: Call) -> None:
        if not math.isfinite(crown.degrees):
            return
        before = self.scene.face
        press = self.fingers.crown(crown, self.port.wall())
        self._turned(before)
        self._changed.set()
        if press is not None:
            await self.port.tell(self.session, press)

    def _turned(self, before: Face) -> None:
        """A finger or the crown may have turned to another face: once it stays, it is the owner's choice."""
        if self.scene.face is before:
            return
        if self._staying is not None:
            self._staying.cancel()
        self._staying = self.port.spawn(self._stay(self.scene.face.name), "screen-face")

    async def _stay(self, name: str) -> None:
        await self.port.sleep(STAYS_S)
        try:
            await self.port.tell(self.session, Press("face", name))
        except BluerillError as error:  # a device of faces alone: nobody keeps the choice
            self.port.log.info("the face %s is not remembered: %s", name, error)

    # messages about frames

    @handles(Attach)
    def on_attach(self, attach: Attach, _call: Call) -> Attached:
        self.attached = attach.on
        self.differ.reset()
        self._shown = None
        if attach.on:
            self.scene.touched_at = self.port.wall()
        self._changed.set()
        return Attached(self.size, self.fps, [face.name for face in self.scene.faces])

    @handles(Snapshot)
    def on_snapshot(self, _ask: Snapshot, _call: Call) -> Leased:
        # A watched glass answers with the picture that was last sent, so that later patches fit on it.
        picture = self._picture if self.attached else None
        if picture is None:
            self.renderer.settle()
            picture = brighten(self.renderer.draw(self.port.wall()), self.scene.brightness)
        return Leased(Frame(self.seq, 0, 0, self.size, self.size, "png", True), self.port.offer(png(picture)))

    # drawing

    async def _run(self) -> None:
        due = self.port.now()
        while True:
            self._changed.clear()
            if not self.attached:
                await self._changed.wait()
                continue
            now = self.port.wall()
            self._doze(now)
            try:
                await self._send(now)
                wait = self._wait(now)
            except BluerillError as error:
                # The page's process may be restarting; it attaches again when it is back.
                self.port.log.warning("frame not sent: %s", error)
                self.differ.reset()
                wait = RETRY_S
            # Frames are due at an even pace; one that is late does not make the next ones late too. Never faster
            # than the pace, however often the scene changes.
            late = self.port.now() - due
            due = due + 1 / self.fps if 0 <= late < 2 / self.fps else self.port.now() + 1 / self.fps
            pace = due - self.port.now()
            if pace > 0:
                await self.port.sleep(pace)
            rest = now + wait - self.port.wall()
            if rest > 0.002:  # else the next frame is due: no timer for it
                await self._pause(rest)

    def _wait(self, now: float) -> float:
        """Seconds until the picture next differs by itself."""
        following = self.scene.next_change(now)
        if self.ambient_after > 0 and not self.scene.ambient:
            following = min(following, max(self.scene.touched_at + self.ambient_after, now + 1 / self.fps))
        return following - now

    async def _pause(self, seconds: float) -> None:
        """Until the scene changes, at most ``seconds``."""
        if seconds <= 0 or self._changed.is_set():
            return
        timer = self.port.spawn(self._ring_after(seconds), "screen-timer")
        try:
            await self._changed.wait()
        finally:
            timer.cancel()

    async def _ring_after(self, seconds: float) -> None:
        await self.port.rest(seconds)
        self._changed.set()

    def _doze(self, now: float) -> None:
        """Turn ambient when nobody has looked for a while."""
        scene = self.scene
        if self.ambient_after > 0 and not scene.ambient and scene.stage(now).kind == "face":
            scene.ambient = now - scene.touched_at >= self.ambient_after

    async def _send(self, now: float) -> None:
        """Draw, and send what differs."""
        image = brighten(self.renderer.draw(now), self.scene.brightness)
        moving = self.scene.next_change(now) - now < MOVING_S
        full = not self.differ.started
        patch = self.differ.patch(image, moving=moving)
        self._picture = image
        if patch is not None:
            self.seq += 1
            self.frames += 1
            await self._tell_frame(patch, full=full)
        shown = self.scene.describe(now)
        if shown != self._shown:
            self._shown = shown
            await self.port.tell(self.page, shown)

    async def _tell_frame(self, patch: Patch, *, full: bool) -> None:
        left, top, right, bottom = patch.box
        size = (right - left, bottom - top)
        if len(patch.data) <= LEASE_ABOVE:
            await self.port.tell(self.page, Frame(self.seq, left, top, *size, patch.format, full, patch.data))
            return
        frame = Frame(self.seq, left, top, *size, patch.format, full)
        await self.port.tell(self.page, frame, lane=Lane.INTERACTIVE, lease=self.port.offer(patch.data))
