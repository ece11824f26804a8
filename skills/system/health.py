"""Health: steps, heart rate, calories, distance, sleep, and workouts. The sensors are simulated (``sensors.py``), and
every answer says so; what is real is the record of workouts, which goes on over restarts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from ..contract import Card, Glance, Refusal, Reply, Say, Skill, Text, When, action
from ..speech import capital, plural, relative_day, short_span, span

Metric = Literal["steps", "heart_rate", "calories", "distance", "sleep"]
GOAL_STEPS = 10_000
REFRESH = timedelta(minutes=5)
MAX_WORKOUTS = 200
_LONGEST = timedelta(hours=24)
_KCAL_MIN = {
    "running": 11.0,
    "swimming": 9.0,
    "cycling": 8.0,
    "rowing": 8.0,
    "hiking": 6.5,
    "walking": 4.5,
    "yoga": 3.0,
}
_KINDS = {
    "run": "running", "jog": "running", "jogging": "running", "walk": "walking", "ride": "cycling", "bike": "cycling",
    "bike ride": "cycling", "biking": "cycling", "cycle": "cycling", "swim": "swimming", "hike": "hiking", "row": "rowing",
}  # fmt: skip
_SIMULATED = " (simulated)"

SPORTS = {
    "running": "run|running|jog|jogging", "walking": "walk|walking", "cycling": "bike ride|ride|cycling|biking|bike",
    "swimming": "swim|swimming", "hiking": "hike|hiking", "yoga": "yoga", "rowing": "row|rowing",
    "strength": "strength|weights|weight lifting|lifting weights", "dancing": "dance|dancing",
    "climbing": "climb|climbing|bouldering", "skiing": "ski|skiing", "tennis": "tennis", "football": "football|soccer",
    "pilates": "pilates", "stretching": "stretch|stretching",
}  # fmt: skip
"""Kinds of workout with the words that name them without a word like "workout" beside them."""


class Health(Skill):
    """Steps, heart rate, calories, distance, sleep and workouts, from simulated sensors."""

    name = "health"
    grants = ("store", "screen", "speaker", "sensors")
    simulated = True
    words = {
        "steps": ["step", "step count", "footsteps", "steps count"],
        "heart_rate": ["heartbeat", "pulse", "heart beat", "bpm", "beats per minute", "heartrate"],
        "calories": ["calorie", "calorie count", "energy", "kcal", "calories burned", "calories burnt"],
        "distance": ["distance walked", "kilometers", "kilometres", "miles", "walking distance"],
        "sleep": ["sleep time", "hours of sleep", "sleep duration", "rest", "sleep data", "sleep tracking"],
    }
    rules = {
        "track": "(start|begin|track|record|log) [tracking|recording] [a|an|my|the] [new]",
        "go": "(i'm|i am) (going for a|going for|about to|going to|starting to|starting my) [go] [for a]",
        "ask": "(what's|what is|what are|what was|what were|how's|how is|check|show|show me|tell me|give me|measure|read|display|get)",
        "my": "[my|the|today's|my current|current|my daily|my total|total]",
    }

    async def start(self) -> None:
        await self._show()
        await self.device.after("sensors", REFRESH, {}, keep=False)

    @action(
        "<ask> <my> {metric} [right now|now|so far|at the moment|count|data|stats]",
        "<ask> <my> {metric} [for|on|from] {when}",
        "{metric} [today|now]",
        Say(
            "how many steps (have i|did i) (taken|take|walked|walk|made|make|done|do|got|get) [today|so far|so far today]",
            {"metric": "steps"},
        ),
        Say("how many steps (did i|have i) (take|do|walk|make|get|taken|done) [on] {when}", {"metric": "steps"}),
        Say("how many steps [do i have|today|so far|until my goal|are left]", {"metric": "steps"}),
        Say("how much (have i|did i) (walked|walk|moved|move) [today|so far]", {"metric": "steps"}),
        Say("(did i|have i) (reach|reached|meet|met|hit) my [step] goal [today|yet]", {"metric": "steps"}),
        Say("how fast is my heart [beating]", {"metric": "heart_rate"}),
        Say("how (high|low) is my (heart rate|pulse)", {"metric": "heart_rate"}),
        Say("(take|measure|check) my (pulse|heart rate|heartbeat)", {"metric": "heart_rate"}),
        Say(
            "how many calories (have i|did i) (burned|burnt|burn|used|use) [today|so far|so far today]",
            {"metric": "calories"},
        ),
        Say("how many calories (did i|have i) (burn|burned|burnt|use) [on] {when}", {"metric": "calories"}),
        Say(
            "how far (have i|did i) (walked|walk|gone|go|run|moved|travelled|come) [today|so far]",
            {"metric": "distance"},
        ),
        Say("how far (did i|have i) (walk|run|go|walked|gone) [on] {when}", {"metric": "distance"}),
        Say(
            "how many (kilometers|kilometres|miles) (have i|did i) (walked|walk|gone|go|run|done|do) [today|so far]",
            {"metric": "distance"},
        ),
        Say("how (long|much|well) (did i|have i) (sleep|slept) [last night|tonight|this night]", {"metric": "sleep"}),
        Say("how (long|much|well) (did i|have i) (sleep|slept) [on] {when}", {"metric": "sleep"}),
        Say("how many hours (did i|have i) (sleep|slept) [last night]", {"metric": "sleep"}),
        Say("how (did i|have i been) (sleep|sleeping|slept) [last night]", {"metric": "sleep"}),
        Say("how was my (sleep|night) [last night]", {"metric": "sleep"}),
        examples=("how many steps have I taken", "what is my heart rate", "how did I sleep"),
        reads=True,
        purpose="look up your {metric}",
    )
    async def get_health(self, metric: Metric, when: When | None = None) -> Reply:
        """Say what the (simulated) sensors measured.

        metric: what to say
        when: another day than today
        """
        now = self.device.now()
        day = date.fromisoformat(when[:10]) if when else now.date()
        if day > now.date():
            raise Refusal("That day has not come yet.")
        if day != now.date() and metric == "heart_rate":
            raise Refusal("I only know your heart rate now.")
        if (now.date() - day).days > 366:
            raise Refusal("I keep measurements for a year.")
        value = self.device.sensor(metric) if day == now.date() else _of_day(metric, day)
        await self._show()
        past = day != now.date()
        said, text = _said(metric, value, past)
        tail = f" {relative_day(day, now.date())}" if past else ""
        share = min(1.0, value / GOAL_STEPS) if metric == "steps" else None
        card = Card(
            kind="health",
            title=capital(metric.replace("_", " ")),
            text=text,
            lines=["simulated"],
            icon=metric,
            value=share,
        )
        result = {"metric": metric, "value": value, "date": day.isoformat(), "simulated": True}
        return Reply(f"{said}{tail}{_SIMULATED}.", result, card)

    @action(
        "(start|begin|track|record|log|launch|do) [a|an|my|the] [new] {kind} (workout|session|exercise|training|activity)",
        "(start|begin|track|record|log) [a|an|my|the] (workout|exercise|activity|session) [of|for|called] {kind}",
        Say("(start|begin|track|record) [a|my|the] [new] (workout|exercise|training)", {"kind": "workout"}),
        Say("(let's|time to) (work out|exercise|train)", {"kind": "workout"}),
        *(Say(f"(<track>|<go>) ({words})", {"kind": kind}) for kind, words in SPORTS.items()),
        examples=("start a running workout", "begin my workout"),
        purpose="start the {kind} workout",
    )
    async def start_workout(self, kind: Text) -> Reply:
        """Start recording a workout.

        kind: what it is: running, walking, cycling…
        """
        running = await self.device.get("current")
        if running is not None:
            raise Refusal(f"Your {running['kind']} workout is still going. Stop it first.")
        name = _kind(kind)
        now = self.device.now()
        row = {"kind": name, "started": now.isoformat(timespec="seconds")}
        await self.device.put("current", row)
        await self.device.after("workout", _LONGEST, {})
        card = Card(kind="health", title=capital(name), text="0:00", lines=["simulated sensors"], icon="workout")
        named = "" if name == "workout" else f"{name} "
        speech = f"{capital(f'{named}workout')} started{_SIMULATED}."
        return Reply(speech, {"kind": name, "started": row["started"], "simulated": True}, card, undo={"started": True})

    @action(
        "(stop|end|finish|complete|terminate|quit|conclude) [the|my|this] [current] (workout|exercise|training|training session|activity|session|run|walk|ride|jog|swim|hike|bike ride)",
        "(stop|finish) (tracking|recording) [the|my] [workout|exercise|run|walk|ride|activity]",
        "(i'm|i am|i have) (done|finished) (working out|with my workout|exercising|training|running|walking|my workout)",
        "workout (over|done|finished)",
        examples=("stop the workout", "end my run"),
        purpose="end the workout",
    )
    async def stop_workout(self) -> Reply:
        """End the workout and say how it went (simulated)."""
        row = await self.device.get("current")
        if row is None:
            raise Refusal("No workout is going.")
        length = _LONGEST - (await self.device.remaining("workout") or timedelta())
        done = await self._finished(row, length)
        card = Card(
            kind="health",
            title=capital(row["kind"]),
            text=short_span(length),
            lines=[f"{done['calories']} kcal", "simulated"],
            icon="workout",
        )
        named = "workout" if row["kind"] == "workout" else f"{row['kind']} workout"
        speech = (
            f"{capital(named)} finished after {span(length)}, about {plural(done['calories'], 'calorie')}{_SIMULATED}."
        )
        return Reply(
            speech, {**done, "simulated": True}, card, undo={"finished": row, "seconds": length.total_seconds()}
        )

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        if key == "sensors":
            await self._show()
            await self.device.after("sensors", REFRESH, {}, keep=False)
            return
        row = await self.device.get("current")
        if row is not None:
            await self._finished(row, _LONGEST)
            await self.device.happened(f"The {row['kind']} workout was ended after a day.")

    async def undo(self, what: Any) -> Reply:
        if "started" in what:
            await self.device.put("current", None)
            await self.device.forget("workout")
            return Reply("The workout was not recorded.")
        await self.device.put("current", what["finished"])
        await self.device.after("workout", _LONGEST - timedelta(seconds=what["seconds"]), {})
        log = await self.device.get("log", [])
        await self.device.put("log", log[:-1])
        return Reply("The workout goes on.")

    async def _finished(self, row: dict[str, Any], length: timedelta) -> dict[str, Any]:
        minutes = length.total_seconds() / 60
        done = {
            "kind": row["kind"],
            "started": row["started"],
            "seconds": round(length.total_seconds()),
            "calories": round(minutes * _KCAL_MIN.get(row["kind"], 6.0)),
        }
        log = await self.device.get("log", [])
        await self.device.put("log", [*log, done][-MAX_WORKOUTS:])
        await self.device.put("current", None)
        await self.device.forget("workout")
        return done

    async def _show(self) -> None:
        steps, heart = round(self.device.sensor("steps")), round(self.device.sensor("heart_rate"))
        await self.device.glance(Glance(steps=steps, heart_rate=heart))


def _of_day(metric: str, day: date) -> float:
    from .. import sensors

    return sensors.day_total(metric, day)


def _kind(said: str) -> str:
    word = said.lower().removesuffix(" workout").removesuffix(" session").strip()
    return _KINDS.get(word, word)[:40] or "workout"


def _said(metric: str, value: float, past: bool) -> tuple[str, str]:
    """How a value is said and written."""
    have = "You" if past else "You've"
    if metric == "steps":
        return f"{have} {'took' if past else 'taken'} {value:,.0f} steps", f"{value:,.0f}"
    if metric == "heart_rate":
        return f"Your heart rate is {value:.0f}", f"{value:.0f} bpm"
    if metric == "calories":
        return f"{have} burned {value:,.0f} calories", f"{value:,.0f} kcal"
    if metric == "distance":
        return f"{have} walked {value:.1f} kilometres", f"{value:.1f} km"
    length = timedelta(hours=value)
    return f"You slept {span(timedelta(minutes=round(length.total_seconds() / 60)))}", short_span(length).rpartition(
        ":"
    )[0] + " h"
