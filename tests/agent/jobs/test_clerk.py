"""The clerk on real files: outputs that are written once, inputs that must stay what they are, pieces of real sound."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bluerill.agent.jobs.clerk import MAX_LINE, ClerkService
from bluerill.agent.jobs.messages import (
    AppendLine,
    ClaimFiles,
    FilesClaimed,
    HearPiece,
    LineRead,
    PieceHeard,
    ReadHead,
    ReadLine,
)
from bluerill.agent.jobs.outputs import append, stamp_of
from bluerill.kernel.errors import BudgetExceeded, CallerError
from bluerill.kernel.message import Body
from bluerill.kernel.service import Call, Service, handles
from bluerill.modalities.voice.messages import (
    NotHeard,
    Partial,
    TranscribeAbort,
    TranscribeChunk,
    TranscribeReady,
    TranscribeStart,
    TranscribeStop,
    Transcript,
)
from bluerill.models.messages import Infer, Inference, Refused
from bluerill.skills.testing import Bench


class Asr(Service):
    """Plays a recogniser: tells how long it heard; 'the owner speaks' after so many chunks."""

    def __init__(self) -> None:
        self.bytes = 0
        self.chunks_left = 1000
        self.aborted = 0
        self.understood = True

    @handles(TranscribeStart)
    def begin(self, ask: TranscribeStart, call: Call) -> TranscribeReady:
        self.bytes = 0
        return TranscribeReady("played")

    @handles(TranscribeChunk)
    def more(self, ask: TranscribeChunk, call: Call) -> Partial:
        if self.chunks_left == 0:
            raise BudgetExceeded("the recogniser was needed for someone who speaks")
        self.chunks_left -= 1
        self.bytes += len(ask.pcm)
        return Partial(ask.utterance, "")

    @handles(TranscribeStop)
    def stop_it(self, ask: TranscribeStop, call: Call) -> Body:
        seconds = self.bytes / 32_000
        text = f"{seconds:.1f} seconds"
        if self.understood:
            return Transcript(ask.utterance, text, text, 1.0, "played", seconds, 1.0)
        return NotHeard(ask.utterance, text, 0.1, "played", "vocabulary", seconds, 1.0)

    @handles(TranscribeAbort)
    def abort(self, ask: TranscribeAbort, call: Call) -> None:
        self.aborted += 1


class Broker(Service):
    """Plays a model that transcribes."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.refused: Refused | None = None

    @handles(Infer)
    def infer(self, ask: Infer, call: Call) -> Body:
        if self.refused is not None:
            return self.refused
        self.seconds.append(ask.tensors[0].shape[0] / 16_000)
        return Inference(" from\n a model ")


def run(test: Callable[[Bench, ClerkService], Coroutine[Any, Any, None]], recordings: Path | None = None) -> None:
    async def whole() -> None:
        bench = Bench()
        clerk = ClerkService(recordings=str(recordings or ""))
        await bench.add("asr", Asr())
        await bench.add("models", Broker())
        await bench.add("clerk", clerk)
        await test(bench, clerk)
        await bench.kill()

    asyncio.run(whole())


async def ask(bench: Bench, body: Body) -> Any:
    return await bench.ask("jobs", "clerk", body)


def text_of(claimed: FilesClaimed) -> str:
    return Path(claimed.output).read_text()


def test_a_chunk_that_was_done_twice_is_in_the_output_once(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.touch()
    first = append(output, 0, "one")
    append(output, first, "two, which the store never heard of")
    second = append(output, first, "two")
    assert output.read_text() == "one\ntwo\n"
    assert second == 8
    with pytest.raises(CallerError, match="expected 9 bytes that were written before, found 8"):
        append(output, 9, "x")
    output.unlink()
    with pytest.raises(CallerError, match="cannot be written: No such file"):
        append(output, 0, "x")


def test_an_output_that_holds_something_is_not_written_over(tmp_path: Path) -> None:
    async def test(bench: Bench, clerk: ClerkService) -> None:
        source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_text("{}\n")
        output.write_text("mine")
        with pytest.raises(CallerError, match="expected a new file, it holds 4 bytes already"):
            await ask(bench, ClaimFiles(str(source), str(output)))
        assert output.read_text() == "mine"
        output.write_text("")  # what a job leaves that died right after it made the file
        claimed: FilesClaimed = await ask(bench, ClaimFiles(str(source), str(output)))
        assert (claimed.size, claimed.output) == (3, str(output))
        with pytest.raises(CallerError, match="an output that is not the input"):
            await ask(bench, ClaimFiles(str(source), str(source)))
        link = tmp_path / "link"
        link.symlink_to(tmp_path / "victim")
        with pytest.raises(CallerError, match="cannot be written"):
            await ask(bench, ClaimFiles(str(source), str(link)))
        assert not (tmp_path / "victim").exists()
        with pytest.raises(CallerError, match="expected a whole path"):
            await ask(bench, ClaimFiles("in.jsonl", str(output)))
        with pytest.raises(CallerError, match="found a folder"):
            await ask(bench, ClaimFiles(str(tmp_path), str(output)))

    run(test)


def test_lines_are_read_by_position_bounded_and_as_text(tmp_path: Path) -> None:
    async def test(bench: Bench, clerk: ClerkService) -> None:
        source = tmp_path / "in"
        source.write_bytes(b"one\r\n\xff\xfe\n" + b"x" * (MAX_LINE + 1) + b"\nend")
        stamp = stamp_of(source)
        assert await ask(bench, ReadLine(str(source), stamp, 0)) == LineRead("one", 5)
        assert await ask(bench, ReadLine(str(source), stamp, 5)) == LineRead("��", 8)
        with pytest.raises(CallerError, match="the line at byte 8 is longer than 65536 bytes"):
            await ask(bench, ReadLine(str(source), stamp, 8))
        end = source.stat().st_size
        assert await ask(bench, ReadLine(str(source), stamp, end - 3)) == LineRead("end", end)
        assert await ask(bench, ReadLine(str(source), stamp, end)) == LineRead("", end)
        os.utime(source, ns=(1, 1))
        with pytest.raises(CallerError, match="it changed after the job began"):
            await ask(bench, ReadLine(str(source), stamp, 0))

    run(test)


def test_the_head_of_an_output_is_whole_lines(tmp_path: Path) -> None:
    async def test(bench: Bench, clerk: ClerkService) -> None:
        output = tmp_path / "out"
        output.write_text("a line\nanother line\n")
        assert (await ask(bench, ReadHead(str(output), 12))).text == "a line"
        assert (await ask(bench, ReadHead(str(output), 100))).text == "a line\nanother line"
        assert (await ask(bench, AppendLine(str(output), 7, "more"))).written == 12

    run(test)


@pytest.fixture
def recording(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Two sentences in 44.1 kHz stereo with silences around them."""
    pytest.importorskip("espeakng_loader", reason="needs the extra 'speak'")
    import soxr

    from bluerill.models.engines.espeak import EspeakEngine

    engine = EspeakEngine("en-us", 150)
    parts: list[Any] = [np.zeros(16_000)]
    for text in ("set a timer for five minutes", "what is the weather in paris tomorrow"):
        parts += [np.asarray(engine.say(text), float), np.zeros(24_000)]
    sound = np.concatenate(parts) / 32_768 + np.random.default_rng(1).normal(0, 0.0005, sum(map(len, parts)))
    high = soxr.resample(sound, 16_000, 44_100)
    path = tmp_path / "talk.flac"
    soundfile.write(path, np.stack([high, high], 1), 44_100)
    return path


async def hear_all(bench: Bench, claimed: FilesClaimed, **more: Any) -> list[PieceHeard]:
    pieces: list[PieceHeard] = []
    at, written = 0.0, 0
    while at < claimed.seconds:
        pieces.append(await ask(bench, HearPiece(claimed.input, claimed.stamp, at, claimed.output, written, **more)))
        assert pieces[-1].next_s > at
        at, written = pieces[-1].next_s, pieces[-1].written
        assert len(pieces) < 20
    return pieces


def test_a_recording_is_cut_between_its_sentences_and_written_down(recording: Path) -> None:
    async def test(bench: Bench, clerk: ClerkService) -> None:
        claimed: FilesClaimed = await ask(bench, ClaimFiles(str(recording), "", sound=True))
        assert claimed.output == str(recording) + ".txt"
        pieces = await hear_all(bench, claimed)
        spoken = [piece for piece in pieces if piece.speech]
        assert len(spoken) == 2
        assert spoken[0].engine == "played"
        lines = text_of(claimed).splitlines()
        assert [line.split("  ")[1] for line in lines] == [piece.text for piece in spoken]
        assert all(1.2 < float(piece.text.split()[0]) < 3.5 for piece in spoken)
        assert lines[0].startswith("0:00:00  ")
        assert lines[1].startswith(("0:00:03", "0:00:04"))
        with pytest.raises(CallerError, match="holds"):
            await ask(bench, ClaimFiles("", "", sound=True))  # it is the newest, and written down already

    run(test, recording.parent)


def test_what_is_not_understood_is_said_so_and_json_has_both(recording: Path, tmp_path: Path) -> None:
    async def test(bench: Bench, clerk: ClerkService) -> None:
        asr = bench.services["asr"]
        assert isinstance(asr, Asr)
        asr.understood = False
        claimed: FilesClaimed = await ask(bench, ClaimFiles(str(recording), str(tmp_path / "o.jsonl"), sound=True))
        pieces = await hear_all(bench, claimed)
        assert not any(piece.text for piece in pieces)
        rows = [json.loads(line) for line in text_of(claimed).splitlines()]
        assert [row["text"] for row in rows] == ["", ""]
        assert rows[0]["raw"].endswith("seconds")
        assert rows[0]["start_s"] < rows[0]["stop_s"] < rows[1]["start_s"]

    run(test)


def test_a_model_hears_where_one_is_named(recording: Path) -> None:
    async def test(bench: Bench, clerk: ClerkService) -> None:
        claimed: FilesClaimed = await ask(bench, ClaimFiles(str(recording), "", sound=True))
        pieces = await hear_all(bench, claimed, model="whisper-nano", language="en")
        assert [piece.text for piece in pieces if piece.speech] == ["from a model"] * 2
        broker = bench.services["models"]
        assert isinstance(broker, Broker)
        assert all(1.2 < seconds < 3.5 for seconds in broker.seconds)
        broker.refused = Refused("no memory", 3.0)
        with pytest.raises(BudgetExceeded, match="cannot be used now: no memory"):
            await hear_all(bench, claimed, model="whisper-nano")
        broker.refused = Refused("no such model")
        with pytest.raises(CallerError, match="no such model"):
            await hear_all(bench, claimed, model="whisper-nano")

    run(test)


def test_a_piece_gives_way_in_the_middle_and_leaves_nothing_behind(recording: Path) -> None:
    async def test(bench: Bench, clerk: ClerkService) -> None:
        asr = bench.services["asr"]
        assert isinstance(asr, Asr)
        asr.chunks_left = 2
        claimed: FilesClaimed = await ask(bench, ClaimFiles(str(recording), "", sound=True))
        with pytest.raises(BudgetExceeded, match="someone who speaks"):
            await hear_all(bench, claimed)
        assert asr.aborted == 1
        assert text_of(claimed) == ""

    run(test)


def test_a_file_that_is_no_recording_is_one_line(tmp_path: Path) -> None:
    async def test(bench: Bench, clerk: ClerkService) -> None:
        bad = tmp_path / "bad.wav"
        bad.write_text("not sound")
        with pytest.raises(CallerError, match="expected a WAV, FLAC or OGG recording"):
            await ask(bench, ClaimFiles(str(bad), "", sound=True))
        with pytest.raises(CallerError, match="there is no recording in"):
            await ask(bench, ClaimFiles("", "", sound=True))

    run(test, tmp_path / "nowhere")
