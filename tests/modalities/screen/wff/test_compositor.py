"""The compositor's economy: any sequence of stamp lists gives the picture that painting them all would."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bluerill.modalities.screen.wff.compositor import Compositor, _merged
from bluerill.modalities.screen.wff.stamp import Stamp, lay

SIZE = (40, 40)


@st.composite
def pools(draw: st.DrawFn) -> list[Stamp]:
    made = []
    for _ in range(draw(st.integers(1, 6))):
        wide, high = draw(st.integers(1, 30)), draw(st.integers(1, 30))
        level = draw(st.sampled_from((90, 255)))
        ink = draw(st.sampled_from(((255, 0, 0), (0, 255, 0), (20, 30, 200))))
        blend = draw(st.sampled_from(("", "", "", "MULTIPLY", "DST_IN")))
        made.append(
            Stamp(draw(st.integers(-9, 35)), draw(st.integers(-9, 35)), ink, Image.new("L", (wide, high), level), blend)
        )
    return made


@settings(max_examples=60, deadline=None)
@given(pool=pools(), data=st.data())
def test_painting_what_changed_is_painting_everything(pool: list[Stamp], data: st.DataObject) -> None:
    kept = Compositor(SIZE)
    for _ in range(4):
        frame = data.draw(st.lists(st.sampled_from(pool), max_size=8, unique_by=id))
        ground = (10, 20, 30, 255)
        picture, _ = kept.frame(frame, ground)
        alone, _ = Compositor(SIZE).frame(frame, ground)
        assert picture.tobytes() == alone.tobytes()


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 9), st.integers(1, 9)), max_size=12))
def test_merged_boxes_cover_what_they_were_made_from_and_do_not_overlap(
    given_boxes: list[tuple[int, int, int, int]],
) -> None:
    boxes = [(x, y, x + w, y + h) for x, y, w, h in given_boxes]
    found = _merged(boxes)
    cells = {(x, y) for b in boxes for x in range(b[0], b[2]) for y in range(b[1], b[3])}
    covered = [(x, y) for b in found for x in range(b[0], b[2]) for y in range(b[1], b[3])]
    assert cells <= set(covered)
    assert len(covered) == len(set(covered))
    assert len(found) <= 6


def test_a_stamp_beyond_the_layer_is_cut() -> None:
    layer = Image.new("RGBA", (10, 10))
    lay(layer, Stamp(-5, -5, (255, 0, 0), Image.new("L", (8, 8), 255)))
    assert layer.getbbox() == (0, 0, 3, 3)
