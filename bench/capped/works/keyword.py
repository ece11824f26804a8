"""``keyword``: the wake word and voice activity on clips; right is a clip of the word heard, and any other not.

The clips are people's where the public data is there (alexa, and other wake words beside it), else espeak-ng's.
"""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter_ns

from ....modalities.voice.vad import FRAME_BYTES, VoiceDetector
from ....modalities.voice.wake import WakeWord
from ..wire import Answer
from ..work import Prepared, Wanted
from .speech import say, spoken

OTHERS = ("computer", "smart_mirror", "view_glass")


def prepare(wanted: Wanted) -> Prepared:
    """Clips with the word and clips without. Raises Unavailable."""
    each = 4 if wanted.quick else 10
    data = Path(os.environ.get("BLUERILL_DATA", "")) / "wakeword_picovoice"
    if os.environ.get("BLUERILL_DATA") and (data / "alexa").is_dir():
        clips, told = _people(data, each), "recordings of people (wakeword_picovoice)"
    else:
        clips = [(say("alexa", number), "yes") for number in range(each)]
        clips += [(pcm, "no") for pcm, _ in spoken(wanted, each)]
        told = "words spoken by espeak-ng"
    for number, (pcm, _) in enumerate(clips):
        (wanted.folder / f"{number}.pcm").write_bytes(pcm + bytes(FRAME_BYTES * 8))
    return Prepared(
        "keyword", ".works.keyword:KeywordWork", wanted.folder, len(clips), [truth for _, truth in clips], "exact",
        "right decisions", f"{len(clips)} {told}", "clip",
    )  # fmt: skip


def _people(data: Path, each: int) -> list[tuple[bytes, str]]:
    from ....modalities.voice.audio import read_pcm

    said = sorted(path for path in (data / "alexa").rglob("*") if path.suffix in (".flac", ".wav"))
    others = [path for name in OTHERS for path in sorted((data / name).rglob("*.flac"))[: -(-each // len(OTHERS))]][
        :each
    ]
    pairs = [(path, "yes") for path in said[:: max(1, len(said) // each)][:each]] + [(path, "no") for path in others]
    return [(read_pcm(path), truth) for path, truth in pairs]


class KeywordWork:
    """Hears one clip an item, in pieces of 32 ms as they come from a microphone."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.versions: dict[str, str] = {}
        self._folder = folder
        self._word, self._voice = WakeWord("alexa"), VoiceDetector()

    def run(self, item: int) -> Answer:
        pcm = (self._folder / f"{item}.pcm").read_bytes()
        began = perf_counter_ns()
        heard, voiced = False, 0
        for at in range(0, len(pcm), FRAME_BYTES):
            piece = pcm[at : at + FRAME_BYTES]
            heard |= self._word.feed(piece)
            voiced += sum(likely > 0.5 for _, likely in self._voice.feed(piece))
        took = perf_counter_ns() - began
        self._word.reset()
        self._voice.reset()
        return Answer(item, took, "yes" if heard else "no", extra={"voiced": voiced, "audio_s": len(pcm) / 32000})

    def close(self) -> None:
        """Nothing is held."""
