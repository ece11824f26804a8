"""Measures the ears: what they understand, from whom, in what noise, what they wrongly take for a request, how fast.

    python -m bluerill.bench.voice [--json] [--quick] [--engine NAME] [--data FOLDER]

All through the product's own listener, engine, phrase book and the planner's judgement, frame by frame:

- *people*: the recorded commands of ``speech_misc/ha_commands``, clip by clip;
- *voices*: held-out sentences rendered by espeak-ng with eight voices and speeds, clean and with noise at 20 and 10 dB:
  sentences, timbres and recordings of noise that no model of ours was trained with.
  A turn counts when ``plan(heard)`` equals ``plan(said)``: the call, not the letters. *Wrong* is a turn that was heard
  as another request, which is worse than one that was not heard;
- *others*: people who say what is no request to this device (read sentences, orders of coffee, wake words, single
  words). Whatever is heard is a false accept;
- *latency*: from the last sound of speech to the final transcript. Sound arrives in real time and decoding takes the
  processor time it takes, so the recogniser is simulated as a server with a queue: it begins a piece of work when the
  sound is there and the work before is done. No waiting, hence reproducible up to the processor's speed.

Sentences and seeds are not those that settings were chosen with; the recordings of people are too few to be divided,
and were also looked at while choosing.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..kernel.errors import BluerillError
from ..modalities.voice.audio import read_pcm
from ..modalities.voice.listener import Begin, Drop, End, Listener, More, Pause, Resume
from ..modalities.voice.phrases import Match, PhraseBook
from ..modalities.voice.recognizer import candidates, choose, ending
from ..models.engines.engine import SpeechEngine
from ..models.engines.espeak import EspeakEngine
from ..models.engines.registry import open_engine
from ..models.train.whisper_nano.rooms import TEST_NOISES
from .domain import SEED, Domain, device_domain
from .figures import share

__all__ = ["Heard", "Pipeline", "bench", "main"]

RATE = 16_000
Samples = npt.NDArray[np.int16]
VOICES = (
    ("en-us", 150, 50), ("en-us+f3", 160, 55), ("en", 150, 45), ("en-gb-x-rp", 165, 50),
    ("en-us+m3", 175, 40), ("en-gb-scotland", 150, 50), ("en-us+f2", 140, 60), ("en-us+m7", 160, 50),
)  # fmt: skip
"""espeak-ng voice, words a minute, pitch."""


class Heard(NamedTuple):
    """One turn through the pipeline. ``text`` is '' when it was not heard; times in ms from the end of speech."""

    text: str
    raw: str
    score: float
    endpoint_ms: float
    final_ms: float


class Pipeline:
    """Listener, engine and phrase book joined as the services join them, on simulated time."""

    def __init__(
        self,
        engine: SpeechEngine,
        book: PhraseBook | None,
        judge: Callable[[Sequence[str]], list[float]] | None = None,
        threshold: float | None = None,
    ) -> None:
        self.engine, self.book, self.judge = engine, book, judge
        self.threshold = engine.reject_below if threshold is None else threshold

    def hear(self, sound: bytes, speech_end_s: float | None = None) -> list[Heard]:
        """Every turn in a sound. ``speech_end_s`` is where speech truly ends, if known (for one turn)."""
        listener = Listener("always")
        turns: list[Heard] = []
        free_at = 0.0  # when the recogniser will have done everything given to it
        match: tuple[Match, str] | None = None
        tail = bytearray()
        quiet = False

        def work(at: float, job: Callable[[], Any]) -> tuple[Any, float]:
            nonlocal free_at
            began = time.thread_time()
            result = job()
            free_at = max(free_at, at) + time.thread_time() - began
            return result, free_at

        def read() -> tuple[Match, str]:
            guesses = self.engine.finish()
            judge = self.judge
            sure = judge([guess.text for guess in candidates(guesses)]) if judge is not None else None
            return choose(guesses, self.book, sure), guesses[0].text if guesses else ""

        pending = 0.0  # when the hint of the last pause is known
        for start in range(0, len(sound), 1024):
            now = (start + 1024) / (2 * RATE)
            if match is not None and quiet and now >= pending:
                listener.hint(ending(match[0], self.book, self.threshold))
            for act in listener.feed(sound[start : start + 1024]):
                if isinstance(act, Begin):
                    match, quiet = None, False
                    tail.clear()
                    work(now, self.engine.start)
                    work(now, partial(self.engine.feed, act.pcm))
                elif isinstance(act, More):
                    if quiet:
                        tail += act.pcm
                    else:
                        work(now, partial(self.engine.feed, act.pcm))
                elif isinstance(act, Pause):
                    quiet = True
                    match, pending = work(now, read)
                elif isinstance(act, Resume):
                    work(now, partial(self.engine.feed, bytes(tail)))
                    tail.clear()
                    match, quiet = None, False
                elif isinstance(act, End):
                    reading, pending = (match, pending) if match is not None else work(now, read)
                    turns.append(self._turn(reading, now, act.endpoint_s, max(now, pending), speech_end_s))
                    quiet = False
                elif isinstance(act, Drop):
                    quiet = False
        return turns

    def _turn(
        self, reading: tuple[Match, str], decided: float, silence_s: float, known: float, end: float | None
    ) -> Heard:
        match, raw = reading
        text = match.text if match.score >= self.threshold else ""
        spoke_until = decided - silence_s if end is None else end
        return Heard(text, raw, match.score, (decided - spoke_until) * 1000, (known - spoke_until) * 1000)


def speech_end(samples: Samples) -> float:
    """Seconds to the last sample above 1 % of the loudest."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 0.01 * max(1, int(np.abs(samples.astype(np.int32)).max())))
    return float(loud[-1] + 1) / RATE if len(loud) else 0.0


def surround(samples: Samples, before_s: float = 0.6, after_s: float = 1.5) -> Samples:
    """Speech with quiet around it, as a microphone would deliver it."""
    quiet = np.random.default_rng(len(samples))
    before, after = (quiet.normal(0, 4, int(s * RATE)).astype(np.int16) for s in (before_s, after_s))
    return np.concatenate([before, samples, after])


def noises(data: Path | None, rng: np.random.Generator) -> list[npt.NDArray[np.float32]]:
    """Recorded noises where the public data is present, else pink-ish noise made here."""
    files = [path for path in sorted((data / "noise").glob("*.flac")) if path.name in TEST_NOISES] if data else []
    if files:
        return [np.frombuffer(read_pcm(path), np.int16).astype(np.float32) for path in files]
    white = rng.normal(0, 1, (3, 20 * RATE)).astype(np.float32)
    return [
        np.convolve(row, np.exp(-np.arange(64) / width), "same").astype(np.float32)
        for row, width in zip(white, (4, 12, 40), strict=True)
    ]


def mix(
    sound: Samples, speech: Samples, noise: npt.NDArray[np.float32], snr_db: float, rng: np.random.Generator
) -> Samples:
    """Sound with noise at a ratio to the speech's own level (its frames above silence)."""
    noise = np.tile(noise, len(sound) // len(noise) + 2)
    start = int(rng.integers(0, len(noise) - len(sound)))
    piece = noise[start : start + len(sound)]
    level = speech.astype(np.float32)
    active = level[np.abs(level) > 0.01 * max(1.0, float(np.abs(level).max()))]
    gain = float(np.sqrt((active**2).mean()) / (np.sqrt((piece**2).mean()) + 1e-6)) / 10 ** (snr_db / 20)
    mixed: Samples = np.clip(sound + piece * gain, -32_767, 32_767).astype(np.int16)
    return mixed


def measure_voices(
    pipeline: Pipeline, domain: Domain, data: Path | None, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Call accuracy on held-out sentences by condition and voice, and the latencies of the clean ones."""
    rng = np.random.default_rng(7)
    background = noises(data, rng)
    right: dict[str, int] = {"clean": 0, "20 dB": 0, "10 dB": 0}
    mistaken = dict.fromkeys(right, 0)
    by_voice: dict[str, list[int]] = {voice: [0, 0] for voice, _, _ in VOICES}
    finals: list[float] = []
    endpoints: list[float] = []
    wrong: list[dict[str, str]] = []
    for number, said in enumerate(domain.held_out):
        voice, rate, pitch = VOICES[number % len(VOICES)]
        speech = EspeakEngine(voice, rate, pitch).say(said)
        clean = surround(speech)
        noise = background[int(rng.integers(0, len(background)))]
        expected = domain.plan(said)
        for condition in right:
            sound = clean if condition == "clean" else mix(clean, speech, noise, float(condition.split()[0]), rng)
            turns = pipeline.hear(sound.tobytes(), 0.6 + speech_end(speech))
            heard = turns[0] if len(turns) == 1 else None
            good = heard is not None and heard.text != "" and domain.plan(heard.text) == expected
            right[condition] += good
            mistaken[condition] += not good and any(turn.text for turn in turns)
            if condition == "clean":
                by_voice[voice][0] += good
                by_voice[voice][1] += 1
                if heard is not None:
                    finals.append(heard.final_ms)
                    endpoints.append(heard.endpoint_ms)
            if not good:
                text = " / ".join(turn.text or f"({turn.raw})" for turn in turns)
                wrong.append({"condition": condition, "voice": voice, "said": said, "heard": text})
        progress(f"{number + 1}/{len(domain.held_out)} sentences")
    count = len(domain.held_out)
    return {
        "sentences": count,
        "accuracy": {condition: share(good, count) for condition, good in right.items()},
        "wrong_call": {condition: share(bad, count) for condition, bad in mistaken.items()},
        "by_voice": {voice: share(good, total) for voice, (good, total) in by_voice.items() if total},
        "latency_ms": {"turns": len(finals), "endpoint": _quantiles(endpoints), "final": _quantiles(finals)},
        "wrong": wrong[:200],
    }


def measure_others(
    pipeline: Pipeline, domain: Domain, data: Path, every: int, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Recordings of people who say no request of this device: how many are heard all the same. Of ``every`` so many
    clips one is taken."""
    clips = {"speech_misc": _no_requests(domain, data)}
    for name in ("speech_to_intent_picovoice", "wakeword_picovoice"):
        clips[name] = sorted((data / name).rglob("*.flac")) + sorted((data / name).rglob("*.wav"))
    clips["speech_to_intent_picovoice"] = clips["speech_to_intent_picovoice"][::2]
    clips["wakeword_picovoice"] = clips["wakeword_picovoice"][::8]
    heard: list[dict[str, str]] = []
    groups: dict[str, Any] = {}
    for name, files in clips.items():
        taken = 0
        for path in files[::every]:
            turns = pipeline.hear(read_pcm(path) + bytes(2 * RATE * 2))
            text = " / ".join(turn.text for turn in turns if turn.text)
            if text:
                taken += 1
                heard.append({"file": str(path.relative_to(data)), "heard": text})
        groups[name] = share(taken, len(files[::every]))
        progress(f"{name}: {len(files[::every])} clips")
    total = share(len(heard), sum(int(group["n"]) for group in groups.values()))
    return {"false_accepts": total, "by_group": groups, "heard": heard}


def _no_requests(domain: Domain, data: Path) -> list[Path]:
    """The clips of ``speech_misc`` whose words the planner refuses."""
    found = []
    with (data / "speech_misc" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said = row["transcript"].lower()
            known = not row["file"].startswith("ha_commands/") and "lights" not in said
            if known and not (said and domain.plan(said)):
                found.append(data / "speech_misc" / row["file"])
    return found


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    return {f"p{q}": round(float(np.percentile(values, q)), 1) for q in (50, 95, 100)}


def measure_people(pipeline: Pipeline, domain: Domain, data: Path) -> dict[str, Any]:
    """The recorded commands: how many give the call that their transcript gives; and the refused ones."""
    digits = {"5": "five"}
    rows = []
    with (data / "speech_misc" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["file"].startswith("ha_commands/"):
                said = " ".join(digits.get(word, word) for word in row["transcript"].lower().split())
                turns = pipeline.hear(read_pcm(data / "speech_misc" / row["file"]) + bytes(2 * RATE * 2))
                text = " ".join(turn.text for turn in turns if turn.text)
                good = text == "" if not said else domain.plan(text) == domain.plan(said) and text != ""
                rows.append(
                    {
                        "file": row["file"],
                        "said": said,
                        "heard": text,
                        "raw": " / ".join(t.raw for t in turns),
                        "score": [round(t.score, 3) for t in turns],
                        "good": good,
                    }
                )
    return {"clips": len(rows), "good": sum(bool(row["good"]) for row in rows), "rows": rows}


def bench(
    domain: Domain,
    data: Path | None,
    every: int = 1,
    progress: Callable[[str], None] = lambda _: None,
    name: str = "auto",
    model: str = "",
) -> dict[str, Any]:
    """All measurements of one domain with one engine, as plain JSON."""
    with tempfile.TemporaryDirectory() as cache:
        engine = open_engine(name, cache=Path(cache), model=model)
        began = time.perf_counter()
        engine.learn(domain.corpus, "bench")
        book = None if engine.open_vocabulary else PhraseBook(domain.corpus)
        built = time.perf_counter() - began
        pipeline = Pipeline(engine, book, domain.judge)
        report: dict[str, Any] = {"engine": engine.name, "corpus": len(domain.corpus), "build_s": round(built, 2)}
        if data is not None:
            report["people"] = measure_people(pipeline, domain, data)
            report["others"] = measure_others(pipeline, domain, data, every, progress)
        report["voices"] = measure_voices(pipeline, domain, data, progress)
        engine.close()
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench-voice", description="Measure the ears.")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="16 sentences and an eighth of the other people's clips")
    parser.add_argument("--sentences", type=int, default=208, help="held-out sentences to be spoken (default 208)")
    parser.add_argument("--engine", default="auto", help="which engine (default: the device's)")
    parser.add_argument("--model", default="", help="a path or card for it")
    parser.add_argument("--seed", type=int, default=SEED, help="which ones")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BLUERILL_DATA", "../shared/data")))
    options = parser.parse_args(arguments)
    data = options.data if (options.data / "speech_misc").is_dir() else None
    show = sys.stderr.isatty()
    try:
        domain = device_domain(16 if options.quick else options.sentences, options.seed)
        report = bench(
            domain,
            data,
            8 if options.quick else 1,
            lambda line: print(f"\r{line}", end="", file=sys.stderr) if show else None,
            options.engine,
            options.model,
        )
    except BluerillError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(report, indent=2) if options.json else _readable(report))
    return 0


def _share(figure: dict[str, Any]) -> str:
    return f"{figure['accuracy']:.1%} ({figure['low']:.1%} to {figure['high']:.1%}, n = {figure['n']})"


def _readable(report: dict[str, Any]) -> str:
    voices = report["voices"]
    lines = [f"engine {report['engine']}, {report['corpus']} sentences learned in {report['build_s']} s"]
    if people := report.get("people"):
        lines.append(f"people: {people['good']} of {people['clips']} clips right")
        lines += [
            f"  {'right' if r['good'] else 'WRONG'} {r['file']}: said {r['said']!r}, heard {r['heard']!r}"
            + ("" if r["good"] else f" (raw {r['raw']!r}, score {r['score']})")
            for r in people["rows"]
        ]
        others = report["others"]
        lines.append(f"other people's speech heard as a request: {_share(others['false_accepts'])}")
        lines += [f"  {name}: {_share(figure)}" for name, figure in others["by_group"].items()]
        lines += [f"  {each['file']}: heard {each['heard']!r}" for each in others["heard"]]
    else:
        lines.append("people: not measured, the public data is absent")
    aims = {"clean": 0.95, "10 dB": 0.85}
    for condition, figure in voices["accuracy"].items():
        aim = f", aim {aims[condition]:.0%}" if condition in aims else ""
        wrong = voices["wrong_call"][condition]["accuracy"]
        lines.append(f"espeak voices, {condition}: {_share(figure)} right calls{aim}; {wrong:.1%} wrong calls")
    lines += [f"  {voice}, clean: {_share(figure)}" for voice, figure in voices["by_voice"].items()]
    latency = voices["latency_ms"]
    for name in ("endpoint", "final"):
        if values := latency[name]:
            figures = f"p50 {values['p50']:.0f} ms, p95 {values['p95']:.0f} ms, worst {values['p100']:.0f} ms"
            lines.append(f"end of speech to {name}: {figures} ({latency['turns']} turns)")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
