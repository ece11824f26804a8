"""Watch faces: which one is shown, and which there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..contract import Card, Glance, Refusal, Reply, Skill, Text, action
from ..faces_folder import face_files, face_name
from ..matching import best
from ..speech import joined

BUNDLED = {
    "analog": ["analogue", "classic", "hands", "clock hands", "pointers"],
    "digital": ["numbers", "numeric", "digits"],
    "minimal": ["simple", "minimalist", "plain", "clean"],
    "almanac": ["weather", "forecast"],
    "meridian": ["elegant", "dress", "sweep"],
    "orbit": ["rings", "circles", "orbits"],
    "slab": ["big digits", "bold", "big numbers", "large"],
}
"""The faces that come with the watch, and other names for them."""


class Faces(Skill):
    """Chooses the watch face."""

    name = "faces"
    grants = ("store", "screen")
    options = {"folder": "where your own watch faces lie; the screen draws from the same folder"}
    rules = {"face": "(face|watch face|watchface|clock face|dial|display|screen)"}

    async def start(self) -> None:
        await self.device.glance(Glance(face=await self._current()))

    @action(
        "(set|change|switch|turn|make|use|show|select|choose|pick|put) [the|my|a] [watch] <face> (to|into|as) [the|a] {name} [<face>]",
        "(use|show|select|choose|pick|give me|set|switch to|change to|go to|i want|i'd like|put on|show me|wear|activate) [the|a|an] {name} <face>",
        "(switch|change|go) [back] to [the|a] {name} <face>",
        "{name} <face>",
        "(make|change) [the|my] <face> {name}",
        examples=("switch to the digital face", "set the watch face to analog"),
    )
    async def set_face(self, name: Text) -> Reply:
        """Show another watch face.

        name: which one
        """
        faces = self._faces()
        face = _meant(faces, name)
        if face is None:
            raise Refusal(f"There is no face called {name}. There are {joined([*faces])}.")
        before = await self._current()
        await self._show(face)
        card = Card(kind="device", title="Watch face", text=face, icon="face")
        return Reply(f"Showing the {face} face.", {"face": face}, card, undo={"face": before})

    @action(
        "(show|list|see|view|display|browse) [me] [all] [the|my|your|available] [available|watch|installed] (faces|watch faces|watchfaces|dials)",
        "(what|which) [other] (faces|watch faces|dials) (are there|do you have|do i have|have you got|can i (use|choose|have)|are available|are installed)",
        "(what|which) (face|watch face) (is this|am i using|is on|is showing|do i have)",
        "how many (faces|watch faces) (are there|do you have|do i have)",
        "[my|all] (faces|watch faces)",
        examples=("which watch faces are there", "list faces"),
        reads=True,
    )
    async def list_faces(self) -> Reply:
        """Say which watch faces there are, and which is shown."""
        current = await self._current()
        faces = [*self._faces()]
        lines = [f"{face}{' (now)' if face == current else ''}" for face in faces]
        card = Card(kind="list", title="Watch faces", lines=lines, icon="face")
        speech = f"There are {joined(faces)}. You see the {current} one."
        return Reply(speech, {"faces": faces, "current": current}, card)

    @action(hidden=True)
    async def wear_face(self, name: Text) -> Reply:
        """Remember a face that was just put on the watch as the one that is shown.

        name: which one
        """
        face = face_name(name)
        if face not in self._faces():
            raise Refusal(f"There is no face called {name}.")
        before = await self._current()
        await self._show(face)
        return Reply(f"Showing the {face} face.", {"face": face}, undo={"face": before})

    async def undo(self, what: Any) -> Reply:
        await self._show(what["face"])
        return Reply(f"Back to the {what['face']} face.")

    def _faces(self) -> dict[str, list[str]]:
        """Every face there is, with other names for it."""
        folder = self.device.settings.get("folder")
        own = face_files(Path(folder)) if isinstance(folder, str) and folder else {}
        return {**BUNDLED, **{face: [] for face in own if face not in BUNDLED}}

    async def _current(self) -> str:
        face: str = await self.device.get("face", "analog")
        return face

    async def _show(self, face: str) -> None:
        await self.device.put("face", face)
        await self.device.glance(Glance(face=face))


def _meant(faces: dict[str, list[str]], said: str) -> str | None:
    spoken = said.lower().removesuffix(" face").removesuffix(" watch").strip()
    found = best(faces, spoken, lambda face: [face, *faces[face]])
    return found[0] if found else None
