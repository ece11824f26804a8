"""The job ``pull``: a model from the web, part by part; what has come is kept, whatever happens in between."""

from __future__ import annotations

from typing import ClassVar

from ...kernel.errors import CallerError
from .acts import Fetch, Fetched
from .job import MAX_STEPS, Job, Outcome, Step, Steps


class Pull(Job, frozen=True):
    """Get a model."""

    kind: ClassVar[str] = "pull"
    summary: ClassVar[str] = "get a model from the web, resumed and verified"
    unit: ClassVar[str] = "bytes"
    helps: ClassVar[dict[str, str]] = {"model": "the name of a card (see: bluerill models list)"}

    model: str

    def __post_init__(self) -> None:
        if not self.model or "/" in self.model:
            raise ValueError(f"pull takes the name of a card, got {self.model[:60]!r}")

    @property
    def title(self) -> str:
        return f"Get the model {self.model}"

    def steps(self) -> Steps:
        done, total = 0, 0
        for number in range(MAX_STEPS - 1):
            part: Fetched = yield Step(Fetch(self.model, number), done, total)
            done, total = part.done, part.total
            if part.ready:
                return Outcome(f"The model {self.model} is here and can be used.", value={"model": self.model})
        raise CallerError(f"{self.model} did not come in {MAX_STEPS} parts; {done} of {total} bytes are kept")
