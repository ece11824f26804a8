"""Long work: what takes longer than one waits for is begun here, done in the background, and told when it is done.

The names of these actions are not in the catalogue that all planners are measured with; there are few, and they stay.
"""

from __future__ import annotations

from ..contract import Card, Reply, Skill, action


class Jobs(Skill):
    """Writes down recordings and summarises notes, in the background."""

    name = "jobs"
    contract = (1, 1)
    grants = ("jobs", "screen")

    @action(
        "(transcribe|write down|type up|turn into text) [my|the] (last|latest|newest|new) recording",
        "(transcribe|type up) [my|the|this|that] recording",
        "write down (my|the|this|that) recording",
        examples=("transcribe my recording",),
        purpose="write down the recording",
    )
    async def transcribe_recording(self) -> Reply:
        """Write down the newest recording of the recordings folder, as text beside it."""
        await self.device.job("transcribe")
        card = Card("notice", "Recording", "I am writing it down.", icon="note")
        return Reply("I'll write it down and tell you when it is done.", {"job": "transcribe"}, card)

    @action(
        "(summarise|summarize|sum up) [all] [of] (my|the) notes",
        "(give|read|tell) me (a|the) summary of (my|the) notes",
        "what (is|are) the (gist|essence|main points) of (my|the) notes",
        examples=("summarise my notes",),
        purpose="sum up your notes",
    )
    async def summarise_notes(self) -> Reply:
        """Say in a few sentences what the notes say."""
        await self.device.job("summarise", source="notes")
        card = Card("notice", "Notes", "I am reading them.", icon="note")
        return Reply("I'll go through your notes and tell you.", {"job": "summarise"}, card)
