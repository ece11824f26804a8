"""The table of job kinds. A new kind is a class beside these and a line here."""

from __future__ import annotations

from typing import Any

import msgspec

from ...kernel.errors import CallerError
from .index import Index
from .infer import Infer
from .job import Job
from .pull import Pull
from .summarise import Summarise
from .transcribe import Transcribe

KINDS: dict[str, type[Job]] = {kind.kind: kind for kind in (Transcribe, Summarise, Index, Infer, Pull)}


def job_of(kind: str, given: dict[str, Any]) -> Job:
    """A job from what was asked for. Raises CallerError naming the kinds there are, or the parameter that is wrong."""
    cls = KINDS.get(kind)
    if cls is None:
        raise CallerError(f"no job is of kind {kind[:40]!r}; there are {', '.join(KINDS)}")
    try:
        return msgspec.convert(given, cls)
    except (msgspec.ValidationError, ValueError) as error:
        raise CallerError(f"job {kind!r}: {error}") from None
