"""What a step of a job can ask of the world, and what it is answered. Plain data: who does it is in ``effects.py``.

An answer is kept in the store, so it is small: what is large stands in the output file.
"""

from __future__ import annotations

import zlib
from typing import ClassVar, Literal

import msgspec

MAX_ANSWER = 40 * 1024
"""Bytes of one answer in the store."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The base of all answers. ``note`` is a line for the job's log."""

    note: str = ""


class Act(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """The base of all acts. One that ``yields`` is given up when the owner speaks, and done again afterwards; the
    others are bound to yield by whom they ask (the scheduler of models does, token by token)."""

    answer: ClassVar[type[Answer]] = Answer
    yields: ClassVar[bool] = False

    @property
    def mark(self) -> int:
        """A checksum by which an answer in the store is known to belong to this act."""
        return zlib.crc32(msgspec.json.encode(self))


class Claimed(Answer, frozen=True):
    """Whole paths of input and output, bytes and seconds of the input, and what tells whether it is still the same."""

    input: str = ""
    output: str = ""
    size: int = 0
    seconds: float = 0.0
    stamp: str = ""


class Claim(Act, frozen=True):
    """Look at the input, make the output."""

    answer: ClassVar[type[Answer]] = Claimed
    input: str
    output: str = ""
    sound: bool = False


class Piece(Answer, frozen=True):
    """A piece of a recording was written down; the next begins at ``next_s``."""

    next_s: float = 0.0
    written: int = 0
    words: int = 0
    speech: bool = False
    understood: bool = False
    engine: str = ""


class Hear(Act, frozen=True):
    """Write down the next piece of a recording."""

    answer: ClassVar[type[Answer]] = Piece
    yields: ClassVar[bool] = True
    input: str
    stamp: str
    start_s: float
    output: str
    written: int
    model: str = ""
    language: str = ""


class Completed(Answer, frozen=True):
    """A line of prompts is answered; the next begins at byte ``next`` (``end``: there is none)."""

    next: int = 0
    written: int = 0
    tokens: int = 0
    failed: str = ""
    end: bool = False


class Complete(Act, frozen=True):
    """Take the line at a byte of the input as a prompt and append what the model answers."""

    answer: ClassVar[type[Answer]] = Completed
    model: str
    input: str
    stamp: str
    at: int
    output: str
    written: int
    max_tokens: int = 256


class Document(msgspec.Struct, frozen=True):
    """A text of the owner's, and where it is from."""

    id: str
    text: str


class Gathered(Answer, frozen=True):
    """A page of texts, by id; ``more`` says that there are further ones after the last."""

    documents: list[Document] = []
    more: bool = False


class Gather(Act, frozen=True):
    """Read a page of the owner's notes or reminders."""

    answer: ClassVar[type[Answer]] = Gathered
    source: str
    after: str = ""


class Chosen(Answer, frozen=True):
    """The model that will do it; '' where none that can is here."""

    model: str = ""


class Choose(Act, frozen=True):
    """Find a model for a purpose; ``model`` is wanted by name ('' = any that can)."""

    answer: ClassVar[type[Answer]] = Chosen
    purpose: Literal["generate", "embed"]
    model: str = ""


class Wrote(Answer, frozen=True):
    """What a model wrote."""

    text: str = ""


class Write(Act, frozen=True):
    """Have a model write something."""

    answer: ClassVar[type[Answer]] = Wrote
    model: str
    task: str
    text: str
    max_tokens: int = 160


class Learned(Answer, frozen=True):
    """So many texts are in the index now that were not, or were different; the rest was there already."""

    new: int = 0
    same: int = 0


class Learn(Act, frozen=True):
    """Put texts into the search index, with vectors of a model if one is named."""

    answer: ClassVar[type[Answer]] = Learned
    source: str
    documents: list[Document]
    model: str = ""


class Pruned(Answer, frozen=True):
    """So many texts left the index."""

    gone: int = 0


class Prune(Act, frozen=True):
    """Forget texts of the index that the source has no more."""

    answer: ClassVar[type[Answer]] = Pruned
    source: str
    keep: list[str]


class Fetched(Answer, frozen=True):
    """A part of a model came; ``ready`` says that it is whole."""

    ready: bool = False
    done: int = 0
    total: int = 0


class Fetch(Act, frozen=True):
    """Go on getting a model from the web; ``part`` counts."""

    answer: ClassVar[type[Answer]] = Fetched
    model: str
    part: int


class Headed(Answer, frozen=True):
    """The first lines of an output."""

    text: str = ""


class Head(Act, frozen=True):
    """Read the first lines of an output."""

    answer: ClassVar[type[Answer]] = Headed
    output: str
    most: int = 4000


def remembered(act: Act, mark: object, answer: object) -> Answer | None:
    """The answer to an act as it lies in the store; None if it is another act's, or no answer to this one."""
    if mark != act.mark:
        return None
    try:
        return msgspec.convert(answer, act.answer)
    except msgspec.ValidationError:
        return None
