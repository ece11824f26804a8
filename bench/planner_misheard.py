"""Writes what pocketsphinx mishears of the encoder's training sentences, to train it with.

    python -m bluerill.bench.planner_misheard EXAMPLES OUT [--count 3000] [--seed 1] [--jobs 1] [--minutes M]

``EXAMPLES`` is a file of ``planner_examples``; ``OUT`` gets rows of the same form: the words that were heard, the label
of what was said, no tags (nobody knows them), the source after ``misheard.``. The recogniser is the device's own second
one: pocketsphinx with the language model and dictionary of the device's sentences. Its readings are those that the
planner is asked about. One sentence in ten is heard with the general English model, as with the vocabulary "none".

A sentence that was heard rightly gives no row. Of the others it is the likeliest reading that is not lost
(``misheard.tellable``), measured with, kept back from training, an example already, or read by a template as another
action: the encoder is not asked then. ``OUT`` with ``.heard`` holds all that was heard: a stopped run goes on from
there, and one after a change of the examples says only the new sentences.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from ..agent.corpus import Sampler, kept_back
from ..agent.plan import Planner
from ..agent.planner import understood
from ..agent.values.words import words
from ..models.engines.pocketsphinx import PocketSphinxEngine
from ..models.train.planner_encoder.misheard import Hearing, Hearings, Listener, Progress, misheard, ordered
from ..models.train.planner_encoder.rows import Row, read_rows
from .domain import NOW, device_catalogue
from .planner_examples import measured_texts

__all__ = ["Judge", "main"]

READ = 0.9
"""From this confidence on a template answers alone (``docs/models/planner-encoder.md``)."""
TOLD_EVERY = 100
_listener: Listener | None = None  # of a process of the pool


class Judge:
    """Which rows may be trained on. ``taken`` are texts that may not be: measured with, or examples already."""

    def __init__(self, planner: Planner, taken: frozenset[str]) -> None:
        self._planner, self._taken = planner, taken

    def __call__(self, row: Row) -> bool:
        text = " ".join(row.words)
        if text in self._taken or kept_back(text):
            return False
        planned = self._planner.plan(text, NOW)
        return understood(planned) < READ or [call.name for call in planned.calls] == [row.label.partition(" ")[0]]


def _open(corpus: Sequence[str], noise: Path | None, cache: Path, seed: int) -> None:
    global _listener
    engine = PocketSphinxEngine(cache, stream=False)
    engine.learn(corpus, "misheard")
    _listener = Listener(engine, PocketSphinxEngine(cache, general=True), words, noise, seed)


def _hear(text: str) -> Hearing:
    assert _listener is not None
    return _listener.hear(text)


def _heard(texts: Iterable[str], jobs: int, opening: tuple[Sequence[str], Path | None, Path, int]) -> Iterator[Hearing]:
    """The hearings in the order of the texts, by so many processes; one alone is this one."""
    if jobs <= 1:
        _open(*opening)
        yield from map(_hear, texts)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, _open, opening) as pool:
        yield from pool.imap(_hear, texts)


def _teller(minutes: float, write: Callable[[str], object]) -> Callable[[Progress], bool]:
    """Says how far it is, and False when the time is over."""
    began = time.monotonic()

    def tell(progress: Progress) -> bool:
        if progress.tried % TOLD_EVERY == 0:
            rate = progress.lost / progress.tried
            write(f"{progress.tried} said, {progress.kept} kept, {rate:.0%} of the words wrong, "
                  f"{time.monotonic() - began:.0f} s")  # fmt: skip
        return not minutes or time.monotonic() - began < minutes * 60

    return tell


def main(arguments: Sequence[str] | None = None, write: Callable[[str], object] = print) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="planner-misheard", description="Write what is misheard of the examples.")
    parser.add_argument("examples", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=3_000, help="rows at most")
    parser.add_argument("--minutes", type=float, default=0.0, help="say no more after so long (0: no limit)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes that say and hear")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BLUERILL_DATA", "../shared/data")))
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        write(f"planner-misheard: expected the public data in {options.data}, to leave out what is measured with it")
        return 1
    rows = read_rows(options.examples)
    planner = Planner(device_catalogue())
    taken = measured_texts(options.data) | {" ".join(row.words) for row in rows}
    noise = options.data / "noise"
    opening = (list(Sampler(planner.templates).corpus()), noise if noise.is_dir() else None, options.out.parent / "asr",
               options.seed)  # fmt: skip
    options.out.parent.mkdir(parents=True, exist_ok=True)
    hearings = Hearings(options.out.with_suffix(".heard"))
    kept = misheard(
        ordered(rows, options.seed), hearings, lambda texts: _heard(texts, options.jobs, opening), options.count,
        Judge(planner, taken), _teller(options.minutes, write),
    )  # fmt: skip
    part = options.out.with_suffix(".part")
    part.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in kept))
    part.replace(options.out)
    write(f"{len(kept)} misheard sentences, each with the label of what was said")
    return 0


if __name__ == "__main__":
    sys.exit(main())
