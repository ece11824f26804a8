"""The service ``corpus``: makes the sentences for the speech recogniser's language model, then is gone.

Sampling some ten thousand sentences needs every template parsed: a second of work and several megabytes that the core
would keep for ever. So it is a child of its own, started on demand and stopped when idle; the planner keeps what it
made (``corpus_store.py``) and needs it again only when the catalogue changes.
"""

from __future__ import annotations

from ..kernel.service import Call, Leased, Service, handles
from ..modalities.voice.messages import Corpus, GetCorpus
from ..skills.messages import Catalogue
from .corpus import Sampler
from .corpus_store import SENTENCES
from .planner import fetch_catalogue
from .templates import Templates


class CorpusService(Service):
    """``skills`` is asked for the catalogue at every request; ``sentences`` is how many are made at most."""

    def __init__(self, skills: str = "skills", sentences: int = SENTENCES) -> None:
        self._skills = skills
        self._sentences = sentences

    @handles(GetCorpus)
    async def corpus(self, request: GetCorpus, call: Call) -> Leased:
        catalogue: Catalogue = await fetch_catalogue(self.port, self._skills, by_lease=True)
        lines = list(Sampler(Templates(catalogue.actions)).corpus(self._sentences))
        text = "".join(f"{line}\n" for line in lines).encode()
        return Leased(Corpus(catalogue.fingerprint, len(lines)), self.port.offer(text))
