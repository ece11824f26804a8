"""The job ``summarise``: what the owner's notes say, in a few sentences.

With a model that writes, the notes are summarised in portions and the portions' summaries once more (map and reduce).
Without one, the notes that say most of what the others say are picked out and quoted (``extract.py``); what comes of it
says which of the two it is.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from ...kernel.errors import CallerError
from .acts import Choose, Chosen, Document, Write, Wrote
from .extract import telling
from .gather import gathered
from .job import Job, Outcome, Step, Steps

PORTION = 2_400
"""Characters given to the model at once: about 600 tokens, which the smallest context takes."""
PICKED = 4
MAP = "Summarise these notes of one person in at most three short sentences. Keep names, numbers and dates."
REDUCE = "Join these summaries into one of at most four short sentences. Keep names, numbers and dates."


class Summarise(Job, frozen=True):
    """Summarise the notes."""

    kind: ClassVar[str] = "summarise"
    summary: ClassVar[str] = "summarise notes (or reminders)"
    unit: ClassVar[str] = "portions"
    helps: ClassVar[dict[str, str]] = {
        "source": "notes (default) or reminders",
        "model": "a card of a model that writes (default: one that is here; without one, notes are picked out)",
    }

    source: Literal["notes", "reminders"] = "notes"
    model: str = ""

    @property
    def title(self) -> str:
        return f"Summarise {self.source}"

    def steps(self) -> Steps:
        documents = yield from gathered(self.source)
        if not documents:
            raise CallerError(f"there are no {self.source} to summarise")
        chosen: Chosen = yield Step(Choose("generate", self.model))
        if not chosen.model:
            picked = telling([each.text for each in documents], PICKED)
            said = f"No model that writes is here, so I picked {len(picked)} of {len(documents)} {self.source}: "
            return Outcome(said + "; ".join(picked) + ".", picked, {"by": "extract", "picked": picked})
        portions = _portions(documents)
        total = len(portions)
        summaries: list[str] = []
        for at, portion in enumerate(portions):
            wrote: Wrote = yield Step(Write(chosen.model, MAP, portion), at, total + 1)
            summaries.append(wrote.text.strip())
        while len(summaries) > 1:  # as many rounds as it takes for all to fit into one portion
            groups = _portions([Document(str(at), each) for at, each in enumerate(summaries)])
            if len(groups) >= len(summaries):  # they do not get shorter
                groups = ["\n".join(summaries)[:PORTION]]
            summaries = []
            for group in groups:
                wrote = yield Step(Write(chosen.model, REDUCE, group), total, total + 1)
                summaries.append(wrote.text.strip())
        said = summaries[0] or "The model wrote nothing."
        return Outcome(said, [said], {"by": chosen.model, "texts": len(documents), "text": said})


def _portions(documents: list[Document]) -> list[str]:
    """The texts as lists, as many in one as fit."""
    portions: list[str] = []
    for each in documents:
        line = f"- {each.text[: PORTION - 2]}"
        if portions and len(portions[-1]) + 1 + len(line) <= PORTION:
            portions[-1] += "\n" + line
        else:
            portions.append(line)
    return portions
