"""The whole plugin surface: what a skill imports, in one file.

    from datetime import timedelta
    from bluerill.skills.contract import Duration, Reply, Say, Skill, Text, action

    class Tea(Skill):
        '''Brews tea.'''
        name = "tea"
        grants = ("store",)

        @action("(make|brew) [me] [a cup of] tea [for {duration}]", examples=["brew tea for four minutes"])
        async def brew_tea(self, duration: Duration = timedelta(minutes=3)) -> Reply:
            '''Start brewing tea.'''
            await self.device.put("last", self.device.now().isoformat())
            return Reply(f"Tea in {duration.seconds // 60} minutes.", result={"minutes": duration.seconds // 60})

Registered in pyproject.toml::

    [project.entry-points."bluerill.skills"]
    tea = "my_package:Tea"

A skill may be plain functions as well: a module of them (``dice = "my_dice"``), a list, or :meth:`Skill.of`::

    @action("roll (a die|the dice) [with {sides} sides]", examples=["roll a die"], reads=True)
    def roll_dice(sides: Number = 6) -> str:
        '''Roll a die.'''
        return f"A {random.randint(1, int(sides))}."

An action is ``async def``, or a plain ``def``, which runs on a thread and may block; it says ``wait(device.get("x"))``
where the other one says ``await``. What it returns is a Reply, or a text that is said.

One source, many uses: from the signature, the docstring and the sentences are derived the JSON schema, the
template matcher, the language model of the speech recogniser, the help texts and the tests' samples.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from datetime import date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Protocol, TypeVar

import msgspec

from .aside import wait
from .messages import Card, FaceDesigned, Glance, RingView, TimerView

CONTRACT = (1, 3)
"""Version of this file: a skill asks for at most this (``Skill.contract``). What is added raises the second number;
what a skill of before could miss or meet changed would raise the first, and has not yet."""

__all__ = [
    "CONTRACT", "Card", "Change", "Day", "Device", "Duration", "Expression", "Glance", "Level", "LevelChange", "Moment",
    "Money", "Number", "Person", "Place", "Refusal", "Repeat", "Reply", "RingView", "Say", "Skill", "Slot", "Text",
    "TimerView", "Unit", "When", "action", "wait",
]  # fmt: skip


class Slot(msgspec.Struct, frozen=True):
    """How the words of an argument become its value; the second half of an ``Annotated`` type.

    kinds: ``duration`` ``change`` (signed duration) ``time`` (a moment, ISO local) ``date`` ``when`` (date or
    moment, as ISO text) ``number`` ``level`` (0-100) ``change-level`` (signed) ``unit`` ``currency`` ``place``
    ``person`` ``text`` (free words) ``expression`` (arithmetic) ``repeat`` (recurrence) ``choice`` ``bool``.
    """

    kind: str


Duration = Annotated[timedelta, Slot("duration")]
Change = Annotated[timedelta, Slot("change")]
Moment = Annotated[datetime, Slot("time")]
Day = Annotated[date, Slot("date")]
When = Annotated[str, Slot("when")]
Number = Annotated[float, Slot("number")]
Level = Annotated[int, Slot("level")]
LevelChange = Annotated[int, Slot("change-level")]
Text = Annotated[str, Slot("text")]
Place = Annotated[str, Slot("place")]
Person = Annotated[str, Slot("person")]
Unit = Annotated[str, Slot("unit")]
Money = Annotated[str, Slot("currency")]
Expression = Annotated[str, Slot("expression")]
Repeat = Annotated[str, Slot("repeat")]
"""RFC 5545 RRULE text without the prefix, e.g. ``FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR``."""


class Say(msgspec.Struct, frozen=True):
    """A sentence template that implies arguments: ``Say("unmute", on=False)`` is written
    ``Say("unmute", {"on": False})``."""

    text: str
    fixed: dict[str, Any] = {}


class Reply(msgspec.Struct, frozen=True):
    """What an action answers: ``speech`` is said, ``card`` shown, ``result`` kept for later calls (plain JSON),
    ``undo`` is any JSON that :meth:`Skill.undo` can take the action back with (None: it cannot be). ``ask`` names a
    parameter of the action that ``speech`` asks the owner for: what is said next is its value, and the action runs
    again with it and with the arguments it had; whoever says something else has asked for something else."""

    speech: str
    result: dict[str, Any] = {}
    card: Card | None = None
    undo: Any = None
    ask: str = ""


class Refusal(Exception):
    """Raised by an action that cannot be done; the text is said to the owner ("There is no timer running.")."""


class Device(Protocol):
    """What a skill may do, each under the grant named in brackets. A skill without it gets a CapabilityError.

    An action, :meth:`Skill.due`, :meth:`Skill.undo` and :meth:`Skill.start` are units: what one of them writes,
    schedules or withdraws is kept together and made durable in one transaction when it returns, before its reply
    is sent and before anything it announces is said or shown. If it raises, nothing of it happened.
    """

    def now(self) -> datetime:
        """The watch's local time, with zone. []"""
        ...

    async def get(self, key: str, default: Any = None) -> Any:
        """A row of the skill's own namespace. [store]"""
        ...

    async def put(self, key: str, value: Any) -> None:
        """Write a row, durable before the action's reply; ``None`` deletes it. Keys beginning with ``~`` are the
        device's own. [store]"""
        ...

    async def put_many(self, rows: dict[str, Any]) -> None:
        """Write several rows, all or none. [store]"""
        ...

    async def scan(self, prefix: str = "") -> dict[str, Any]:
        """Rows whose keys begin with prefix, by key. [store]"""
        ...

    async def at(self, key: str, due: datetime, payload: dict[str, Any]) -> None:
        """Call :meth:`Skill.due` once at ``due`` (aware; durable; late if the device was off), replacing an
        earlier call under the same key. [store]"""
        ...

    async def after(self, key: str, delay: timedelta, payload: dict[str, Any], *, keep: bool = True) -> None:
        """Like ``at``, but counted on a clock that nobody can set (while the machine stays up). Without ``keep`` it
        is forgotten when the device stops, and costs no write: for refreshing what is shown. [store]"""
        ...

    async def forget(self, key: str) -> None:
        """Withdraw an ``at`` or ``after``. [store]"""
        ...

    async def remaining(self, key: str) -> timedelta | None:
        """How long until an ``at`` or ``after`` falls due (not below zero); None if there is none. [store]"""
        ...

    async def happened(self, speech: str, card: Card | None = None, *, ring: bool = False) -> None:
        """Speak and show something unasked. [speaker] [screen]"""
        ...

    async def glance(self, glance: Glance) -> None:
        """Update what the watch shows at a glance. [screen]"""
        ...

    async def job(self, kind: str, **given: Any) -> None:
        """Have something long done in the background (``bluerill jobs`` lists the kinds); the owner is told what came
        of it. Bluerill's own skills only; files cannot be named. [jobs]"""
        ...

    async def design_face(self, words: str, change: str = "") -> FaceDesigned:
        """Have a watch face made of words, or (``change``) of one made before. Bluerill's own skills only. Raises
        Refusal where it cannot be made. [designer]"""
        ...

    async def ask_model(self, model: str, task: str, text: str, max_tokens: int) -> str:
        """What a model of the broker (its card's name, or a path) writes to a text, given a task. Bluerill's own skills
        only. Raises CallerError, BudgetExceeded or ServiceFault where it cannot. [model]"""
        ...

    async def fetch(
        self,
        url: str,
        *,
        timeout_s: float = 5.0,
        method: Literal["GET", "POST"] = "GET",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> bytes:
        """Body of what an https URL answers. ``headers`` may be Accept, Authorization and Content-Type. Under the grant
        ``network:@option`` the address is the one the owner wrote into the skill's settings as ``option``, which may
        be in the house, without https. Raises ServiceFault when offline. [network:HOST]"""
        ...

    async def call(self, action: str, /, **arguments: Any) -> dict[str, Any]:
        """Invoke another skill's action and return its result. [call:ACTION]"""
        ...

    def sensor(self, metric: str) -> float:
        """A reading of the (simulated) sensors: battery, charging, connection, steps, heart_rate, calories,
        distance, sleep. [sensors]"""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """The skill's table in the owner's settings. []"""
        ...


F = TypeVar("F", bound=Callable[..., Coroutine[Any, Any, Reply | str] | Reply | str])


class ActionMark(msgspec.Struct, frozen=True):
    """What :func:`action` leaves on a method (``__action__``)."""

    sentences: tuple[str | Say, ...]
    examples: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    sensitive: bool | dict[str, tuple[str, ...]] = False
    hidden: bool = False
    reads: bool = False
    purpose: str = ""


def action(
    *sentences: str | Say,
    examples: list[str] | tuple[str, ...] = (),
    grants: tuple[str, ...] = (),
    sensitive: bool | dict[str, tuple[str, ...]] = False,
    hidden: bool = False,
    reads: bool = False,
    purpose: str = "",
) -> Callable[[F], F]:
    """Make a method or a function an action named like it. ``{parameter}`` in a sentence is an argument.

    ``reads`` is an action that changes nothing: it runs whoever's words led to it, where any other one first asks the
    owner if those words were a stranger's. A ``sensitive`` action is not for other programs to call unasked; given as
    ``{"device": ("front door",)}`` only calls with one of these values are.

    ``purpose`` is what it does in words that follow "I could not": ``"text {to}"``, ``"set [the {label}] timer"`` (what
    is in brackets is left out where the argument was). Without it the description's first words are taken.
    """

    def mark(function: F) -> F:
        function.__action__ = ActionMark(  # type: ignore[attr-defined]
            tuple(sentences), tuple(examples), tuple(grants), sensitive, hidden, reads, purpose
        )
        return function

    return mark


class Skill:
    """The base of all skills. The docstring's first line is the summary; ``rules`` are hassil expansion rules."""

    name: ClassVar[str] = ""
    version: ClassVar[str] = "1.0.0"
    contract: ClassVar[tuple[int, int]] = (1, 0)
    grants: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[dict[str, str]] = {}
    words: ClassVar[dict[str, list[str]]] = {}
    """Further words for the values of ``Literal`` parameters: ``{"do_not_disturb": ["quiet mode", "dnd"]}``."""
    simulated: ClassVar[bool] = False
    options: ClassVar[dict[str, str]] = {}
    """What the owner may set in the skill's table of settings.toml, and what for; told by ``skills info``."""
    device: Device

    @staticmethod
    def of(name: str, /, *functions: Callable[..., Any], **about: Any) -> type[Skill]:
        """A skill of functions marked with :func:`action`. A parameter of the type ``Device`` is given the device.
        ``about`` are what stands in a class otherwise: ``version``, ``grants``, ``rules``, ``words``, ``options``, its
        ``summary``, and functions for ``start``, ``due``, ``clock_changed`` and ``undo``. Raises ManifestError."""
        from .functions import of  # in the process of a package only

        return of(name, functions, about, sys._getframe(1).f_globals.get("__name__", ""))

    async def start(self) -> None:
        """Called once when the device is up: publish a first glance, resume what was running."""

    async def due(self, key: str, payload: dict[str, Any]) -> None:
        """Called when something scheduled with ``at`` or ``after`` falls due."""

    async def clock_changed(self) -> None:
        """Called after someone set the wall clock: republish what shows wall time."""

    async def undo(self, what: Any) -> Reply:
        """Take back an action that returned ``Reply(undo=what)``."""
        raise Refusal("That cannot be undone.")
