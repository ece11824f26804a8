"""Scenarios: what is said to a whole watch, and what the world must be like afterwards. Written in YAML.

    name: two timers, one of them corrected
    steps:
      - say: set a pizza timer for ten minutes
        calls: [{start_timer: {label: pizza, duration: PT10M}}]
        store: {timers: [{label: pizza, total_s: 600}]}
      - wait: 10m
        rings: [pizza]
      - say: cancel all timers
        absent: {timers: [{}]}

The world is scored and not the text (as ToolSandbox does, Lu et al. 2024): ``store`` are rows that must be there, each
naming the fields that matter, ``absent`` rows that must not be, ``rings`` what must have rung since the step before.
``reply`` is a regular expression. ``within_ms`` bounds the turn on the virtual clock: it fails where something sleeps
or waits for a network. ``labels: untrusted`` says the step with a stranger's words.

The watch is the real one (store, skills, planner, session) on the simulated host; its network is the ``net`` of the
scenario: ``weather`` knows a forecast, nothing else can be reached.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import yaml

from bluerill.agent.messages import Acted, Hush, Request, Say, Show, State, Turn
from bluerill.kernel.child import resolve
from bluerill.kernel.errors import ServiceFault
from bluerill.kernel.host.sim import SimHost, run_sim
from bluerill.kernel.loop import Kernel
from bluerill.kernel.manifest import Manifest
from bluerill.kernel.message import Body, Taint
from bluerill.kernel.service import Call, Leased, Service, handles
from bluerill.skills.messages import Fetch, Fetched, Glance, Scan
from bluerill.skills.store import StoreService
from support.bench import system_skills

ZONE = "Europe/Berlin"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """One thing said or waited for, and what must be so after it."""

    say: str = ""
    wait: str = ""
    labels: Literal["user", "untrusted"] = "user"
    calls: list[str | dict[str, dict[str, Any]]] | None = None
    reply: str = ""
    outcome: str = ""
    within_ms: float | None = None
    store: dict[str, list[dict[str, Any]]] = {}
    absent: dict[str, list[dict[str, Any]]] = {}
    rings: list[str] | None = None


class Scenario(msgspec.Struct, forbid_unknown_fields=True):
    """``at`` is the local time it begins at, in Berlin."""

    name: str
    steps: list[Step]
    at: str = "2026-11-20T14:05"
    net: list[Literal["weather"]] = []


def scenarios(folder: Path) -> Iterator[tuple[str, Scenario]]:
    """All scenarios of a folder, each with ``file: name`` for its test."""
    for file in sorted(folder.glob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text("utf-8")):
            scenario = msgspec.convert(document, Scenario)
            yield f"{file.stem}: {scenario.name}", scenario


def play(scenario: Scenario, folder: Path) -> None:
    """Play a scenario on a watch whose store lies in ``folder``; fails at the first step that is not as it says."""
    start = datetime.fromisoformat(scenario.at).replace(tzinfo=ZoneInfo(ZONE))
    run_sim(lambda host: _play(scenario, folder, host), wall=start.timestamp())


async def _play(scenario: Scenario, folder: Path, host: SimHost) -> None:
    kernel = Kernel(_manifest(folder), host, resolve)
    try:
        await kernel.start()
        network = kernel.local("egress")
        assert isinstance(network, Network)
        network.online = "weather" in scenario.net
        await asyncio.sleep(2.0)  # the skills wake, the planner learns them
        stage = Stage(kernel)
        for number, step in enumerate(scenario.steps, 1):
            try:
                await stage.take(step)
            except AssertionError as error:
                raise AssertionError(f"step {number} ({step.say or step.wait}): {error}") from error
    finally:
        await kernel.stop()
        host.close()


class Stage:
    """A watch being played on."""

    def __init__(self, kernel: Kernel) -> None:
        self._front = kernel.connect("owner")
        watched, store = kernel.local("screen"), kernel.local("store")
        assert isinstance(watched, Watched)
        assert isinstance(store, StoreService)
        self._watched, self._store = watched, store

    async def take(self, step: Step) -> None:
        """Do one step and look at the world. Raises AssertionError for what is not as it must be."""
        if step.wait:
            await asyncio.sleep(_seconds(step.wait))
        if step.say:
            taint = Taint.USER if step.labels == "user" else Taint.UNTRUSTED
            _check_turn(await self._front.ask("session", Request(step.say), Turn, within=60.0, taint=taint), step)
        await asyncio.sleep(0.001)  # what was told is there
        for space, wanted in step.store.items():
            rows = self._rows(space)
            for row in wanted:
                assert any(_fits(row, each) for each in rows), f"no row of {space} is {row}; they are {rows}"
        for space, unwanted in step.absent.items():
            rows = self._rows(space)
            for row in unwanted:
                assert not any(_fits(row, each) for each in rows), f"a row of {space} is {row}; they are {rows}"
        if step.rings is not None:
            rung = self._watched.rung()
            assert len(rung) == len(step.rings), f"expected {len(step.rings)} rings, got {rung}"
            for pattern, said in zip(step.rings, rung, strict=True):
                assert re.search(pattern, said, re.IGNORECASE), f"expected a ring of {pattern!r}, got {said!r}"

    def _rows(self, space: str) -> list[Any]:
        """The rows that the skill itself wrote; those under ``~`` are the device's bookkeeping."""
        rows = self._store.scan(Scan(f"skills/{space}"), Call("skills")).rows
        return [row for key, row in rows.items() if not key.startswith("~")]


def _check_turn(turn: Turn, step: Step) -> None:
    made = [(call.name, call.arguments) for call in turn.calls]
    if step.calls is not None:
        wanted = [(each, {}) if isinstance(each, str) else next(iter(each.items())) for each in step.calls]
        assert [name for name, _ in made] == [name for name, _ in wanted], f"expected {wanted}, got {made}"
        for (_, arguments), (name, some) in zip(made, wanted, strict=True):
            assert _fits(some, arguments), f"expected {name} with {some}, got {arguments}"
    if step.reply:
        assert re.search(step.reply, turn.reply, re.IGNORECASE), f"expected {step.reply!r}, got {turn.reply!r}"
    outcome = step.outcome or ("done" if step.calls else "")
    if outcome:
        assert turn.outcome == outcome, f"expected it to be {outcome}, got {turn.outcome}: {turn.reply!r}"
    if step.within_ms is not None:
        took = turn.latency["total_ms"]
        assert took <= step.within_ms, f"expected it within {step.within_ms} ms, it took {took}"


def _fits(wanted: Any, found: Any) -> bool:
    """Whether every field that is asked for is there; text between slashes is a regular expression."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(_fits(each, found.get(name)) for name, each in wanted.items())
    if isinstance(wanted, str) and len(wanted) > 2 and wanted[0] == wanted[-1] == "/":
        return isinstance(found, str) and re.search(wanted[1:-1], found, re.IGNORECASE) is not None
    return bool(wanted == found)


def _seconds(text: str) -> float:
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)([smhd])", text))


class Watched(Service):
    """What the owner sees and hears."""

    def __init__(self) -> None:
        self._rung: list[str] = []
        self._ringing: set[str] = set()

    @handles(Say, Show, State, Hush, Turn, Acted)
    def seen(self, body: Body, call: Call) -> None:
        """Part of the turn, which the owner is answered with anyway."""

    @handles(Glance)
    def glance(self, glance: Glance, call: Call) -> None:
        if glance.rings is None:
            return
        for ring in glance.rings:
            if ring.id not in self._ringing:
                self._rung.append(f"{ring.kind} {ring.title} {ring.text}")
        self._ringing = {ring.id for ring in glance.rings}

    def rung(self) -> list[str]:
        """What began to ring since this was asked last."""
        rung, self._rung = self._rung, []
        return rung


class Network(Service):
    """A network that reaches nothing but a forecast, and that only where the scenario has one."""

    def __init__(self) -> None:
        self.online = False

    @handles(Fetch)
    async def fetch(self, request: Fetch, call: Call) -> Leased:
        await self.port.sleep(0.3)
        if not self.online or "open-meteo.com" not in request.url:
            raise ServiceFault(f"{request.url.split('?')[0]} cannot be reached")
        body = SPOT if "geocoding" in request.url else forecast(datetime.fromtimestamp(self.port.wall()).date())
        return Leased(Fetched(200, b""), self.port.offer(json.dumps(body).encode()))


SPOT = {"results": [{"name": "Berlin", "latitude": 52.5, "longitude": 13.4, "timezone": ZONE, "country": "Germany"}]}


def forecast(today: date) -> dict[str, Any]:
    """A week in which the sun rises at 7:40 and sets at 16:05, and it rains tomorrow."""
    days = [str(today + timedelta(days=ahead)) for ahead in range(8)]
    hours = [f"{day}T{hour:02}:00" for day in days for hour in range(24)]
    return {
        "current": {
            "time": hours[14], "temperature_2m": 8.6, "apparent_temperature": 5.2, "relative_humidity_2m": 81,
            "wind_speed_10m": 17.4, "weather_code": 3,
        },
        "hourly": {
            "time": hours, "temperature_2m": [8.0] * len(hours), "precipitation_probability": [10] * len(hours),
            "weather_code": [2] * len(hours), "wind_speed_10m": [12.0] * len(hours),
            "relative_humidity_2m": [70] * len(hours),
        },
        "daily": {
            "time": days, "weather_code": [3, 61, 3, 0, 1, 2, 3, 3], "temperature_2m_max": [10.0] * 8,
            "temperature_2m_min": [4.0] * 8, "precipitation_probability_max": [5, 90, 5, 0, 0, 0, 0, 0],
            "precipitation_sum": [0.0, 6.2, 0, 0, 0, 0, 0, 0], "snowfall_sum": [0.0] * 8,
            "wind_speed_10m_max": [20.0] * 8, "sunrise": [f"{day}T07:40" for day in days],
            "sunset": [f"{day}T16:05" for day in days], "uv_index_max": [1.0] * 8,
        },
    }  # fmt: skip


def _manifest(folder: Path) -> Manifest:
    here = "support.scenario"
    services: dict[str, dict[str, Any]] = {
        "store": {"class": "bluerill.skills.store:StoreService", "settings": {"path": str(folder / "store")}},
        "egress": {"class": f"{here}:Network"},
        "skills": {
            "class": "bluerill.skills.host:SkillsService",
            "asks": ["store", "egress"],
            "tells": ["session", "screen"],
            "notifies": ["planner"],
            "settings": {"entries": system_skills(), "zone": ZONE, "boot": "scenario", "log": str(folder)},
        },
        "planner": {
            "class": "bluerill.agent.planner:PlannerService",
            "asks": ["skills"],
            "settings": {"listeners": [], "zone": ZONE},
        },
        "session": {
            "class": "bluerill.agent.session:SessionService",
            "asks": ["planner", "skills"],
            "tells": ["screen"],
            "settings": {"fronts": ["screen"], "screens": ["screen"], "ears": [], "zone": ZONE},
        },
        "screen": {"class": f"{here}:Watched"},
    }
    return Manifest.parse({"device": {"ram": "1G"}, "services": services})
