from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluerill.kernel.errors import CallerError
from bluerill.models.engines.textout import TextOut


@given(st.text(), st.integers(1, 4))
def test_pieces_give_the_text_back(text: str, size: int) -> None:
    out, data = TextOut(), text.encode("utf-8", "replace")
    made = [out.push(data[at : at + size]) for at in range(0, len(data), size)]
    assert "".join(made) + out.end() == data.decode()
    assert "�" not in "".join(made) or "�" in data.decode()


@given(st.text("ab."), st.sampled_from(["ab", "a.b", "...", "b"]), st.integers(1, 3))
def test_nothing_of_a_stop_string_is_ever_shown(text: str, stop: str, size: int) -> None:
    out, shown = TextOut([stop]), ""
    for at in range(0, len(text), size):
        shown += out.push(text[at : at + size].encode())
        if out.stopped:
            break
    shown += out.end()
    assert shown == text.partition(stop)[0]
    assert out.stopped == (stop in text)


def test_half_a_character_at_the_end_is_a_replacement() -> None:
    out = TextOut()
    assert out.push("ä".encode()[:1]) == ""
    assert out.end() == "�"


@pytest.mark.parametrize("stops", [[""], ["x" * 300], ["x"] * 17])
def test_stop_strings_have_bounds(stops: list[str]) -> None:
    with pytest.raises(CallerError, match="stop strings"):
        TextOut(stops)
