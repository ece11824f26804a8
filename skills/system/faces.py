"""Watch faces: which one is shown, and which there are."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from ..contract import Card, Glance, Refusal, Reply, Say, Skill, Text, action
from ..faces_folder import face_files, face_name
from ..matching import best
from ..messages import FaceDesigned
from ..speech import joined

BUNDLED = {
    "analog": ["analogue", "classic", "hands", "clock hands", "pointers"],
    "digital": ["numbers", "numeric", "digits"],
    "minimal": ["simple", "minimalist", "plain", "clean"],
    "almanac": ["weather", "forecast"],
    "atelier": ["dress", "roman", "burgundy"],
    "aurora": ["gradient", "dusk"],
    "dessau": ["bauhaus", "white"],
    "harbour": ["diver", "harbor", "dive", "bezel"],
    "meridian": ["elegant", "sweep"],
    "nocturne": ["stars", "night", "starry"],
    "orbit": ["circles", "orbits"],
    "pulse": ["rings", "activity", "sport", "fitness"],
    "ridge": ["green", "contours", "hiking", "map"],
    "signal": ["yellow", "stacked"],
    "slab": ["big digits", "bold", "big numbers", "large"],
    "sortie": ["pilot", "aviator", "field"],
    "terminal": ["console", "mono", "table", "hacker"],
}
"""The faces that come with the watch, and other names for them."""
DRAWN = frozenset({"analog", "digital", "minimal", "almanac", "meridian", "orbit", "slab"})
"""Those of them that were not made from words, so that words cannot change them."""


class Faces(Skill):
    """Chooses the watch face, and has new ones made."""

    name = "faces"
    grants = ("store", "screen", "designer")
    options = {"folder": "where your own watch faces lie; the screen draws from the same folder"}
    rules = {
        "face": "(face|watch face|watchface|clock face|dial|display|screen)",
        "new_face": "(face|watch face|watchface|clock face|dial)",
        "draw": "(make|create|design|generate|draw|build|invent)",
    }

    async def start(self) -> None:
        await self.device.glance(Glance(face=await self._current()))

    @action(
        "(set|change|switch|turn|make|use|show|select|choose|pick|put) [the|my|a] [watch] <face> (to|into|as) [the|a] {name} [<face>]",
        "(use|show|select|choose|pick|give me|set|switch to|change to|go to|i want|i'd like|put on|show me|wear|activate) [the|a|an] {name} <face>",
        "(switch|change|go) [back] to [the|a] {name} <face>",
        "{name} <face>",
        "(make|change) [the|my] <face> {name}",
        examples=("switch to the digital face", "set the watch face to analog"),
        purpose="show the face {name}",
    )
    async def set_face(self, name: Text) -> Reply:
        """Show another watch face.

        name: which one
        """
        faces = self._faces()
        face = _meant(faces, name)
        if face is None:
            if await self._current() not in DRAWN:
                # "make the face bolder": the one that is shown was made from words, and words may change it
                with suppress(Refusal):
                    return await self._change(name)
            raise Refusal(f"There is no face called {name}. There are {joined([*faces])}.")
        before = await self._current()
        await self._show(face)
        card = Card(kind="face", title=face.capitalize(), icon="face")
        return Reply(f"Showing the {face} face.", {"face": face}, card, undo={"face": before})

    @action(
        "(show|list|see|view|display|browse) [me] [all] [the|my|your|available] [available|watch|installed] (faces|watch faces|watchfaces|dials)",
        "(what|which) [other] (faces|watch faces|dials) (are there|do you have|do i have|have you got|can i (use|choose|have)|are available|are installed)",
        "(what|which) (face|watch face) (is this|am i using|is on|is showing|do i have)",
        "how many (faces|watch faces) (are there|do you have|do i have)",
        "[my|all] (faces|watch faces)",
        examples=("which watch faces are there", "list faces"),
        reads=True,
        purpose="list the watch faces",
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

    @action(
        "<draw> [me|for me] [a|an|another] [new|custom] <new_face> (with|that has|that is|which has|which is|in|of|like|having|showing|from) {description}",
        "<draw> [me] (a|an) {description} <new_face>",
        "<draw> [me] (a|an) {description} <new_face> (with|that has|and|which has|having|showing) {details}",
        "(give me|i want|i'd like) (a|an) [new] <new_face> (with|that has|that is|in|like|showing) {description}",
        "(give me|i want|i'd like) a new {description} <new_face>",
        examples=(
            "make me a face with blue hands and steps at the bottom",
            "design a calm green watch face with the date",
        ),
        purpose="make that watch face",
    )
    async def create_face(self, description: Text, details: Text = "") -> Reply:
        """Make a new watch face and show it.

        description: what it should look like
        details: what else should be on it
        """
        words = f"{description} with {details}" if details else description
        made = await self.device.design_face(words)
        return await self._worn(made, "Here is your new face")

    @action(
        "(make|paint|draw) the [watch] hands {hands}",
        "(make|paint|draw) the (numbers|numerals|markers) [on (the|my) <face>] {numbers}",
        "(make|paint) the [<new_face>] background [of (the|my) <face>] {background}",
        "(make|paint) the second hand {second_hand}",
        "(add|put) {more} (to|on|onto) [the|my] <new_face>",
        "(drop|remove|lose|hide|take away) {less} (from|on|off) [the|my] <new_face>",
        "(change|modify|adjust|tweak|redesign) [the|my] <new_face> so that it (has|is|shows) {more}",
        *(
            Say(f"(drop|lose|hide|take away) the {thing}", {"less": thing})
            for thing in ("date", "second hand", "seconds", "numerals", "markers", "minute track")
        ),
        *(
            Say(f"(use|with|put on) {what}", {"more": what})
            for what in ("roman numerals", "arabic numerals", "no numerals")
        ),
        examples=("make the hands thicker", "add the battery to the face", "make the background darker"),
        purpose="change the watch face",
    )
    async def change_face(
        self,
        hands: Text = "",
        numbers: Text = "",
        background: Text = "",
        second_hand: Text = "",
        more: Text = "",
        less: Text = "",
    ) -> Reply:
        """Change the watch face that is shown, if it was made from words.

        hands: what the hands should be like
        numbers: what the numbers should be like
        background: what the background should be like
        second_hand: what the second hand should be like
        more: what should be on it
        less: what should not be on it
        """
        parts = {"hands": hands, "numbers": numbers, "background": background, "second hand": second_hand}
        words = [f"{part} in {wish}" for part, wish in parts.items() if wish]
        words += [f"with {more}"] if more else []
        words += [f"no {less}"] if less else []
        return await self._change(", ".join(words))

    @action(hidden=True)
    async def alter_face(self, name: Text, words: Text) -> Reply:
        """Change a face that was made from words, and show the new one.

        name: which one
        words: what should be different
        """
        face = face_name(name)
        if face not in self._faces():
            raise Refusal(f"There is no face called {name}.")
        return await self._change(words, face)

    async def undo(self, what: Any) -> Reply:
        await self._show(what["face"])
        card = Card(kind="face", title=what["face"].capitalize(), icon="face")
        return Reply(f"Back to the {what['face']} face.", card=card)

    async def _change(self, words: str, face: str = "") -> Reply:
        face = face or await self._current()
        if face in DRAWN:
            raise Refusal(f"The {face} face cannot be changed by words. Say: make me a face with, and what you wish.")
        return await self._worn(await self.device.design_face(words, face), "Here it is")

    async def _worn(self, made: FaceDesigned, speech: str) -> Reply:
        before = await self._current()
        await self._show(made.name)
        unread = f" I don't know what {joined(made.unread)} would be on a face." if made.unread else ""
        card = Card(kind="face", title=made.name.capitalize(), text=made.told, icon="face")
        return Reply(f"{speech}.{unread}", {"face": made.name, "looks": made.told}, card, undo={"face": before})

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
