"""The gesture service: fingers, crown and wrist in, gestures out, with what they may mean. On demand, in its own
process.

Fingers and motion cost nothing while they rest: nothing here wakes up by itself but to see that a press has become
long. What a gesture means is looked up here and done by the session, which knows the moment."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from ...kernel.errors import BluerillError, CallerError
from ...kernel.service import Call, Service, Task, handles
from ...models.motion.hand import MODEL as POSE_MODEL
from ...models.motion.hand import POSES, Poses
from ...models.motion.network import Network
from ...skills.messages import Put, Rows, Scan, Stored
from ..screen.messages import Crown, Touch
from .bindings import check_means, read_bindings
from .cover import Cover
from .messages import (
    Active,
    Forget,
    Gestured,
    GestureEvent,
    GestureInfo,
    Gestures,
    GetGestures,
    Hand,
    Light,
    Motion,
    Recognise,
    Recognised,
    Taught,
    Teach,
)  # fmt: skip
from .own import Lessons
from .strokes import SHAPES, Strokes
from .touches import Found, Touches
from .wrist import Networks, Seen, Stream, frames_of, rows_of

__all__ = ["GestureService"]

DESIGN: Final = 466.0
"""The glass in the units of ``touches.py``."""
MAX_STREAMS: Final = 4
"""Sources of motion at once, and recordings; the one that was heard longest ago is forgotten for one more."""
TURN: Final = 90.0
"""Degrees the crown turns for one gesture of it."""
CROWN_S: Final = 1.0
SPACE: Final = "gesture"


class GestureService(Service):
    """``size`` of the glass in pixels, ``wrist`` left or right, ``own`` the owner's map of meanings ('' for none)."""

    def __init__(
        self,
        *,
        size: int = 466,
        wrist: str = "left",
        own: str = "",
        session: str = "session",
        page: str = "web",
        store: str = "store",
    ) -> None:
        if wrist not in ("left", "right"):
            raise CallerError(f"gesture: wrist is 'left' or 'right', got {wrist!r}")
        self._scale = size / DESIGN
        self._session, self._page, self._store = session, page, store
        bindings = read_bindings(Path(own) if own else None)
        self._bound, self._wrist = bindings.means, bindings.wrist or wrist
        self._lessons = Lessons(Strokes(), self._wrist)
        self._touches = Touches(self._lessons.strokes)
        self._cover = Cover()
        self._poses: Network | None = None
        self._hands: OrderedDict[str, Poses] = OrderedDict()
        self._networks: Networks | None = None
        self._streams: OrderedDict[str, Stream] = OrderedDict()
        self._recordings: OrderedDict[tuple[str, int, str], Stream | Poses] = OrderedDict()
        self._waiting: Task | None = None
        self._offset: float | None = None
        self._turned, self._turned_at = 0.0, 0.0

    async def start(self) -> None:
        if not self._store:
            return
        try:
            page = await self.port.ask(self._store, Scan(SPACE), Rows)
        except BluerillError as error:
            self.port.log.warning("the owner's gestures are not known: %s", error)
            return
        bad = self._lessons.load(page.rows)
        if bad:
            self.port.log.warning("rows that are no gestures were passed over: %s", ", ".join(bad)[:200])

    # fingers and crown

    @handles(Touch)
    async def on_touch(self, touch: Touch, call: Call) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        at = self._moment(touch)
        found = self._touches.feed(
            touch.phase, touch.x / self._scale, touch.y / self._scale, at, touch.finger, touch.contact / self._scale
        )
        due = self._touches.due
        if due is not None:
            self._waiting = self.port.spawn(self._look_again(due - at), "gesture-press")
        for each in found:
            await self._tell(each)

    def _moment(self, touch: Touch) -> float:
        """When it was, on this service's clock: the page's own times, if it gives them, are free of the way here."""
        now = self.port.now()
        if not touch.at:
            return now
        if touch.phase == "down" or self._offset is None:
            self._offset = now - touch.at
        return min(touch.at + self._offset, now)

    async def _look_again(self, seconds: float) -> None:
        await self.port.sleep(max(seconds, 0.0))
        self._waiting = None
        for each in self._touches.late(self.port.now()):
            await self._tell(each)

    @handles(Crown)
    async def on_crown(self, crown: Crown, call: Call) -> None:
        now = self.port.now()
        if crown.pressed:
            await self._tell(Found("crown-press", "touch", now))
            return
        if not np.isfinite(crown.degrees):
            return
        fresh = now - self._turned_at <= CROWN_S and self._turned * crown.degrees > 0
        self._turned = (self._turned if fresh else 0.0) + max(min(crown.degrees, 360.0), -360.0)
        self._turned_at = now
        if abs(self._turned) >= TURN:
            way, self._turned = "crown-up" if self._turned < 0 else "crown-down", 0.0
            await self._tell(Found(way, "touch", now))

    @handles(Hand)
    async def on_hand(self, hand: Hand, call: Call) -> None:
        source = f"{call.sender}/{hand.source}"[:80]
        poses = self._hands.pop(source, None) or Poses(self._pose_network())
        self._hands[source] = poses
        while len(self._hands) > MAX_STREAMS:
            self._hands.popitem(last=False)
        for held in poses.feed(frames_of(hand.data)):
            await self._tell(Found(held.pose, "pose", self.port.now(), held.confidence))

    def _pose_network(self) -> Network:
        if self._poses is None:
            self._poses = Network.load(POSE_MODEL)
        return self._poses

    @handles(Light)
    async def on_light(self, light: Light, call: Call) -> None:
        now = self.port.now()
        if self._cover.feed(light.lux, now):
            await self._tell(Found("cover", "touch", now))

    # the wrist

    @handles(Motion)
    async def on_motion(self, motion: Motion, call: Call) -> None:
        rows = rows_of(motion.data)
        stream = self._stream(f"{call.sender}/{motion.source}"[:80])
        for seen in stream.feed(rows):
            if seen.kind == "activity":
                await self._inform(Active(seen.name, round(seen.confidence, 3), self.port.wall()))
            else:
                await self._tell(seen)

    def _stream(self, source: str) -> Stream:
        stream = self._streams.pop(source, None) or self._new_stream()
        self._streams[source] = stream
        while len(self._streams) > MAX_STREAMS:
            self._streams.popitem(last=False)
        return stream

    def _new_stream(self) -> Stream:
        if self._networks is None:
            self._networks = Networks.load()
        return Stream(self._networks, self._lessons.movements, self._wrist)

    @handles(Recognise)
    def recognise(self, request: Recognise, call: Call) -> Recognised:
        if request.kind == "stroke":
            return Recognised(self._drawn(request.data))
        key = (call.sender, request.recording, request.kind)
        reader = self._recordings.pop(key, None)
        if reader is None:
            reader = Poses(self._pose_network()) if request.kind == "pose" else self._new_stream()
        events: list[GestureEvent] = []
        if request.data and isinstance(reader, Poses):
            held = reader.feed(frames_of(request.data))
            events = [GestureEvent(each.pose, round(each.at, 3), round(each.confidence, 3)) for each in held]
        elif request.data and isinstance(reader, Stream):
            events = [_event(each) for each in reader.feed(rows_of(request.data))]
        if not request.last:
            self._recordings[key] = reader
            while len(self._recordings) > MAX_STREAMS:
                self._recordings.popitem(last=False)
        return Recognised(events)

    def _drawn(self, data: bytes) -> list[GestureEvent]:
        if not data or len(data) % 8:
            raise CallerError(f"stroke: expected pairs of 32-bit floats, got {len(data)} bytes")
        points = np.frombuffer(data, "<f4").reshape(-1, 2).astype(float)
        points = points[np.isfinite(points).all(axis=1)]
        match = self._lessons.strokes.recognise(points)
        return [GestureEvent(match.name, 0.0, round(match.score, 3))] if match is not None else []

    # what the owner teaches

    @handles(Teach)
    async def teach(self, request: Teach, call: Call) -> Taught:
        means = check_means(request.means, request.name[:40])
        own, like = self._lessons.teach(request.name, request.kind, request.data, means)
        if self._store:
            await self.port.ask(self._store, Put(SPACE, {request.name: msgspec.to_builtins(own)}), Stored)
        return Taught(request.name, len(own.examples), like)

    @handles(Forget)
    async def forget(self, request: Forget, call: Call) -> Taught:
        self._lessons.forget(request.name)
        if self._store:
            await self.port.ask(self._store, Put(SPACE, {request.name: None}), Stored)
        return Taught(request.name, 0)

    @handles(GetGestures)
    def get_gestures(self, request: GetGestures, call: Call) -> Gestures:
        own = self._lessons.infos()
        known = {name: GestureInfo(name, "device", means) for name, means in self._bound.items()}
        known |= {name: GestureInfo(name, "stroke", self._bound.get(name, [])) for name in SHAPES}
        known |= {name: GestureInfo(name, "pose", self._bound.get(name, [])) for name in POSES}
        known |= {info.name: msgspec.structs.replace(info, means=self._means(info.name)) for info in own}
        return Gestures([known[name] for name in sorted(known)])

    # what is told

    def _means(self, name: str) -> list[str]:
        """The owner's map first, then what a gesture was taught to mean, then what the device came with."""
        own = self._lessons.rows.get(name)
        return own.means if own is not None and own.means else self._bound.get(name, [])

    async def _tell(self, found: Found | Seen) -> None:
        gestured = Gestured(
            found.name, found.kind, round(found.confidence, 3), self.port.wall(), self._means(found.name)
        )
        try:
            await self.port.tell(self._session, gestured)
        except BluerillError as error:
            self.port.log.warning("%s was not told: %s", found.name, error)

    async def _inform(self, active: Active) -> None:
        try:
            await self.port.tell(self._page, active, wait=False)
        except BluerillError as error:
            self.port.log.debug("the page was not told %s: %s", active.activity, error)


def _event(seen: Seen) -> GestureEvent:
    return GestureEvent(seen.name, round(seen.at, 3), round(seen.confidence, 3))
