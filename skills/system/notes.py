"""Notes: a sentence kept with its time, the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..contract import Card, Refusal, Reply, Skill, Text, action
from ..paging import page
from ..speech import clock, plural, relative_day

MAX_NOTES = 500
SAID = 3


class Notes(Skill):
    """Takes notes and reads them back."""

    name = "notes"
    grants = ("store", "screen")

    @action(
        "(take|make|add|create|write|write down|save|leave|start|record|jot|jot down|new) [a|this|the|another|down a] [new|quick|voice] (note|memo|notes) [that|saying|to|of|about|which says] {text}",
        "(note|note down|note that|take down|write down|write this down|jot down|put down|make a note|make a note that|make a note of) {text}",
        "(add|put|write|save) {text} (to|in|into|on) [my|the] (notes|notebook|note book)",
        "(new|add|quick) note {text}",
        "(write|note|jot|put) {text} down",
        examples=("take a note the code is 4 2 1 7", "note that the car is on level three"),
        purpose="take that note",
    )
    async def add_note(self, text: Text) -> Reply:
        """Keep a note.

        text: what to write down
        """
        notes = await self.device.scan("note/")
        if len(notes) >= MAX_NOTES:
            raise Refusal(f"There are {MAX_NOTES} notes already.")
        number = 1 + await self.device.get("last", 0)
        key = f"note/{number:06}"
        at = self.device.now().replace(tzinfo=None).isoformat(timespec="seconds")
        await self.device.put_many({"last": number, key: {"text": text, "at": at}})
        card = Card(kind="list", title="Note", text=text, icon="note")
        return Reply("Noted.", {"id": number, "text": text, "at": at}, card, undo={"added": key})

    @action(
        "(show|read|list|open|view|see|tell|give|check|display|what are|what's in|what is in|read out|go through) [me] [all] [of] [my|the] (notes|note|memos|notebook) [please]",
        "(what|which) notes (do i have|have i got|are there|did i (take|make|write))",
        "(do i have|have i got|are there) any notes",
        "what did i (note|note down|write down|ask you to remember)",
        "(my|latest|last) (notes|note)",
        examples=("read my notes", "show notes"),
        reads=True,
        purpose="read your notes",
    )
    async def list_notes(self) -> Reply:
        """Read the notes, the newest first."""
        rows = list((await self.device.scan("note/")).values())[::-1]
        result: dict[str, Any] = {"notes": rows[:50], "count": len(rows)}
        if not rows:
            return Reply("There are no notes.", result, Card(kind="list", title="No notes", icon="note"))
        today = self.device.now().date()
        said = [f"{_when(row['at'], today)}: {row['text']}" for row in rows[:SAID]]
        more = f" And {plural(len(rows) - SAID, 'older one')}." if len(rows) > SAID else ""
        card = Card(kind="list", title=plural(len(rows), "note"), lines=[row["text"] for row in rows[:20]], icon="note")
        count = "There is 1 note." if len(rows) == 1 else f"There are {len(rows)} notes."
        return Reply(f"{count} {'. '.join(said)}.{more}", result, card)

    @action(hidden=True)
    async def export_notes(self, after: Text | None = None) -> Reply:
        """A page of all notes.

        after: the id of the last one that is known
        """
        rows = await self.device.scan("note/")
        return Reply("", page(((key.removeprefix("note/"), row["text"]) for key, row in rows.items()), after or ""))

    async def undo(self, what: Any) -> Reply:
        if await self.device.get(what["added"]) is None:
            raise Refusal("That note is gone already.")
        await self.device.put(what["added"], None)
        return Reply("Removed the note.")


def _when(iso: str, today: Any) -> str:
    moment = datetime.fromisoformat(iso)
    day = relative_day(moment.date(), today)
    return clock(moment) if day == "today" else day.removeprefix("on ").capitalize()
