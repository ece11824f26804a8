"""Letters, lines and their setting."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluerill.modalities.screen.wff.letters import ASCENT, DESCENT, Letters, Style
from bluerill.modalities.screen.wff.typesetting import ELLIPSIS, Run, Setter
from support.wff import NOTHING, drawn

LETTERS = Letters(NOTHING)
SETTER = Setter(LETTERS)


def test_figures_are_as_wide_as_one_another_so_that_a_clock_does_not_jump() -> None:
    widths = {round(LETTERS.width(f"{n:02d}:{n:02d}", Style(), 60), 3) for n in range(60)}
    assert len(widths) == 1


def test_words_take_the_room_that_the_platforms_family_takes() -> None:
    # "08:07" of Roboto: four figures of 0.5615 and a colon of 0.242 times the size
    assert LETTERS.width("08:07", Style(), 100) == pytest.approx(248.8, rel=0.03)
    assert LETTERS.metrics(Style(), 100) == (100 * ASCENT, 100 * DESCENT)


def test_heavier_is_darker_and_wider_is_wider() -> None:
    def ink(weight: str) -> int:
        word = LETTERS.word("Handglove", Style(weight=weight), 40)
        assert word is not None
        return sum(level * count for level, count in enumerate(word.mask.histogram()))

    weights = [ink(weight) for weight in ("THIN", "NORMAL", "MEDIUM", "SEMI_BOLD", "BOLD", "BLACK")]
    assert weights == sorted(weights)
    assert LETTERS.width("Handglove", Style(width="CONDENSED"), 40) == pytest.approx(0.75 * LETTERS.width("Handglove", Style(), 40))  # fmt: skip


def test_missing_characters_are_known() -> None:
    assert LETTERS.has("é", Style())
    assert not LETTERS.has("漢", Style())


def test_a_family_the_face_lacks_is_told() -> None:
    letters = Letters(NOTHING)
    letters.width("x", Style("pacifico"), 20)
    assert letters.substituted == {"pacifico"}


@settings(max_examples=80, deadline=None)
@given(
    text=st.text(st.sampled_from("abc defg  hij\nklm ⁂漢"), max_size=60),
    room=st.floats(12, 200),
    most=st.integers(0, 4),
)
def test_lines_stay_within_their_room_and_lose_nothing(text: str, room: float, most: int) -> None:
    run = Run(text, 14.0)
    lines, whole = SETTER.lines([run], room, most)
    if most != 1:
        # a single letter may be wider than the room; nothing else may
        assert all(line.width <= room + 0.5 or sum(len(r.text) for r, _ in line.runs) == 1 for line in lines)
    said = "".join(r.text for line in lines for r, _ in line.runs)
    if whole or most == 1:
        assert "".join(said.split()) == "".join(text.split())
    for line in lines:
        cut = SETTER.shortened(line, room)
        assert cut.width <= max(room, SETTER.width(run, ELLIPSIS)) + 0.5


def test_auto_size_fits_and_never_goes_below_the_least() -> None:
    run = Run("A long line of words", 40.0, least=12.0)
    (fitted,) = SETTER.fitted([run], (200.0, 50.0), 1, 0.0)
    assert 12.0 <= fitted.size < 40.0
    assert SETTER.width(fitted) <= 200.5
    (least,) = SETTER.fitted([run], (20.0, 50.0), 1, 0.0)
    assert least.size == pytest.approx(12.0)
    (same,) = SETTER.fitted([run], (2000.0, 90.0), 1, 0.0)
    assert same.size == 40.0


def text(inside: str, attributes: str = "", font: str = "") -> str:
    return f'<PartText x="10" y="30" width="80" height="40"><Text {attributes}><Font family="SYNC_TO_DEVICE" size="20" color="#FFFFFFFF" {font}>{inside}</Font></Text></PartText>'  # fmt: skip


@pytest.mark.parametrize(("align", "side"), [("START", 0), ("CENTER", 1), ("END", 2)])
def test_alignment(align: str, side: int) -> None:
    found = drawn(text("ab", f'align="{align}"')).getbbox()
    assert found is not None
    left, right = found[0] - 10, 90 - found[2]
    assert (left < 3, abs(left - right) < 3, right < 3)[side]


def test_a_line_too_wide_is_cut_on_both_sides_of_its_box() -> None:
    found = drawn(text("wide words without end", 'align="CENTER"')).getbbox()
    assert found is not None
    assert (found[0], found[2]) == (10, 90)


def test_templates_upper_and_quotes() -> None:
    same = drawn(text("<Upper><Template>%s at %d%%<Parameter expression='\"battery\"'/><Parameter expression='[BATTERY_PERCENT]'/></Template></Upper>"))  # fmt: skip
    assert same.tobytes() == drawn(text("BATTERY AT 82%")).tobytes()


@pytest.mark.parametrize("ornament", ['Shadow color="#FFFF0000" offsetX="4" offsetY="4" radius="3"', 'Outline color="#FFFF0000" width="4"', 'OutGlow color="#FFFF0000" radius="8"', "Underline", "StrikeThrough"])  # fmt: skip
def test_ornaments_add_ink(ornament: str) -> None:
    bare = sum(drawn(text("abc")).convert("L").histogram()[1:])
    tag = ornament.partition(" ")[0]
    assert sum(drawn(text(f"<{ornament}>abc</{tag}>")).convert("L").histogram()[1:]) > bare
