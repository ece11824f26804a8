"""What rings, of whatever skill: silencing it and letting it come again. The buttons of a ring call these.

Alarms are asked here; timers and reminders through their own hidden actions, so that one press ends all that rings.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ..contract import Card, Duration, Refusal, Reply, Text, action
from ..speech import clock, span, spoken_clock
from .alarm_rows import AlarmRows, Row

SNOOZE = timedelta(minutes=9)


class AlarmRings(AlarmRows):
    """Dismissing and snoozing; the alarms skill inherits it."""

    @action(hidden=True)
    async def dismiss_ring(self, id: Text | None = None) -> Reply:  # noqa: A002
        """Silence what rings, of any skill (the button of a ring).

        id: which ring; all of them if not given
        """
        rows = [row for row in await self._all() if row["state"] != "set" and id in (None, row["id"])]
        reply = await self._silenced(rows) if rows else Reply("")
        done = list(reply.result.get("dismissed", []))
        for kind in ("timer", "reminder"):
            if id is None or id.startswith(f"{kind}:"):
                done += (await self.device.call(f"dismiss_{kind}", id=id))["dismissed"]
        return Reply("", {"dismissed": done})

    @action(hidden=True)
    async def snooze_ring(self, id: Text | None = None, duration: Duration | None = None) -> Reply:  # noqa: A002
        """Let what rings come again later, of any skill (the button of a ring).

        id: which ring; all of them if not given
        duration: how much later
        """
        rows = [row for row in await self._all() if row["state"] == "ringing" and id in (None, row["id"])]
        reply = await self._snoozed(rows, duration or SNOOZE) if rows else Reply("")
        done, until = list(reply.result.get("snoozed", [])), reply.result.get("until", "")
        later = {} if duration is None else {"duration": f"PT{int(duration.total_seconds())}S"}
        for kind in ("timer", "reminder"):
            if id is None or id.startswith(f"{kind}:"):
                told = await self.device.call(f"snooze_{kind}", id=id, **later)
                done += told["snoozed"]
                until = until or told.get("until", "")
        if not until:
            return Reply("", {"snoozed": done})
        card = Card(kind="alarm", title="Snoozed", text=f"until {clock(datetime.fromisoformat(until))}", icon="alarm")
        speech = reply.speech or f"Snoozed until {spoken_clock(datetime.fromisoformat(until))}."
        return Reply(speech, {"snoozed": done}, card)

    async def _silenced(self, rows: list[Row]) -> Reply:
        for row in rows:
            await self.device.forget(f"{row['id']}/again")
            if row["next"]:
                row["state"] = "set"
                await self.device.put(f"alarm/{row['id']}", row)
            else:
                await self._drop(row)
        await self._show()
        return Reply("Alarm stopped.", {"dismissed": [row["id"] for row in rows]}, Card(kind="alarm", title="Stopped"))

    async def _snoozed(self, rows: list[Row], duration: timedelta) -> Reply:
        if not timedelta(minutes=1) <= duration <= timedelta(hours=3):
            raise Refusal("Snoozing takes between one minute and three hours.")
        for row in rows:
            row["state"] = "snoozed"
            await self.device.put(f"alarm/{row['id']}", row)
            await self.device.after(f"{row['id']}/again", duration, {})
        await self._show()
        again = self.device.now() + duration
        card = Card(kind="alarm", title="Snoozed", text=f"until {clock(again)}", icon="alarm")
        result = {"snoozed": [row["id"] for row in rows], "until": again.replace(tzinfo=None).isoformat()}
        return Reply(f"Snoozed for {span(duration)}.", result, card)
