"""What the skills wing says and understands: the catalogue, invoking actions, and what the watch should show."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ..kernel.message import Body, message
from .sky_view import SkyView

GLANCE_CHANGED = 1
"""The signal to ``skills`` by which a screen that (re)started asks to be told everything again."""
CATALOGUE_CHANGED = 2
"""The signal by which a skill host says that its catalogue changed, and by which ``skills`` says so to the planner."""


class ParameterInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """One parameter of an action. ``kind`` says how words become its value (see ``contract.Slot``)."""

    name: str
    kind: str
    required: bool = True
    description: str = ""
    choices: dict[str, list[str]] = {}
    """For kind ``choice``: JSON value → the words for it."""


class SentenceInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """One hassil sentence template; ``{name}`` is the parameter of that name, ``fixed`` are implied arguments."""

    text: str
    fixed: dict[str, Any] = {}


class ActionInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that a planner needs to know of an action, derived from the code of the skill."""

    name: str
    skill: str
    description: str
    parameters: list[ParameterInfo] = []
    sentences: list[SentenceInfo] = []
    rules: dict[str, str] = {}
    """Expansion rules (``<name>``) the sentences use, private to the skill."""
    examples: list[str] = []
    grants: list[str] = []
    sensitive: bool = False
    sensitive_when: dict[str, list[str]] = {}
    """Where not empty, only calls in which a parameter has one of these values are sensitive."""
    hidden: bool = False
    """Callable by the device (buttons), never offered to a planner."""
    reads: bool = False
    """Changes nothing, so it may run whoever's words led to it."""
    purpose: str = ""
    """What it is for, in words that follow "I could not", with arguments in braces (``purpose.py``)."""
    schema: dict[str, Any] = {}
    """JSON schema of the arguments object."""


class SkillInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """One installed skill; ``problem`` says why its ``state`` is not ``running``: ``disabled`` by the owner,
    ``waiting`` for the owner to agree, ``quarantined`` after too many ends of its process, or ``broken``."""

    name: str
    version: str
    package: str
    summary: str = ""
    actions: list[str] = []
    grants: list[str] = []
    state: Literal["running", "disabled", "waiting", "quarantined", "broken"] = "running"
    problem: str = ""
    simulated: bool = False
    """Its provider is a simulation, and every reply of it says so."""
    isolation: str = "core"
    options: dict[str, str] = {}
    """Settings the owner may give it, and what for."""
    host: str = ""
    """The service whose process it runs in, where that is not the core."""


@message("skills.get-catalogue")
class GetCatalogue(Body, frozen=True):
    """Ask ``skills`` for everything installed. → Catalogue

    With ``by_lease`` the answer's payload is the catalogue as JSON, and the body only names its fingerprint: what an
    asker in another process must say, since a catalogue is larger than a frame.
    """

    by_lease: bool = False


@message("skills.catalogue")
class Catalogue(Body, frozen=True):
    """``fingerprint`` changes whenever a skill is loaded, unloaded or changes its sentences. In JSON of at most
    a few hundred KiB: when it is larger than a frame it travels as the lease (JSON of this body) instead."""

    fingerprint: str
    actions: list[ActionInfo] = []
    skills: list[SkillInfo] = []


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something to show on the watch for a moment. Text is plain; the screen wraps and clips it."""

    kind: Literal["reply", "timer", "alarm", "reminder", "weather", "list", "health", "device", "notice", "face"] = (
        "reply"
    )
    """``face`` is news of the watch face itself: a line over the face, which nothing hides."""
    title: str = ""
    text: str = ""
    lines: list[str] = []
    icon: str = ""
    value: float | None = None
    """0..1, drawn as a ring, where the card has one number to show."""
    code: str = ""
    """Text of a code that is drawn large, so that a scanner reads it off the glass."""


@message("skills.invoke")
class Invoke(Body, frozen=True):
    """Ask ``skills`` to run one action. → Invoked | Unconfirmed

    ``confirmed`` says (for the audit log) that the owner was shown this call and agreed to it; ``via`` which session of
    another program it comes from, where the owner's terminal passes it on. ``strange``: words in the arguments are a
    stranger's, whoever wants the call; what is made of them stays so, in the store, too."""

    action: str
    arguments: dict[str, Any] = {}
    confirmed: bool = False
    via: str = ""
    strange: bool = False


@message("skills.invoked")
class Invoked(Body, frozen=True):
    """``result`` is plain JSON and may be referred to by a later call as ``$1.field``; ``undo`` is handed back
    in an Undo to take the action back ('' where it cannot be). ``untrusted``: strangers' words may be in it."""

    action: str
    result: dict[str, Any]
    speech: str
    card: Card | None = None
    undo: str = ""
    untrusted: bool = False
    foreign: bool = False
    """Another program answered (an MCP server): whatever the plan does after it is labelled, too."""
    ask: str = ""
    """The parameter that the owner was asked for: with what is said next the call is made again."""


@message("skills.unconfirmed")
class Unconfirmed(Body, frozen=True):
    """The call was not made: a stranger's words led to it, and the owner must see it and agree. ``shown`` is the call
    to the letter, a line each."""

    action: str
    shown: list[str]


@message("skills.get-rest")
class GetRest(Body, frozen=True):
    """Ask a skill host whether its process may end until somebody calls it again. → MayRest"""


@message("skills.may-rest")
class MayRest(Body, frozen=True):
    """It may, if nothing is due, running or unsaved."""

    rests: bool


@message("skills.undo")
class Undo(Body, frozen=True):
    """Ask ``skills`` to take an action back. → Invoked"""

    action: str
    undo: str


class TimerView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A timer as the screen draws it: running ones count down to ``ends_at`` (Unix seconds)."""

    id: str
    label: str
    total_s: float
    ends_at: float = 0.0
    remaining_s: float = 0.0
    state: Literal["running", "paused", "ringing"] = "running"


class RingView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that rings until dismissed."""

    id: str
    kind: Literal["alarm", "timer", "reminder"]
    title: str
    text: str = ""
    since: float = 0.0


@message("skills.glance")
class Glance(Body, frozen=True):
    """Tell the screen what the device's state is now; a field left ``None`` is unchanged."""

    timers: list[TimerView] | None = None
    rings: list[RingView] | None = None
    next_alarm: str | None = None
    """Local ISO time, '' for none."""
    stopwatch_started: float | None = None
    """Unix seconds a running stopwatch counts from, 0.0 for none."""
    stopwatch_laps: int | None = None
    battery: int | None = None
    steps: int | None = None
    heart_rate: int | None = None
    weather: str | None = None
    sky: SkyView | None = None
    volume: int | None = None
    brightness: int | None = None
    modes: list[str] | None = None
    face: str | None = None
    zone: str | None = None
    """IANA zone the watch shows time in."""
    unread: int | None = None


@message("skills.happened")
class Happened(Body, frozen=True):
    """Tell the session that something rang, fell due or ended by itself; it speaks and shows it."""

    skill: str
    speech: str
    card: Card | None = None
    ring: bool = False


@message("skills.want-job")
class WantJob(Body, frozen=True):
    """Tell ``jobs`` that a skill wants a long job done; what comes of it is told to the owner when it ends."""

    skill: str
    kind: str
    given: dict[str, Any] = {}


@message("skills.design-face")
class DesignFace(Body, frozen=True):
    """Ask ``designer`` for a watch face made of words, kept among the owner's faces. With ``change`` the words say
    what to change of that face; it stays, and the new one is kept beside it. → FaceDesigned | FaceNotDesigned"""

    words: str
    change: str = ""


@message("skills.face-designed")
class FaceDesigned(Body, frozen=True):
    """The name of the new face, what it is in a few words, and the words that said nothing (at most ten)."""

    name: str
    told: str
    unread: list[str] = []


@message("skills.face-not-designed")
class FaceNotDesigned(Body, frozen=True):
    """There is no such face; ``reason`` says why, for the owner."""

    reason: str


@message("skills.sense")
class Sense(Body, frozen=True):
    """Ask ``skills`` to let a simulated sensor read this from now on, until the device ends; None lets it follow the
    day again. ``metric`` is battery (%), charging, connection (0 or 1), steps, heart_rate, calories, distance (km),
    sleep (h), compass (degrees) or light (lux). → Sensed"""

    metric: str
    value: float | None = None


@message("skills.sensed")
class Sensed(Body, frozen=True):
    """What the sensor reads now."""

    metric: str
    value: float


# store: rows are JSON documents in a namespace per skill


@message("store.get")
class Get(Body, frozen=True):
    """Ask ``store`` for one row. → Row"""

    space: str
    key: str


@message("store.put")
class Put(Body, frozen=True):
    """Ask ``store`` to write rows, all or none, durably before the reply. ``None`` deletes. → Stored"""

    space: str
    rows: dict[str, Any]


@message("store.scan")
class Scan(Body, frozen=True):
    """Ask ``store`` for the rows of a space whose keys begin with ``prefix``, by key, after ``after``. → Rows"""

    space: str
    prefix: str = ""
    limit: int = 1000
    after: str = ""


@message("store.export")
class Export(Body, frozen=True):
    """Ask ``store`` for all rows of all spaces, which only the owner's door may. → Exported (JSON by lease: space to
    key to value)"""


@message("store.exported")
class Exported(Body, frozen=True):
    """How many rows the lease beside this body holds."""

    rows: int


@message("store.row")
class Row(Body, frozen=True):
    """One row; ``value`` means nothing where ``found`` is false."""

    found: bool
    value: Any = None


@message("store.rows")
class Rows(Body, frozen=True):
    """One page; ``more`` says that a Scan with ``after`` set to the last key would give further rows."""

    rows: dict[str, Any]
    more: bool = False


@message("store.stored")
class Stored(Body, frozen=True):
    """How many rows of a Put are durable now."""

    rows: int


# egress: the one process that reaches the network


@message("egress.fetch")
class Fetch(Body, frozen=True):
    """Ask ``egress`` for an https URL whose host the caller was granted. → Fetched"""

    url: str
    timeout_s: float = 5.0
    max_bytes: int = 262_144
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = {}
    body: bytes = b""


@message("egress.fetched")
class Fetched(Body, frozen=True):
    """The answer of a web server: its HTTP status and its body."""

    status: int
    body: bytes
