"""What is kept between frames never shows: a picture drawn after others is the picture drawn alone."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from bluerill.modalities.screen.faces.wardrobe import BUNDLED
from bluerill.modalities.screen.wff.face import load
from bluerill.modalities.screen.wff.renderer import FaceRenderer
from support.wff import NOON, box, device, drawn, face, pixel, scene

GOLDEN = Path(__file__).parents[3] / "golden" / "faces"
FACES = sorted([*BUNDLED.glob("*.xml"), *GOLDEN.glob("*.xml")])


@pytest.mark.parametrize("path", FACES, ids=lambda path: path.stem)
def test_a_frame_after_others_is_the_frame_drawn_alone(path: Path) -> None:
    read, chance = load(path), random.Random(7)
    kept = FaceRenderer(read, (150, 150))
    for _ in range(14):
        moment = NOON + timedelta(seconds=chance.choice((0, 1, 2, 61, 3600)))
        now = device(
            moment=moment,
            battery=chance.choice((82, 40)),
            steps=chance.choice((6204, 6300)),
            ambient=chance.random() < 0.2,
        )
        alone = FaceRenderer(read, (150, 150)).draw(now, still=True)
        assert kept.draw(now, still=True).tobytes() == alone.tobytes()


def test_only_what_changed_is_painted() -> None:
    hand = box(side=10, x=40, more='<Transform target="y" value="[SECOND]"/>')
    renderer = FaceRenderer(face(scene(box("#FF202020") + hand)), (100, 100), "rect")
    renderer.draw(device())
    renderer.draw(device(moment=NOON + timedelta(seconds=1)))
    assert 100 <= renderer.painted <= 13 * 13
    renderer.draw(device(moment=NOON + timedelta(seconds=1)))
    assert renderer.painted == 0


@pytest.mark.parametrize(
    ("inside", "period"),
    [
        (box(), 60.0),
        (box(more='<Transform target="x" value="[MINUTE]"/>'), 60.0),
        (box(more='<Transform target="x" value="[SECOND]"/>'), 1.0),
        (box(more='<Transform target="x" value="[SECOND_MILLISECOND]"/>'), 0.0),
        (box(more='<Transform target="x" value="[SECOND]"/>', alpha="0"), 60.0),
        (f'<Group name="g" x="0" y="0" width="9" height="9" alpha="0">{box(more="""<Transform target="x" value="[SECOND]"/>""")}</Group>', 60.0),
    ],
)  # fmt: skip
def test_the_rate_is_that_of_what_can_be_seen(inside: str, period: float) -> None:
    renderer = FaceRenderer(face(scene(inside)), (50, 50))
    renderer.draw(device())
    assert renderer.period == period


def test_the_round_glass_is_black_beyond_its_rim_and_a_square_one_is_not() -> None:
    white = face(scene("", "#FFFFFFFF"))
    assert pixel(FaceRenderer(white, (80, 80), "round").draw(device()), 1, 1) == (0, 0, 0)
    assert pixel(FaceRenderer(white, (80, 80), "rect").draw(device()), 1, 1) == (255, 255, 255)
    bent = face(scene("", "#FFFFFFFF"), attributes='clipShape="RECTANGLE" cornerRadiusX="30" cornerRadiusY="30"')
    assert pixel(FaceRenderer(bent, (80, 80), "rect").draw(device()), 1, 1) == (0, 0, 0)
    assert pixel(FaceRenderer(bent, (80, 80), "rect").draw(device()), 40, 1) == (255, 255, 255)


def test_a_face_keeps_its_shape_on_a_screen_of_another() -> None:
    picture = FaceRenderer(face(scene(box())), (200, 100), "rect").draw(device())
    assert picture.convert("L").point([0] * 128 + [255] * 128).getbbox() == (50, 0, 150, 100)


def test_what_is_not_drawn_is_noted_with_its_line() -> None:
    odd = face(scene('\n<Hologram/>\n<PartText x="0" y="0" width="9" height="9"><Text><Font family="x" size="9">[a</Font></Text></PartText>' + box(more='<Transform target="wobble" value="1"/>')))  # fmt: skip
    renderer = FaceRenderer(odd, (50, 50))
    renderer.draw(device())
    notes = [str(note) for note in renderer.notes]
    assert notes[0] == "line 2, WatchFace/Scene/Hologram: Hologram is not drawn here"
    assert any("'wobble'" in note for note in notes)
    assert any("the font 'x' is not in the face" in note for note in notes)


def test_an_expression_that_cannot_be_read_leaves_the_rest() -> None:
    renderer = FaceRenderer(face(scene(box() + box(more='<Transform target="x" value="[SECOND] +* 2"/>'))), (50, 50))
    assert pixel(renderer.draw(device()), 40, 25) == (255, 255, 255)
    assert any("cannot be read" in str(note) for note in renderer.notes)


def test_ambient_variants_win_over_transforms() -> None:
    inside = box(more='<Transform target="alpha" value="255"/><Variant mode="AMBIENT" target="alpha" value="0"/>')
    assert pixel(drawn(inside), 50, 50) == (255, 255, 255)
    assert pixel(drawn(inside, ambient=True), 50, 50) == (0, 0, 0)


def test_an_animation_moves_to_the_new_value_and_rests_there() -> None:
    moving = box(side=10, more='<Transform target="x" value="[MINUTE] == 8 ? 0 : 80"><Animation duration="2" fps="20"/></Transform>')  # fmt: skip
    renderer = FaceRenderer(face(scene(moving)), (100, 100), "rect")
    renderer.draw(device())
    begun = NOON + timedelta(minutes=1)
    places = []
    for step in range(5):
        picture = renderer.draw(device(moment=begun + timedelta(seconds=step * 0.5)))
        found = picture.getbbox()
        assert found is not None
        places.append(found[0])
        if step in (0, 2):
            assert renderer.period == pytest.approx(0.05)
    assert places == pytest.approx([0, 20, 40, 60, 80], abs=1)
    renderer.draw(device(moment=begun + timedelta(seconds=3)))
    assert renderer.period == 60.0


def test_a_reference_publishes_an_attribute() -> None:
    inside = box(
        side=10, more='<Transform target="x" value="30"/><Reference name="left" source="x" defaultValue="0"/>'
    ) + box("#FFFF0000", side=10, y=50, more='<Transform target="x" value="[REFERENCE.left] + 20"/>')
    assert pixel(drawn(inside), 55, 55) == (255, 0, 0)
