"""The stopwatch. It counts on the clock that nobody can set: as what has passed of one very long timer, so that it goes
on over restarts of the device and changes of the wall clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..contract import Card, Glance, Refusal, Reply, Skill, action
from ..speech import plural, short_span, span

_KEY = "stopwatch"
_LIMIT = timedelta(hours=99)
_MAX_LAPS = 100


class Stopwatch(Skill):
    """The part of the timers skill that counts up."""

    @action(
        "(start|begin|run|launch|resume|restart|set|turn on) [a|the|my] [new] (stopwatch|stop watch|chronometer)",
        "[the] (stopwatch|stop watch) (start|on|go)",
        "start (timing|counting) [me|now|this|up]",
        "(time me|begin timing|count up) [now]",
        examples=("start the stopwatch", "start timing"),
        purpose="start the stopwatch",
    )
    async def start_stopwatch(self) -> Reply:
        """Start counting up from zero."""
        if await self._elapsed() is not None:
            raise Refusal(f"The stopwatch is already running, at {span(await self._running())}.")
        await self.device.put(_KEY, {"started": self.device.now().isoformat(), "laps": []})
        await self.device.after(_KEY, _LIMIT, {})
        await self._show_stopwatch()
        card = Card(kind="timer", title="Stopwatch", text="0:00", icon="stopwatch")
        return Reply("Stopwatch started.", {"elapsed_s": 0}, card, undo={"stopwatch": "start"})

    @action(
        "[(take|record|mark|add|note|start)] [a|the|another|new|next] (lap|split|lap time|split time) [(on|of|for) (the|my) (stopwatch|stop watch)] [now|please]",
        "(lap|split) (the|my) (stopwatch|stop watch)",
        "[the] (stopwatch|stop watch) (lap|split)",
        examples=("lap", "take a lap time"),
        purpose="take a lap",
    )
    async def lap_stopwatch(self) -> Reply:
        """Note a lap of the running stopwatch."""
        elapsed = await self._running()
        row = await self.device.get(_KEY)
        laps: list[float] = row["laps"]
        if len(laps) >= _MAX_LAPS:
            raise Refusal(f"The stopwatch keeps {_MAX_LAPS} laps.")
        before = timedelta(seconds=laps[-1] if laps else 0)
        laps.append(elapsed.total_seconds())
        await self.device.put(_KEY, row)
        await self._show_stopwatch()
        lap = elapsed - before
        result = {"lap": len(laps), "lap_s": round(lap.total_seconds(), 2), "elapsed_s": round(laps[-1], 2)}
        card = Card(
            kind="timer", title=f"Lap {len(laps)}", text=short_span(lap), lines=_lap_lines(laps), icon="stopwatch"
        )
        return Reply(f"Lap {len(laps)}: {span(lap)}.", result, card, undo={"stopwatch": "lap"})

    @action(
        "(stop|end|halt|finish|pause|reset|clear|kill|cancel|turn off) [a|the|my] (stopwatch|stop watch|chronometer)",
        "[the] (stopwatch|stop watch) (stop|off|end)",
        "stop (timing|counting) [me|now|this]",
        examples=("stop the stopwatch", "stop timing"),
        purpose="stop the stopwatch",
    )
    async def stop_stopwatch(self) -> Reply:
        """Stop the stopwatch and say how long it ran."""
        elapsed = await self._running()
        row = await self.device.get(_KEY)
        await self._reset()
        laps: list[float] = row["laps"]
        result = {"elapsed_s": round(elapsed.total_seconds(), 2), "laps": laps}
        card = Card(kind="timer", title="Stopwatch", text=short_span(elapsed), lines=_lap_lines(laps), icon="stopwatch")
        with_laps = f" with {plural(len(laps), 'lap')}" if laps else ""
        undo = {"stopwatch": "stop", "row": row, "elapsed_s": elapsed.total_seconds()}
        return Reply(f"Stopped at {span(elapsed)}{with_laps}.", result, card, undo=undo)

    async def _elapsed(self) -> timedelta | None:
        left = await self.device.remaining(_KEY)
        return None if left is None else _LIMIT - left

    async def _running(self) -> timedelta:
        elapsed = await self._elapsed()
        if elapsed is None:
            raise Refusal("The stopwatch is not running.")
        return elapsed

    async def _reset(self) -> None:
        await self.device.put(_KEY, None)
        await self.device.forget(_KEY)
        await self.device.glance(Glance(stopwatch_started=0.0, stopwatch_laps=0))

    async def _show_stopwatch(self) -> None:
        elapsed = await self._elapsed()
        if elapsed is None:
            await self.device.glance(Glance(stopwatch_started=0.0, stopwatch_laps=0))
            return
        row: dict[str, Any] = await self.device.get(_KEY, {"laps": []})
        started = (self.device.now() - elapsed).timestamp()
        await self.device.glance(Glance(stopwatch_started=started, stopwatch_laps=len(row["laps"])))

    async def _undo_stopwatch(self, what: dict[str, Any]) -> Reply:
        if what["stopwatch"] == "start":
            await self._reset()
            return Reply("The stopwatch is stopped again.")
        if what["stopwatch"] == "lap":
            row = await self.device.get(_KEY)
            if row is None or not row["laps"]:
                raise Refusal("The stopwatch is not running.")
            row["laps"].pop()
            await self.device.put(_KEY, row)
            await self._show_stopwatch()
            return Reply("Took the lap back.")
        await self.device.put(_KEY, what["row"])
        await self.device.after(_KEY, _LIMIT - timedelta(seconds=what["elapsed_s"]), {})
        await self._show_stopwatch()
        return Reply("The stopwatch runs on.")

    async def _stopwatch_due(self) -> None:
        """It has counted as far as it can."""
        await self._reset()
        await self.device.happened(f"The stopwatch stopped after {span(_LIMIT)}.")


def _lap_lines(laps: list[float]) -> list[str]:
    """The last laps, newest first, as the display counts."""
    starts = [0.0, *laps]
    lines = [f"{i + 1}  {short_span(timedelta(seconds=laps[i] - starts[i]))}" for i in range(len(laps))]
    return lines[-5:][::-1]
