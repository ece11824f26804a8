"""The device as a skill sees it: every call checked against the skill's grants, then passed on as a message.

One handle belongs to one skill; it is the only thing the skill is given. See ``contract.Device`` for what each
method promises and which grant it needs; ``units.py`` for why writes and announcements wait for the end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from ..kernel.errors import BluerillError, BudgetExceeded, CallerError, CapabilityError, ServiceFault
from ..kernel.message import Body
from ..kernel.service import Port
from ..models.messages import Infer, Inference, Refused
from ..models.parts import ChatMessage
from .chime import DUE, Chime, Due
from .contract import Refusal
from .messages import (
    Card,
    DesignFace,
    FaceDesigned,
    FaceNotDesigned,
    Fetch,
    Fetched,
    Get,
    Glance,
    Happened,
    Put,
    Row,
    Rows,
    Scan,
    Stored,
    WantJob,
)  # fmt: skip
from .register import NETWORK, origin, origins
from .sensors import Sensors
from .strange import KEY, Labels, Words
from .units import Unit, unit_of

STORE, EGRESS, DESIGNER, MODELS = "store", "egress", "designer", "models"
DESIGN_S = 10.0
"""How long a face may take to make; two seconds are usual."""
MODEL_S = 11.0
"""How long a model may take to answer, with the time it takes to load: an action has twelve seconds."""
MAX_SPEECH = 1_000
MAX_DELAY = timedelta(days=366)
_MISSING = object()

Caller = Callable[[str, dict[str, Any], tuple[str, ...], bool], Awaitable[dict[str, Any]]]


class DeviceHandle:
    """Implements ``contract.Device`` for one skill."""

    def __init__(
        self,
        port: Port,
        chime: Chime,
        skill: str,
        grants: frozenset[str],
        settings: dict[str, Any],
        zone: Callable[[], tzinfo],
        call: Caller,
        sensors: Sensors | None = None,
        lacks: Callable[[str], Exception] | None = None,
    ) -> None:
        self.space = f"{port.address}/{skill}"
        self._port = port
        self._chime = chime
        self._skill = skill
        self.grants = grants
        self._settings = settings
        self._zone = zone
        self._call = call
        self._sensors = sensors or Sensors()
        self._lacks = lacks or self._undeclared
        self._labels = Labels()
        self.unsaved: dict[str, Any] = {}
        """Rows that fired while the store could not write: true all the same, and written with whatever is next."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._port.wall(), self._zone())

    @property
    def settings(self) -> dict[str, Any]:
        return self._settings

    async def get(self, key: str, default: Any = None) -> Any:
        unit = self._need("store")
        _check_key(key)
        pending = unit.rows.get(key, self.unsaved.get(key, _MISSING))
        if pending is not _MISSING:
            return default if pending is None else pending
        row = await self._port.ask(STORE, Get(self.space, key), Row)
        if not row.found:
            return default
        await self._know()
        unit.read += self._labels.of(key, row.value)
        return row.value

    async def put(self, key: str, value: Any) -> None:
        await self.put_many({key: value})

    async def put_many(self, rows: dict[str, Any]) -> None:
        unit = self._need("store")
        for key, value in rows.items():
            _check_key(key)
            unit.write(key, _plain(value, f"row {key!r}"))

    async def scan(self, prefix: str = "") -> dict[str, Any]:
        unit = self._need("store")
        rows = {key: value for key, value in (await self.stored(prefix)).items() if not key.startswith("~")}
        if rows:
            await self._know()
            for key, value in rows.items() if self._labels.rows else ():
                unit.read += self._labels.of(key, value)
        for key, value in {**self.unsaved, **unit.rows}.items():
            if key.startswith(prefix) and not key.startswith("~"):
                if value is None:
                    rows.pop(key, None)
                else:
                    rows[key] = value
        return dict(sorted(rows.items()))

    async def stored(self, prefix: str) -> dict[str, Any]:
        """Rows as they are in the store, without what is pending (for the host)."""
        page = await self._port.ask(STORE, Scan(self.space, prefix), Rows)
        rows = dict(page.rows)
        while page.more:
            page = await self._port.ask(STORE, Scan(self.space, prefix, after=max(page.rows)), Rows)
            rows.update(page.rows)
        return rows

    async def commit(self, rows: dict[str, Any]) -> None:
        """Make a unit's writes durable, all or none (for the host)."""
        try:
            await self._port.ask(STORE, Put(self.space, {**self.unsaved, **rows}), Stored)
        except BluerillError:
            self._labels.known = False  # the store knows
            raise
        self.unsaved.clear()

    async def label(self, unit: Unit) -> None:
        """Add to a unit's writes what has to be remembered of whose words they are (for the host)."""
        if unit.rows:
            await self._know()
            unit.rows.update(self._labels.relabelled(unit.rows, unit.given, unit.read, undoing=unit.undoing))

    async def strange(self, key: str, value: Any) -> list[Words]:
        """The words of a stranger in a row of the host's own, such as something due."""
        await self._know()
        return self._labels.of(key, value)

    async def _know(self) -> None:
        if not self._labels.known:
            row = await self._port.ask(STORE, Get(self.space, KEY), Row)
            self._labels.take(row.value if row.found else None)

    async def at(self, key: str, due: datetime, payload: dict[str, Any]) -> None:
        if due.tzinfo is None:
            raise CallerError(f"skill {self._skill!r}: a due time needs a zone, got {due.isoformat()}")
        self._schedule(self._chime.at(self._skill, key, due.timestamp(), _plain(payload, f"payload of {key!r}")))

    async def after(self, key: str, delay: timedelta, payload: dict[str, Any], *, keep: bool = True) -> None:
        if not timedelta() <= delay <= MAX_DELAY:
            raise CallerError(f"skill {self._skill!r}: a delay is between 0 and {MAX_DELAY.days} days, got {delay}")
        plain = _plain(payload, f"payload of {key!r}")
        self._schedule(self._chime.after(self._skill, key, delay.total_seconds(), plain, keep))

    def _schedule(self, entry: Due) -> None:
        unit = self._need("store")
        _check_key(entry.key)
        if entry.kept:
            unit.write(DUE + entry.key, msgspec.to_builtins(entry))
        unit.dues[entry.key] = entry

    async def forget(self, key: str) -> None:
        unit = self._need("store")
        _check_key(key)
        unit.write(DUE + key, None)
        unit.dues[key] = None

    async def remaining(self, key: str) -> timedelta | None:
        unit = self._need("store")
        entry = unit.dues[key] if key in unit.dues else self._chime.agenda.get(self._skill, key)
        return None if entry is None else timedelta(seconds=max(0.0, self._chime.left(entry)))

    async def happened(self, speech: str, card: Card | None = None, *, ring: bool = False) -> None:
        unit = self._need("speaker" if speech else "screen")
        if card is not None:
            self._need("screen")
        unit.announce(Happened(self._skill, speech[:MAX_SPEECH], card, ring))

    async def glance(self, glance: Glance) -> None:
        self._need("screen").announce(glance)

    async def job(self, kind: str, **given: Any) -> None:
        self._need("jobs").announce(WantJob(self._skill, kind, _plain(given, f"parameters of job {kind!r}")))

    async def design_face(self, words: str, change: str = "") -> FaceDesigned:
        self._need("designer")
        made = await self._port.ask(DESIGNER, DesignFace(words, change), Body, within=DESIGN_S)
        if isinstance(made, FaceNotDesigned):
            raise Refusal(made.reason)
        if not isinstance(made, FaceDesigned):
            raise ServiceFault(f"the designer answered with {made.wire!r}")
        return made

    async def ask_model(self, model: str, task: str, text: str, max_tokens: int) -> str:
        self._need("model")
        messages = [ChatMessage("system", task), ChatMessage("user", text)]
        wanted = Infer(model, messages=messages, max_tokens=max_tokens, prefix_key=task)
        answer = await self._port.ask(MODELS, wanted, Body, within=MODEL_S)
        if isinstance(answer, Inference):
            return answer.text
        if isinstance(answer, Refused):
            raise (BudgetExceeded if answer.retry_after_s > 0 else CallerError)(answer.reason)
        raise ServiceFault(f"{MODELS!r} answered an inference with {answer.wire!r}")

    async def fetch(
        self,
        url: str,
        *,
        timeout_s: float = 5.0,
        method: Literal["GET", "POST"] = "GET",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> bytes:
        unit_of(self._skill)
        if origin(url) not in origins((g for g in self.grants if g.startswith(f"{NETWORK}@")), self._settings):
            self._need(f"{NETWORK}{urlsplit(url).hostname or ''}")
        if not self._sensors.reading("connection", self.now()):
            raise ServiceFault("the watch has no connection (so it was injected)")
        request = Fetch(url, min(timeout_s, 30.0), method=method, headers=headers or {}, body=body)
        _, lease = await self._port.borrow(EGRESS, request, Fetched, within=request.timeout_s + 1.0)
        try:
            return lease.bytes()
        finally:
            lease.release()

    async def call(self, action: str, /, **arguments: Any) -> dict[str, Any]:
        unit = self._need(f"call:{action}")
        return await self._call(action, arguments, (*unit.depth, self._skill), unit.reads)

    def sensor(self, metric: str) -> float:
        self._need("sensors")
        return self._sensors.reading(metric, self.now())

    def _need(self, grant: str) -> Unit:
        """The open unit, if the skill (or the running action) holds the grant. Raises CapabilityError."""
        unit = unit_of(self._skill)
        if grant not in self.grants and grant not in unit.grants:
            raise self._lacks(grant)
        return unit

    def _undeclared(self, grant: str) -> Exception:
        declared = ", ".join(sorted(self.grants)) or "none"
        return CapabilityError(f"skill {self._skill!r} has no grant {grant!r}; it declares {declared}")


def _check_key(key: str) -> None:
    if not key or key.startswith("~") or len(key) > 200:
        raise CallerError(f"a key has 1 to 200 characters and does not begin with '~', got {key[:40]!r}")


def _plain(value: Any, what: str) -> Any:
    """The value as plain JSON types: a snapshot, so that later changes of it do not show. Raises CallerError."""
    try:
        return msgspec.to_builtins(value, str_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise CallerError(f"{what} is not plain JSON: {error}") from error
