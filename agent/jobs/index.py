"""The job ``index``: notes and reminders made searchable, by words and, where a model can, by meaning.

Without a model that makes vectors the index is lexical: BM25 over words (``search.py``). It is the same search with one
witness less, and what it finds says by which means it was found.
"""

from __future__ import annotations

from typing import ClassVar

from .acts import Choose, Chosen, Learn, Learned, Prune, Pruned
from .gather import gathered
from .job import Job, Outcome, Step, Steps

SOURCES = ("notes", "reminders")
BATCH = 8


class Index(Job, frozen=True):
    """Index notes and reminders for search."""

    kind: ClassVar[str] = "index"
    summary: ClassVar[str] = "make notes and reminders searchable"
    unit: ClassVar[str] = "texts"
    helps: ClassVar[dict[str, str]] = {
        "model": "a card of an embedding model (default: one that is here; without one, words alone)",
    }

    model: str = ""

    @property
    def title(self) -> str:
        return "Index notes and reminders"

    def steps(self) -> Steps:
        chosen: Chosen = yield Step(Choose("embed", self.model))
        texts = []
        for source in SOURCES:
            documents = yield from gathered(source)
            texts.append((source, documents))
        total = sum(len(documents) for _, documents in texts)
        done, new, gone = 0, 0, 0
        for source, documents in texts:
            for at in range(0, len(documents), BATCH):
                learned: Learned = yield Step(Learn(source, documents[at : at + BATCH], chosen.model), done, total)
                done += len(documents[at : at + BATCH])
                new += learned.new
            pruned: Pruned = yield Step(Prune(source, [each.id for each in documents]), done, total)
            gone += pruned.gone
        by = f"by meaning ({chosen.model})" if chosen.model else "by words"
        said = f"{total} notes and reminders can be searched {by}; {new} were new or changed."
        return Outcome(said, value={"texts": total, "new": new, "gone": gone, "by": chosen.model or "words"})
