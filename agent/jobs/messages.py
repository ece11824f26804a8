"""What is said of long jobs: the queue ``jobs`` towards whoever looks after it, and its ``clerk`` who touches files."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ...kernel.message import Body, message

State = Literal["waiting", "running", "paused", "done", "failed", "cancelled"]


class JobView(msgspec.Struct, frozen=True, omit_defaults=True):
    """One job. ``done`` of ``total`` is counted in ``unit`` (total 0: not known yet); times are Unix seconds."""

    id: int
    kind: str
    title: str
    state: State
    done: float = 0.0
    total: float = 0.0
    unit: str = ""
    steps: int = 0
    """Chunks that are finished and durable."""
    added: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    problem: str = ""
    """Why it does not get on, or what ended it, in one line."""
    said: str = ""
    """What came of it, in one sentence."""


class JobLine(msgspec.Struct, frozen=True):
    """One line of a job's log; ``at`` is in Unix seconds."""

    at: float
    text: str


@message("jobs.add-job")
class AddJob(Body, frozen=True):
    """Ask ``jobs`` for a new job of a registered kind. ``given`` are the kind's parameters. → JobAdded | JobRefused"""

    kind: str
    given: dict[str, Any] = {}


@message("jobs.job-added")
class JobAdded(Body, frozen=True):
    """The job is durable; so many are to be done before it."""

    job: JobView
    before: int = 0


@message("jobs.job-refused")
class JobRefused(Body, frozen=True):
    """The queue is full, and says so."""

    reason: str


@message("jobs.get-jobs")
class GetJobs(Body, frozen=True):
    """Ask ``jobs`` for all it knows of. → Jobs"""


@message("jobs.jobs")
class Jobs(Body, frozen=True):
    """Every job, latest first; ``holding`` says why none runs now ('' where one does or none is to be done)."""

    jobs: list[JobView] = []
    holding: str = ""


@message("jobs.get-job")
class GetJob(Body, frozen=True):
    """Ask ``jobs`` for one job with what it was given, what came of it, and its log. → JobDetail"""

    id: int


@message("jobs.job-detail")
class JobDetail(Body, frozen=True):
    """``value`` is what a program reads of the outcome; ``lines`` are the latest of the log."""

    job: JobView
    given: dict[str, Any] = {}
    value: dict[str, Any] = {}
    lines: list[JobLine] = []


@message("jobs.steer-job")
class SteerJob(Body, frozen=True):
    """Ask ``jobs`` to cancel, pause or resume a job, at any time, or to forget one that has ended. → JobSteered"""

    id: int
    to: Literal["cancel", "pause", "resume", "forget"]


@message("jobs.job-steered")
class JobSteered(Body, frozen=True):
    """How the job is now."""

    job: JobView


class Hit(msgspec.Struct, frozen=True):
    """A text that was found; ``score`` orders hits of one search and means nothing beyond it."""

    source: str
    id: str
    text: str
    score: float


@message("jobs.find-text")
class FindText(Body, frozen=True):
    """Ask ``jobs`` for notes and reminders about something, from the index its job ``index`` made. → TextFound"""

    text: str
    limit: int = 10


@message("jobs.text-found")
class TextFound(Body, frozen=True):
    """Best first. ``by`` is ``words`` or the model whose vectors were compared; ``indexed`` texts were looked at."""

    hits: list[Hit]
    by: str
    indexed: int


# jobs → clerk: what touches files and sound, in a process of its own


@message("clerk.claim-files")
class ClaimFiles(Body, frozen=True):
    """Ask ``clerk`` to look at a job's input and to make its output. ``input`` '' is the newest recording, ``output``
    '' stands beside the input. An output that holds something already is refused (CallerError). → FilesClaimed"""

    input: str
    output: str
    sound: bool = False


@message("clerk.files-claimed")
class FilesClaimed(Body, frozen=True):
    """Whole paths; ``size`` in bytes, ``seconds`` of sound; ``stamp`` tells whether the input is still the same."""

    input: str
    output: str
    size: int
    seconds: float
    stamp: str


@message("clerk.hear-piece")
class HearPiece(Body, frozen=True):
    """Ask ``clerk`` to find the next piece of a recording between silences, have it recognised and append it to the
    output, which has ``written`` bytes before. ``model`` '' is the device's own recogniser. → PieceHeard"""

    input: str
    stamp: str
    start_s: float
    output: str
    written: int
    model: str = ""
    language: str = ""


@message("clerk.piece-heard")
class PieceHeard(Body, frozen=True):
    """Where the next piece begins, and the size of the output now. ``text`` '' where nothing was said or understood."""

    next_s: float
    written: int
    text: str = ""
    speech: bool = False
    engine: str = ""


@message("clerk.read-line")
class ReadLine(Body, frozen=True):
    """Ask ``clerk`` for the line of a file that begins at a byte. → LineRead"""

    input: str
    stamp: str
    at: int


@message("clerk.line-read")
class LineRead(Body, frozen=True):
    """The line without its end, and where the next one begins; at the end of the file that is ``at`` again."""

    text: str
    next: int


@message("clerk.append-line")
class AppendLine(Body, frozen=True):
    """Ask ``clerk`` to append a line to an output that has ``written`` bytes: what is beyond them is from a chunk that
    did not count, and is cut off. Durable before the answer. → LineAppended"""

    output: str
    written: int
    line: str


@message("clerk.line-appended")
class LineAppended(Body, frozen=True):
    """The size of the output now."""

    written: int


@message("clerk.read-head")
class ReadHead(Body, frozen=True):
    """Ask ``clerk`` for the first bytes of an output. → HeadRead"""

    output: str
    most: int = 4000


@message("clerk.head-read")
class HeadRead(Body, frozen=True):
    """The first lines of an output, whole ones."""

    text: str


@message("clerk.choose-model")
class ChooseModel(Body, frozen=True):
    """Ask ``clerk`` for a model that is here and can do something; ``model`` is wanted by name. → ModelChosen"""

    purpose: Literal["generate", "embed"]
    model: str = ""


@message("clerk.model-chosen")
class ModelChosen(Body, frozen=True):
    """The card's name, or '' where no model that can is here."""

    model: str = ""
