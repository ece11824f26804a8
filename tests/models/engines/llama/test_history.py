from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bluerill.models.engines.llama.history import History

STEPS = st.lists(
    st.one_of(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(0, 30)), min_size=1, max_size=40
)


@settings(deadline=None)
@given(STEPS)
def test_the_calls_rebuild_what_the_sequence_remembers(steps: list[list[int] | int]) -> None:
    history, remembered = History(), list[int]()
    for step in steps:
        if isinstance(step, int):
            history.trim(step)
            del remembered[step:]
        else:
            history.add(step)
            remembered += step
    assert history.position == len(remembered)
    assert history.kept_tokens() == remembered
    rebuilt: list[int] = []
    for call in history.calls():
        assert call.position == len(rebuilt)
        rebuilt += call.tokens
        assert call.keep <= len(rebuilt)
        del rebuilt[call.keep :]
    assert rebuilt == remembered


def test_a_call_that_was_cut_is_repeated_whole() -> None:
    history = History()
    history.add([1, 2, 3, 4])
    history.trim(2)
    history.add([5])
    assert [call.tokens for call in history.calls()] == [[1, 2, 3, 4], [5]]


def test_a_copy_goes_its_own_way() -> None:
    history = History()
    history.add([1, 2])
    other = history.copy()
    other.add([3])
    assert (history.kept_tokens(), other.kept_tokens()) == ([1, 2], [1, 2, 3])
