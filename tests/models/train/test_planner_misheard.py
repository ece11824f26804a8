"""What is kept of what was heard. Voices and recognisers are false ones, but in the last test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bluerill.models.engines.engine import Guess
from bluerill.models.train.planner_encoder import misheard as module
from bluerill.models.train.planner_encoder.misheard import (
    Hearing,
    Hearings,
    Listener,
    Progress,
    errors,
    misheard,
    ordered,
    tellable,
)
from bluerill.models.train.planner_encoder.rows import Row


def row(text: str, label: str = "get_weather", source: str = "nlu_eval.weather", split: str = "train") -> Row:
    return Row(text.split(), label, [*["O"] * len(text.split())], source, split)


class Told:
    """Hears what it is told to; notes what it was asked."""

    def __init__(self, heard: dict[str, list[str]]) -> None:
        self.heard, self.asked = heard, list[str]()

    def __call__(self, texts: Iterable[str]) -> Iterator[Hearing]:
        for text in texts:
            self.asked.append(text)
            yield Hearing(text, self.heard[text], "skills")


ROWS = [row("will it rain in oslo"), row("play some jazz", "play_music"), row("is it cold", "get_weather")]
HEARD = {
    "will it rain in oslo": ["bill it train is slow", "will it rain is slow", "will it rain in oslo"],
    "play some jazz": ["play some jazz", "play some chess"],
    "is it cold": [],
}


def test_the_likeliest_reading_that_tells_enough_is_kept(tmp_path: Path) -> None:
    kept = misheard(ROWS, Hearings(tmp_path / "heard"), Told(HEARD), 9)
    assert [(" ".join(each.words), each.label, each.tags, each.source, each.split) for each in kept] == [
        ("will it rain is slow", "get_weather", None, "misheard.nlu_eval.weather", "train")
    ]  # what was heard rightly, or not at all, teaches nothing


def test_what_may_not_be_trained_on_is_left_out(tmp_path: Path) -> None:
    def allowed(made: Row) -> bool:
        return "slow" not in made.words

    assert misheard(ROWS, Hearings(tmp_path / "heard"), Told(HEARD), 9, allowed) == []


def test_no_reading_is_kept_twice(tmp_path: Path) -> None:
    heard = {"rain in oslo": ["rain is oslo"], "train in oslo": ["rain is oslo", "train is oslo"]}
    kept = misheard([row(text) for text in heard], Hearings(tmp_path / "heard"), Told(heard), 9)
    assert [each.words[0] for each in kept] == ["rain", "train"]


def test_a_stopped_run_goes_on_and_gives_the_same(tmp_path: Path) -> None:
    told: list[Progress] = []

    def first_only(progress: Progress) -> bool:
        told.append(progress)
        return False

    path = tmp_path / "heard"
    whole = misheard(ROWS, Hearings(tmp_path / "other"), Told(HEARD), 9)
    misheard(ROWS, Hearings(path), Told(HEARD), 9, tell=first_only)
    assert told == [Progress(1, 1, 0.8)]
    with path.open("ab") as file:
        file.write(b'{"said": "play so')  # the machine was switched off here
    again = Told(HEARD)
    assert misheard(ROWS, Hearings(path), again, 9) == whole
    assert again.asked == ["play some jazz", "is it cold"]
    third = Told({})
    assert misheard(ROWS, Hearings(path), third, 9, tell=lambda progress: False) == whole
    assert not third.asked
    assert len(Hearings(path).known) == 3


def test_enough_is_enough(tmp_path: Path) -> None:
    ear = Told(HEARD)
    assert len(misheard(ROWS, Hearings(tmp_path / "heard"), ear, 1)) == 1
    assert ear.asked == ["will it rain in oslo"]


def test_only_sentences_to_train_with_are_said_each_once_and_in_any_order_alike() -> None:
    rows = [
        row("will it rain"),
        row("will it rain", source="own"),
        row("kept back one", split="held"),
        row("from a template", source="template"),
        row("wake me at 5"),
        row("one"),
        row("yes and no", "other.maybe"),
        row("two labels", "a"),
        row("two labels", "b"),
        row(" ".join(["word"] * 11)),
    ]
    texts = [" ".join(each.words) for each in ordered(rows)]
    assert sorted(texts) == ["will it rain", "yes and no"]
    many = [row(f"say {word}", source=source) for word in "abcdefgh" for source in ("own", "snips.x")]
    assert [each.words for each in ordered(many)] == [each.words for each in ordered([*many, row("new one")])
                                                       if each.words != ["new", "one"]]  # fmt: skip
    assert [each.words for each in ordered(many, 2)] != [each.words for each in ordered(many)]


def test_requests_come_before_what_no_action_serves() -> None:
    rows = [row(f"{word} thing", label) for word in (f"{a}{b}" for a in "abcdefghij" for b in "abcdefghij")
            for label in [("get_weather", "other.x")[ord(word[1]) % 2]]]  # fmt: skip
    early = ordered(rows)[:30]
    assert sum(each.label == "other.x" for each in early) < 8


@pytest.mark.parametrize(
    ("said", "heard", "rate"),
    [("a b c d", "a b c d", 0.0), ("a b c d", "a c d e", 0.5), ("a b", "", 1.0), ("a", "a b c", 2.0)],
)
def test_word_errors(said: str, heard: str, rate: float) -> None:
    assert errors(said.split(), heard.split()) == rate


@pytest.mark.parametrize(
    ("said", "heard", "told"),
    [
        ("set an alarm for five", "set on alarm for five", True),
        ("set an alarm for five", "set an alarm for five", False),
        ("turn on my plug", "turn on my calendar", False),  # which thing is lost
        ("call dave", "", False),
        ("turn the music down a bit", "turn the music on a bit", False),  # it was turned round
        ("turn the fan on now", "turn the fan off now", False),
        ("remind me about the milk", "hold me about silk", False),
        ("what is it", "what is that", False),  # nothing in it carries meaning
    ],
)
def test_what_can_still_be_told(said: str, heard: str, told: bool) -> None:
    assert tellable(said.split(), heard.split()) is told


class Engine:
    """A recogniser that keeps what it is fed."""

    name, open_vocabulary, reject_below = "false", False, 0.0

    def __init__(self, *guesses: Guess) -> None:
        self.guesses, self.pcm = list(guesses), list[bytes]()

    def learn(self, sentences: Sequence[str], fingerprint: str) -> None:
        pass

    def start(self) -> None:
        pass

    def feed(self, pcm: bytes) -> None:
        self.pcm.append(pcm)

    def partial(self) -> str:
        return ""

    def finish(self) -> list[Guess]:
        return self.guesses

    def close(self) -> None:
        pass


@pytest.fixture
def voices(monkeypatch: pytest.MonkeyPatch) -> None:
    class Voices:
        """The first try has no such voice."""

        def __init__(self, random: object, *about: object) -> None:
            self.tries = 0

        def say(self, text: str) -> np.ndarray:
            self.tries += 1
            tone: np.ndarray = (8_000 * np.sin(np.arange(4_000 * (self.tries - 1)) * 0.1)).astype(np.int16)
            return tone

    monkeypatch.setattr(module, "EspeakVoices", Voices)


def split(text: str) -> list[str]:
    return text.replace("what's", "what is").split()


@pytest.mark.usefixtures("voices")
def test_what_is_drawn_for_a_sentence_is_the_same_whatever_was_said_before() -> None:
    engine = Engine(Guess("what's up"), Guess("hat up", 3.0), Guess("far", 99.0))
    listener = Listener(engine, None, split)
    texts = [f"sentence {number}" for number in range(12)]
    heard = [listener.hear(text) for text in texts]
    assert heard[0] == Hearing("sentence 0", ["what is up", "hat up"], "skills")
    other = Engine()
    backwards = Listener(other, None, split)
    for text in reversed(texts):
        assert backwards.hear(text).heard == []
    assert other.pcm[::-1] == engine.pcm
    assert len(set(engine.pcm)) > 4  # some are clean, and the others noisy in their own ways


@pytest.mark.usefixtures("voices")
def test_some_sentences_are_heard_with_an_open_vocabulary() -> None:
    listener = Listener(Engine(Guess("a")), Engine(Guess("b")), split)
    by = [listener.hear(f"sentence {number}").by for number in range(80)]
    assert 2 <= by.count("general") <= 20
    assert set(by) == {"general", "skills"}


SENTENCES = ["turn on the lamp", "set an alarm for five", "play some jazz"]


@pytest.mark.audio
def test_real_voices_are_really_misheard(tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader", reason="espeak-ng is not installed")
    from bluerill.models.engines.pocketsphinx import PocketSphinxEngine

    engine = PocketSphinxEngine(tmp_path, stream=False)
    engine.learn(SENTENCES, "three")
    normal: Callable[[str], list[str]] = str.split
    first = Listener(engine, None, normal).hear("turn on the lamb")
    assert first.heard
    assert set(" ".join(first.heard).split()) <= set(" ".join(SENTENCES).split())
