"""What passes between the benchmark and a child under a cap: JSON lines on two pipes."""

from __future__ import annotations

import msgspec

from .rows import Span


class Setup(msgspec.Struct, frozen=True):
    """What the child is to be: ``module:Class`` (with a dot in front, below this package), the folder with its inputs,
    and settings of its own."""

    work: str
    folder: str
    settings: dict[str, str] = {}


class Ask(msgspec.Struct, frozen=True):
    """Compute one item. ``tokens``: only the request of a model that speaks, and say when its first token is there."""

    item: int
    tokens: bool = False


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The workload is loaded; ``versions`` of the libraries that compute."""

    load_s: float
    versions: dict[str, str] = {}


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """One item is done in ``ns``, of which ``cpu_ns`` were spent computing; ``said`` is what is marked, ``extra`` what
    else was measured. ``ok`` False: the workload answered, but not what it was asked for (``said`` is why). ``kind`` is
    which of several kinds of items it is, ``spans`` what the device did when."""

    item: int
    ns: int
    said: str
    ok: bool = True
    cpu_ns: int = 0
    extra: dict[str, float] = {}
    kind: str = ""
    spans: list[Span] = []


class First(msgspec.Struct, frozen=True, tag="first"):
    """The first token of an item is there; its answer follows."""

    item: int


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It cannot go on. ``kind`` is memory, refused or fault."""

    kind: str
    text: str


FromChild = Ready | First | Answer | Failed
