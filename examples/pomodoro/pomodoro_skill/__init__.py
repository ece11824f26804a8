"""Work in stretches with breaks between them: an example of a timer in the background that survives a restart.

What runs is one row of the store and one thing that falls due. ``due`` says what is next, schedules it, and counts; the
device calls it exactly once, also when it was off in between.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bluerill.skills.contract import Card, Duration, Glance, Refusal, Reply, Skill, TimerView, action

KEY = "phase"
LONGEST = timedelta(hours=4)


class Pomodoro(Skill):
    """Divides work into stretches with breaks."""

    name = "pomodoro"
    grants = ("store", "speaker", "screen")

    async def start(self) -> None:
        await self._show(await self.device.get(KEY))

    @action(
        "(start|begin) [a|my] (pomodoro|focus session) [of {work}] [with {rest} breaks]",
        "(start|begin) [a] {work} (pomodoro|focus session) [with {rest} breaks]",
        examples=["start a pomodoro", "start a focus session of fifty minutes with ten minute breaks"],
    )
    async def start_pomodoro(
        self, work: Duration = timedelta(minutes=25), rest: Duration = timedelta(minutes=5)
    ) -> Reply:
        """Start a stretch of work, with breaks until it is stopped.

        work: how long a stretch of work is
        rest: how long a break is
        """
        for each in (work, rest):
            if not timedelta(minutes=1) <= each <= LONGEST:
                raise Refusal("A stretch of work or a break has between a minute and four hours.")
        if await self.device.remaining(KEY) is not None:
            raise Refusal("A pomodoro is running already.")
        row: dict[str, Any] = {"kind": "work", "work": work.total_seconds(), "rest": rest.total_seconds(), "done": 0}
        await self._begin(row)
        return Reply(
            f"{_minutes(row['work'])} of work. I will tell you when to rest.",
            result={"minutes": work / timedelta(minutes=1)},
            card=Card(kind="timer", title="Work", text=_minutes(row["work"]), value=0.0),
            undo="stop",
        )

    @action(
        "how long (is|till|until) (my|the) [next] break",
        "(how is|what about) (my|the) pomodoro",
        "pomodoro status",
        examples=["how is my pomodoro", "pomodoro status"],
        reads=True,
    )
    async def pomodoro_status(self) -> Reply:
        """Say what is running and how long it still takes."""
        row = await self.device.get(KEY)
        left = await self.device.remaining(KEY)
        if row is None or left is None:
            raise Refusal("No pomodoro is running.")
        seconds = left.total_seconds()
        words = "work" if row["kind"] == "work" else "break"
        gone = 1 - seconds / row[row["kind"]]
        return Reply(
            f"{_minutes(seconds)} of {words} left; {row['done']} done.",
            result={"kind": row["kind"], "seconds": seconds, "done": row["done"]},
            card=Card(kind="timer", title=words.capitalize(), text=_minutes(seconds), value=gone),
        )

    @action(
        "(stop|end|cancel) (my|the) (pomodoro|focus session)",
        examples=["stop the pomodoro"],
    )
    async def stop_pomodoro(self) -> Reply:
        """Stop working in stretches."""
        row = await self.device.get(KEY)
        if row is None:
            raise Refusal("No pomodoro is running.")
        await self._end()
        return Reply(f"Stopped after {row['done']} stretches of work.", result={"done": row["done"]})

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        row = await self.device.get(KEY)
        if row is None:
            return
        if row["kind"] == "work":
            row = {**row, "kind": "rest", "done": row["done"] + 1}
            text, title = f"Time for a break of {_minutes(row['rest'])}.", "Break"
        else:
            row = {**row, "kind": "work"}
            text, title = f"Back to work, for {_minutes(row['work'])}.", "Work"
        await self._begin(row)
        await self.device.happened(text, Card(kind="timer", title=title, text=_minutes(row[row["kind"]])))

    async def undo(self, what: Any) -> Reply:
        await self._end()
        return Reply("No pomodoro, then.")

    async def _begin(self, row: dict[str, Any]) -> None:
        await self.device.put(KEY, row)
        await self.device.after(KEY, timedelta(seconds=row[row["kind"]]), {})
        await self._show(row)

    async def _end(self) -> None:
        await self.device.put(KEY, None)
        await self.device.forget(KEY)
        await self._show(None)

    async def _show(self, row: dict[str, Any] | None) -> None:
        """What the watch shows beside its own timers."""
        left = await self.device.remaining(KEY)
        timers = []
        if row is not None and left is not None:
            ends = self.device.now() + left
            timers.append(TimerView("pomodoro", row["kind"], row[row["kind"]], ends.timestamp()))
        await self.device.glance(Glance(timers=timers))


def _minutes(seconds: float) -> str:
    """``25 minutes``, rounded up, so that the last minute is not none."""
    count = max(1, -int(-seconds // 60))
    return f"{count} minute{'' if count == 1 else 's'}"
