"""Looking into a model file that has no card: done by a model server, because the file is foreign."""

from __future__ import annotations

from ..kernel.message import Body, message
from .shapes import Shape

__all__ = ["Inspect", "Inspected"]


@message("models.inspect")
class Inspect(Body, frozen=True):
    """Ask a server what a model file (or a folder of graphs) is, loading nothing. CallerError: no model. → Inspected"""

    path: str


@message("models.inspected")
class Inspected(Body, frozen=True):
    """The engine that runs it, and the shape its memory follows from (None: it has none that is known)."""

    engine: str
    shape: Shape | None = None
