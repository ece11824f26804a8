from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bluerill.modalities.voice.pieces import LONGEST_S, WINDOW_S, first_piece
from bluerill.modalities.voice.vad import FRAME_S


def window(*parts: tuple[float, float]) -> list[float]:
    """Probabilities of (seconds, probability) after each other."""
    return [probability for seconds, probability in parts for _ in range(round(seconds / FRAME_S))]


def seconds(probabilities: list[float]) -> float:
    return len(probabilities) * FRAME_S


def test_a_piece_ends_in_the_first_long_silence_and_the_next_begins_after_it() -> None:
    heard = window((0.5, 0.0), (1.0, 0.9), (1.2, 0.0), (2.0, 0.9), (7.3, 0.0))
    cut = first_piece(heard, seconds(heard))
    assert abs(cut.start_s - 0.3) < 0.05
    assert abs(cut.stop_s - 1.7) < 0.05
    assert 1.7 <= cut.next_s < 2.7  # before the next words


def test_short_pauses_between_words_do_not_end_it() -> None:
    heard = window((1.0, 0.9), (0.4, 0.0), (1.0, 0.9), (0.4, 0.0), (2.0, 0.9), (1.0, 0.0), (2.2, 0.9))
    cut = first_piece(heard, seconds(heard))
    assert 4.7 < cut.stop_s < 5.1  # the silence begins just before a piece would be too long


def test_long_speech_is_cut_at_its_longest_pause() -> None:
    heard = window((2.0, 0.9), (0.35, 0.0), (1.0, 0.9), (0.5, 0.0), (4.2, 0.9))
    cut = first_piece(heard, seconds(heard))
    assert 3.3 < cut.stop_s < 3.7
    assert cut.next_s < 3.9


def test_speech_without_any_pause_is_cut_where_the_voice_is_faintest() -> None:
    heard = window((4.0, 0.9), (FRAME_S, 0.6), (4.0, 0.9))
    cut = first_piece(heard, seconds(heard))
    assert 3.9 < cut.next_s < 4.1
    loud = window((WINDOW_S, 0.9))
    assert first_piece(loud, seconds(loud)).next_s <= LONGEST_S + FRAME_S


def test_silence_is_passed_over_but_for_its_end_where_a_word_may_begin() -> None:
    quiet = window((WINDOW_S, 0.1))
    cut = first_piece(quiet, seconds(quiet))
    assert cut.stop_s <= cut.start_s
    assert WINDOW_S - 0.5 < cut.next_s < WINDOW_S
    assert first_piece(quiet, seconds(quiet), last=True).next_s == seconds(quiet)


def test_the_last_piece_takes_all_that_is_left() -> None:
    heard = window((0.3, 0.0), (2.0, 0.9), (0.5, 0.0), (1.0, 0.9), (0.2, 0.0))
    cut = first_piece(heard, seconds(heard), last=True)
    assert cut.stop_s == seconds(heard)
    assert cut.next_s == seconds(heard)


@given(
    st.lists(st.tuples(st.floats(0.03, 3), st.sampled_from([0.0, 0.3, 0.6, 0.95])), min_size=1, max_size=12),
    st.booleans(),
)
def test_every_window_gets_on_and_no_speech_is_left_out(parts: list[tuple[float, float]], last: bool) -> None:
    heard = window(*parts)[: int(WINDOW_S / FRAME_S)] or [0.0]
    cut = first_piece(heard, seconds(heard), last)
    assert 0 < cut.next_s <= seconds(heard) + FRAME_S
    assert cut.start_s >= 0
    assert cut.stop_s - cut.start_s <= LONGEST_S + 1
    speech = [at * FRAME_S for at, probability in enumerate(heard) if probability >= 0.5]
    inside = [at for at in speech if at < cut.next_s - 0.001]
    assert all(cut.start_s - 0.001 <= at < cut.stop_s for at in inside)
