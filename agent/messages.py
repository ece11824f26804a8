"""What the agent wing says and understands: planning and turns."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ..kernel.message import Body, message
from ..modalities.image.messages import Seen
from ..models.decoder.prompt import Tool
from ..models.encoder.example import Example
from ..skills.messages import Card


class PlannedCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call of a plan. ``spans`` keeps the words each argument came from; ``revises`` marks a follow-up that
    replaces the last call of the session ("make it fifteen"). ``after`` are the calls it waits for, counted from one
    (None: all before it), and ``purpose`` says in words what it is for; see ``graph.py``. A ``quiet`` one is made for
    what it answers to another call; nothing is said of it. ``strange``: a stranger's words are in its arguments,
    also if the owner agreed to the call."""

    name: str
    arguments: dict[str, Any] = {}
    spans: dict[str, str] = {}
    revises: bool = False
    after: list[int] | None = None
    purpose: str = ""
    quiet: bool = False
    strange: bool = False


@message("agent.plan")
class Plan(Body, frozen=True):
    """Ask ``planner`` to plan a request, executing nothing. ``now`` is local ISO 8601 ('' = the device's clock);
    ``context`` are the last calls of the session, latest last; ``tier`` is who may answer. → Planned"""

    text: str
    now: str = ""
    context: list[PlannedCall] = []
    tier: Literal["auto", "templates", "encoder"] = "auto"


@message("agent.planned")
class Planned(Body, frozen=True):
    """``calls`` empty is a refusal, ``reply`` then says so shortly. ``undo`` means: take the last turn back.

    ``planner`` is the tier that answered. ``lacks`` names the action that was understood where only a value of it was
    not said; ``reply`` then asks for that. ``options`` are two readings too close to choose between; ``reply`` then
    asks which is meant. ``why`` says in a few words why that tier answered.
    """

    calls: list[PlannedCall]
    planner: str
    confidence: float
    ms: float
    reply: str = ""
    undo: bool = False
    lacks: str = ""
    options: list[PlannedCall] = []
    why: str = ""


MAX_SENTENCES = 12
"""What the encoder reads at once."""


@message("agent.encode")
class Encode(Body, frozen=True):
    """Ask ``encoder`` to read at most MAX_SENTENCES, each as words in the planner's normal form; ``about`` are actions
    that it is asked for its opinion on. → Encoded"""

    sentences: list[list[str]]
    about: list[str] = []


class Sighted(msgspec.Struct, frozen=True):
    """What the encoder sees in a sentence: the likeliest labels with their probabilities, a tag for each word (see
    ``agent/encoder/labels.py``), and what else each word may be, likeliest first."""

    labels: list[tuple[str, float]]
    tags: list[str]
    others: list[list[str]] = []


@message("agent.encoded")
class Encoded(Body, frozen=True):
    """What was seen in each sentence, and from which probability on an action is to be believed. ``foreign`` are those
    of the actions asked about that the network was never taught: of them it has no opinion."""

    seen: list[Sighted]
    sure: float
    foreign: list[str] = []


@message("agent.consult")
class Consult(Body, frozen=True):
    """Ask ``larger`` to plan a request with the models that the owner named; ``likely`` are actions, likeliest first.
    → Planned"""

    text: str
    now: str = ""
    context: list[PlannedCall] = []
    likely: list[str] = []


@message("agent.plan-tools")
class PlanTools(Body, frozen=True):
    """Ask ``planner`` to plan a request over tools that are no skill's ({name, description, parameters} each, at most
    128), executing nothing. ``now`` as in Plan; ``tier`` "encoder" leaves the decoder out. → Planned"""

    text: str
    tools: list[dict[str, Any]]
    now: str = ""
    tier: Literal["auto", "encoder", "decoder"] = "auto"


@message("agent.rank")
class Rank(Body, frozen=True):
    """Ask ``encoder`` how likely each of some tools serves a request. → Ranked"""

    text: str
    tools: list[Tool]


@message("agent.ranked")
class Ranked(Body, frozen=True):
    """A probability for each tool, in order, and from which one on it is to be believed."""

    scores: list[float]
    sure: float


@message("agent.tune")
class Tune(Body, frozen=True):
    """Ask ``encoder`` (or ``planner``, which adds ``others``) to train heads on these examples and those of before;
    ``others`` are sentences that mean something else. ``undo`` takes the last time back instead. → Tuned"""

    examples: list[Example] = []
    others: list[list[str]] = []
    undo: bool = False


@message("agent.tuned")
class Tuned(Body, frozen=True):
    """How many examples each action has now, and how many of ``of`` were labelled rightly by heads trained without
    them."""

    examples: dict[str, int]
    right: int = 0
    of: int = 0


@message("agent.decode")
class Decode(Body, frozen=True):
    """Ask ``decoder`` what calls of these few tools a request is. → Decoded"""

    text: str
    tools: list[Tool]


@message("agent.decoded")
class Decoded(Body, frozen=True):
    """Calls, each the name of a tool and the request's words for its arguments; the least probability of any choice
    that was made while they were written, and of how many tokens the answer is."""

    calls: list[tuple[str, dict[str, str]]]
    sure: float
    tokens: int = 0


@message("agent.request")
class Request(Body, frozen=True):
    """Ask ``session`` to take a typed (or otherwise finished) request through the whole device. → Turn"""

    text: str
    source: str = "text"


@message("agent.saw")
class Saw(Body, frozen=True):
    """Tell ``session`` what is in the picture that the owner shows: for a minute "this" means it."""

    seen: Seen


class CallReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one call."""

    name: str
    arguments: dict[str, Any]
    result: dict[str, Any] | None = None
    error: str = ""
    ms: float = 0.0


@message("agent.turn")
class Turn(Body, frozen=True):
    """A finished turn. ``latency`` has endpoint_ms, asr_ms, plan_ms, act_ms, total_ms (absent where not spoken)."""

    id: int
    source: str
    text: str
    calls: list[CallReport]
    reply: str
    planner: str
    confidence: float
    latency: dict[str, float]
    transcript: str = ""
    raw: str = ""
    asr: str = ""
    outcome: Literal["done", "refused", "failed", "asked", "not-heard", "fault"] = "done"
    """``asked``: calls wait for the owner's yes, as the reply and the card show them."""
    seen: str = ""
    """What "this" in the words stood for: ``picture``, ``notification`` or ``pasta timer that was touched`` (or another
    thing on the glass), '' for nothing."""
    interrupted: str = ""
    """What of the reply had been said when it was cut off; '' where it was not."""


@message("agent.get-turns")
class GetTurns(Body, frozen=True):
    """Ask ``session`` for its last turns, latest last. → Turns"""

    limit: int = 20


@message("agent.turns")
class Turns(Body, frozen=True):
    """The turns that were asked for, latest last."""

    turns: list[Turn]


@message("agent.settle")
class Settle(Body, frozen=True):
    """Ask ``session`` to answer once every turn that came before is finished. → Settled"""


@message("agent.settled")
class Settled(Body, frozen=True):
    """``turns`` were finished since the session started."""

    turns: int


@message("agent.press")
class Press(Body, frozen=True):
    """Tell ``session`` that a button of a card was pressed, e.g. ``dismiss`` or ``snooze`` of a ring; or that the owner
    turned to another ``face``, whose name is ``id``."""

    button: Literal["dismiss", "snooze", "stop", "face"]
    id: str = ""


# session → screen, web


@message("agent.acted")
class Acted(Body, frozen=True):
    """Tell the fronts what a gesture did: the meaning that fitted the moment, '' for none. ``at`` is Unix seconds."""

    gesture: str
    kind: str
    confidence: float
    meaning: str
    at: float


@message("agent.microphone")
class Microphone(Body, frozen=True):
    """Tell the fronts to listen (as if the talk button went down), or no longer."""

    on: bool


@message("agent.show")
class Show(Body, frozen=True):
    """Tell the screen to show a card for ``seconds``."""

    card: Card
    seconds: float = 5.0


@message("agent.state")
class State(Body, frozen=True):
    """Tell screen and page what the agent is doing."""

    phase: Literal["idle", "listening", "thinking", "acting", "speaking"]
    text: str = ""


@message("agent.say")
class Say(Body, frozen=True):
    """Tell the page (or another front) to speak; ``id`` counts up, a later one replaces an earlier."""

    id: int
    text: str


@message("agent.hush")
class Hush(Body, frozen=True):
    """Tell everyone who speaks to be silent at once. ``reason``: barge-in, stop, dismissed."""

    reason: str
    quiet_until_idle: bool = False
