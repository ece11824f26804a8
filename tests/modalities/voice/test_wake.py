from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.modalities.voice.audio import read_pcm
from bluerill.modalities.voice.listener import Begin, End, Listener, Woke
from bluerill.modalities.voice.wake import WAKE_WORDS, WakeWord


def detections(word: WakeWord, pcm: bytes) -> int:
    return sum(word.feed(pcm[start : start + 1_024]) for start in range(0, len(pcm), 1_024))


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(CallerError, match="wake word must be one of okay_nabu"):
        WakeWord("open_sesame")


def test_silence_and_other_speech_wake_nothing(data: Path) -> None:
    word = WakeWord()
    assert detections(word, bytes(96_000)) == 0
    assert detections(word, read_pcm(data / "speech_misc" / "ha_commands" / "what_time_is_it.wav")) == 0


@pytest.mark.parametrize("model", sorted(WAKE_WORDS))
def test_each_bundled_word_is_heard_once(data: Path, model: str) -> None:
    pcm = bytes(32_000) + read_pcm(data / "speech_misc" / "wake" / f"wyoming_{model}.wav") + bytes(32_000)
    assert detections(WakeWord(model), pcm) == 1


def test_a_command_right_after_the_wake_word_is_whole_and_a_follow_up_needs_no_word(data: Path) -> None:
    clips = data / "speech_misc"
    command = read_pcm(clips / "commands" / "mycroft_core_stop.wav")
    listener = Listener("wake")
    pcm = bytes(32_000) + read_pcm(clips / "wake" / "wyoming_okay_nabu.wav") + command + bytes(48_000)
    acts = [act for at in range(0, len(pcm), 1_024) for act in listener.feed(pcm[at : at + 1_024])]
    assert [type(act) for act in acts if isinstance(act, Woke | Begin | End)] == [Woke, Begin, End]
    follow_up = command + bytes(48_000)
    acts = [act for at in range(0, len(follow_up), 1_024) for act in listener.feed(follow_up[at : at + 1_024])]
    assert [type(act) for act in acts if isinstance(act, Woke | Begin | End)] == [Begin, End]
    later = bytes(32_000 * 6) + follow_up
    acts = [act for at in range(0, len(later), 1_024) for act in listener.feed(later[at : at + 1_024])]
    assert acts == []
