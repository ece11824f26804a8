"""``asr-…``: a speech engine of the product on whole recordings; marked by its word error rate.

The recordings are those of people in the public data where ``BLUERILL_DATA`` has it, else held-out sentences spoken by
espeak-ng; which of them it was stands in every row.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from time import perf_counter_ns

import msgspec

from ....models.engines.registry import open_engine
from ..rows import Estimated, Model
from ..wire import Answer
from ..work import Prepared, Unavailable, Wanted

VOICES = (
    ("en-us", 150, 50), ("en-us+f3", 160, 55), ("en", 150, 45), ("en-gb-x-rp", 165, 50),
    ("en-us+m3", 175, 40), ("en-gb-scotland", 150, 50), ("en-us+f2", 140, 60), ("en-us+m7", 160, 50),
)  # fmt: skip


def prepare(wanted: Wanted, engine: str = "nano", path: Path | None = None, name: str = "") -> Prepared:
    """Recordings as PCM, their words, and what the engine learns. Raises Unavailable."""
    folder = wanted.folder
    clips, data = recordings(wanted, 8 if engine == "pocketsphinx" else 16)
    sentences = corpus()
    (folder / "corpus.json").write_bytes(msgspec.json.encode(sentences))
    for number, (pcm, _) in enumerate(clips):
        (folder / f"{number}.pcm").write_bytes(pcm)
    settings = {"engine": engine, "count": str(len(clips))}
    if path is not None:
        settings["model"] = str(path.resolve())
    if engine == "pocketsphinx":  # its language model is compiled once, as on the device
        learned = open_engine(engine, cache=folder, model=settings.get("model", ""))
        learned.learn(sentences, "bench")
        learned.close()
    files = weights(engine, path)
    model = Model(name or engine, engine, sum(file.stat().st_size for file in files))
    return Prepared(
        name or f"asr-{engine}", ".works.speech:SpeechWork", folder, len(clips), [words for _, words in clips], "wer",
        "word error rate", data, "recording", files, settings, model, _estimate(path),
    )  # fmt: skip


def _estimate(path: Path | None) -> Estimated | None:
    if path is None:
        return None
    from ....models.estimate import estimate_file

    guess = estimate_file(path)
    return Estimated(guess.anon, guess.file)


def corpus() -> list[str]:
    """The device's corpus, which its recogniser learns its words from."""
    from ....agent.corpus import Sampler
    from ....agent.plan import Planner
    from ...catalogue import device_catalogue

    return list(Sampler(Planner(device_catalogue()).templates).corpus())


def recordings(wanted: Wanted, most: int = 16) -> tuple[list[tuple[bytes, str]], str]:
    """PCM with its words, and what they are. Raises Unavailable."""
    data = Path(os.environ.get("BLUERILL_DATA", ""))
    most = 6 if wanted.quick else most
    if os.environ.get("BLUERILL_DATA") and (data / "speech_misc" / "manifest.csv").is_file():
        clips = _people(data / "speech_misc")[:most]
        return clips, f"{len(clips)} recordings of people (speech_misc)"
    made = spoken(wanted, most)
    return made, f"{len(made)} held-out sentences spoken by espeak-ng"


def _people(folder: Path) -> list[tuple[bytes, str]]:
    """Commands without numbers in figures."""
    from ....modalities.voice.audio import read_pcm

    found = []
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = " ".join("".join(c for c in row["transcript"].lower() if c.isalpha() or c in " '").split())
            numbers = any(c.isdigit() for c in row["transcript"])
            if row["file"].startswith(("ha_commands/", "commands/")) and words and not numbers:
                found.append((read_pcm(folder / row["file"]), words, row["file"].startswith("ha_")))
    found.sort(key=lambda each: not each[2])  # those of the watch's kind first
    return [(pcm, words) for pcm, words, _ in found]


def spoken(wanted: Wanted, count: int) -> list[tuple[bytes, str]]:
    """Held-out sentences in espeak-ng's voices. Raises Unavailable without it."""
    from ....agent.corpus import Sampler
    from ....agent.plan import Planner
    from ...catalogue import NOW, device_catalogue

    held = Sampler(Planner(device_catalogue()).templates).held_out(count, wanted.seed, NOW, corpus=0)
    return [(say(each.text, number), each.text) for number, each in enumerate(held)]


def say(text: str, voice: int) -> bytes:
    """A sentence spoken, 16 kHz mono. Raises Unavailable."""
    try:
        from ....models.engines.espeak import EspeakEngine

        name, rate, pitch = VOICES[voice % len(VOICES)]
        return bytes(6400) + EspeakEngine(name, rate, pitch).say(text).tobytes() + bytes(6400)
    except (ImportError, OSError) as error:
        raise Unavailable(f"no recordings: set BLUERILL_DATA, or pip install 'bluerill[speak]' ({error})") from None


def weights(engine: str, path: Path | None) -> list[Path]:
    """The files that an engine reads its weights from."""
    if path is not None:
        return [path] if path.is_file() else sorted(each for each in path.iterdir() if each.is_file())
    if engine == "nano":
        folder = Path(__file__).parents[3] / "models" / "weights" / "whisper-nano"
        return [folder / "encoder.onnx", folder / "decoder.onnx"]
    import pocketsphinx

    found = Path(str(pocketsphinx.get_model_path())) / "en-us" / "en-us"
    return sorted(each for each in found.iterdir() if each.is_file()) if found.is_dir() else []


class SpeechWork:
    """Hears one recording an item."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.versions: dict[str, str] = {}
        self._folder = folder
        self._engine = open_engine(settings["engine"], cache=folder, model=settings.get("model", ""))
        if not self._engine.open_vocabulary or settings["engine"] == "nano":
            self._engine.learn(msgspec.json.decode((folder / "corpus.json").read_bytes(), type=list[str]), "bench")

    def run(self, item: int) -> Answer:
        pcm = (self._folder / f"{item}.pcm").read_bytes()
        began = perf_counter_ns()
        self._engine.start()
        self._engine.feed(pcm)
        guesses = self._engine.finish()
        took = perf_counter_ns() - began
        text = guesses[0].text if guesses else ""
        kept = "".join(c for c in text.lower() if c.isalpha() or c in " '")
        return Answer(item, took, " ".join(kept.split()), extra={"audio_s": len(pcm) / 32000})

    def close(self) -> None:
        self._engine.close()
