import sys
from importlib.util import find_spec

import numpy as np
import pytest

from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.models.engines import espeak
from bluerill.models.engines.espeak import MAX_TEXT, RATE, EspeakEngine

needs_espeak = pytest.mark.skipif(find_spec("espeakng_loader") is None, reason="needs the extra 'speak'")


@needs_espeak
def test_words_become_sound_and_faster_speech_is_shorter() -> None:
    slow, fast = (EspeakEngine("en-us", rate).say("set a timer for ten minutes") for rate in (120, 240))
    assert 1.0 < len(slow) / RATE < 5.0
    assert len(fast) < 0.7 * len(slow)
    assert np.abs(slow).max() > 3_000


@needs_espeak
def test_two_voices_do_not_disturb_each_other() -> None:
    one, other = EspeakEngine("en-us"), EspeakEngine("en-us+f3")
    first = one.say("hello")
    assert len(other.say("hello")) > 0
    assert abs(len(one.say("hello")) - len(first)) < RATE // 50


@needs_espeak
def test_nothing_to_say_is_no_sound() -> None:
    assert len(EspeakEngine().say("")) == 0


@needs_espeak
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"voice": "xx-none"}, "has no voice"),
        ({"voice": "../../etc"}, "must look like"),
        ({"words_per_minute": 9}, "80-450"),
        ({"pitch": 100}, "0-99"),
    ],
)
def test_settings_out_of_range(settings: dict[str, object], words: str) -> None:
    with pytest.raises(CallerError, match=words):
        EspeakEngine(**settings)  # type: ignore[arg-type]


@needs_espeak
def test_too_much_text_is_refused() -> None:
    with pytest.raises(CallerError, match="at most 2000 characters"):
        EspeakEngine().say("a" * (MAX_TEXT + 1))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak, "_library", None)
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(ServiceFault, match=r"pip install 'bluerill\[speak\]'"):
        EspeakEngine()
