"""A small skill with an action of the calendar's name, for tests of what is planned for it."""

from __future__ import annotations

from bluerill.skills.contract import Moment, Reply, Skill, Text, action


class Diary(Skill):
    """Keeps events."""

    name = "diary"
    grants = ("store",)

    @action("write {title} into the diary for {start}", examples=("write lunch into the diary for tomorrow at one",))
    async def add_event(
        self, title: Text, start: Moment, end: Moment | None = None, place: Text | None = None
    ) -> Reply:
        """Add an event.

        title: what it is
        start: when it begins
        end: when it ends
        place: where it is
        """
        await self.device.put("event/1", {"title": title, "start": start.isoformat()})
        return Reply(f"{title} is in the diary.", {"title": title})
