"""What each kind of part leaves on the picture."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta

import pytest
from PIL import Image

from bluerill.modalities.screen.wff.face import Face, read
from bluerill.modalities.screen.wff.renderer import FaceRenderer
from bluerill.modalities.screen.wff.resources import MAX_FILE, Resources
from support.wff import NOON, box, device, drawn, pixel


class Pictures:
    """An archive of drawables in memory."""

    def __init__(self, **pictures: Image.Image | list[Image.Image]) -> None:
        self.files: dict[str, bytes] = {}
        for name, picture in pictures.items():
            sink = io.BytesIO()
            if isinstance(picture, list):
                picture[0].save(sink, "GIF", save_all=True, append_images=picture[1:], duration=100)
            else:
                picture.save(sink, "PNG")
            self.files[f"res/drawable/{name}.png"] = sink.getvalue()
        self.sizes: Mapping[str, int] = {name: len(data) for name, data in self.files.items()}

    def read(self, name: str, limit: int = MAX_FILE) -> bytes:
        return self.files[name][:limit]


def with_pictures(inside: str, before: str = "", **pictures: Image.Image | list[Image.Image]) -> Face:
    text = f'<WatchFace width="100" height="100" clipShape="NONE">{before}<Scene>{inside}</Scene></WatchFace>'
    return read(text.encode(), Resources(Pictures(**pictures)))


def plain(colour: str, size: tuple[int, int] = (10, 10)) -> Image.Image:
    return Image.new("RGBA", size, colour)


def lit(picture: Image.Image) -> tuple[int, int, int, int] | None:
    return picture.convert("L").point([0] * 60 + [255] * 196).getbbox()


def test_tint_multiplies_what_it_colours() -> None:
    assert pixel(drawn(box("#FF888888", tintColor="#FFB3B3B3")), 50, 50) == (95, 95, 95)
    assert pixel(drawn(box("#FFFFFFFF", tintColor="#80FF0000")), 50, 50) == (128, 0, 0)


def test_a_half_transparent_group_shows_its_top_child_only_where_children_overlap() -> None:
    inside = f'<Group name="g" x="0" y="0" width="100" height="100" alpha="128">{box("#FFFF0000")}{box("#FF0000FF", side=50)}</Group>'  # fmt: skip
    picture = drawn(inside)
    assert pixel(picture, 20, 20) == (0, 0, 128)
    assert pixel(picture, 80, 80) == (128, 0, 0)


def test_a_mask_shows_its_siblings_only_where_it_is() -> None:
    inside = f'<Group name="g" x="0" y="0" width="100" height="100">{box(side=40, renderMode="MASK")}{box("#FF00FF00")}</Group>'
    picture = drawn(inside)
    assert pixel(picture, 20, 20) == (0, 255, 0)
    assert pixel(picture, 60, 60) == (0, 0, 0)


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("MULTIPLY", (100, 50, 0)), ("SCREEN", (255, 178, 128)), ("DARKEN", (200, 100, 0)), ("LIGHTEN", (255, 128, 128)),
        ("DIFFERENCE", (55, 28, 128)), ("PLUS", (255, 228, 128)), ("SRC", (255, 128, 0)), ("CLEAR", (0, 0, 0)),
    ],
)  # fmt: skip
def test_blend_modes(mode: str, wanted: tuple[int, int, int]) -> None:
    over = {"MULTIPLY": "#FF808080", "SRC": "#FFFF8000", "CLEAR": "#FFFFFFFF", "DARKEN": "#FFFF8000"}.get(
        mode, "#FFFF8080"
    )
    found = pixel(drawn(box("#FFC86400") + box(over, blendMode=mode)), 50, 50)
    assert all(abs(a - b) <= 2 for a, b in zip(found, wanted, strict=True)), found


def test_an_arc_runs_clockwise_from_the_top() -> None:
    quarter = '<PartDraw x="0" y="0" width="100" height="100"><Arc centerX="50" centerY="50" width="80" height="80" startAngle="0" endAngle="90" {}><Stroke color="#FFFFFFFF" thickness="10"/></Arc></PartDraw>'  # fmt: skip
    assert lit(drawn(quarter.format(""))) == pytest.approx((50, 5, 95, 50), abs=1)
    assert lit(drawn(quarter.format('direction="COUNTER_CLOCKWISE"'))) == pytest.approx((5, 5, 50, 50), abs=1)


@pytest.mark.parametrize(("cap", "left", "right"), [("BUTT", 20, 80), ("ROUND", 15, 85), ("SQUARE", 15, 85)])
def test_line_ends(cap: str, left: int, right: int) -> None:
    line = f'<PartDraw x="0" y="0" width="100" height="100"><Line startX="20" startY="50" endX="80" endY="50"><Stroke color="#FFFFFFFF" thickness="10" cap="{cap}"/></Line></PartDraw>'  # fmt: skip
    picture = drawn(line)
    assert lit(picture) == (left, 45, right, 55)
    assert (pixel(picture, left, 46)[0] > 128) is (cap != "ROUND")


def test_dashes_leave_gaps() -> None:
    line = '<PartDraw x="0" y="0" width="100" height="100"><Line startX="0" startY="50" endX="100" endY="50"><Stroke color="#FFFFFFFF" thickness="4" dashIntervals="10 20" dashPhase="5"/></Line></PartDraw>'  # fmt: skip
    row = [pixel(drawn(line), x, 50)[0] > 128 for x in range(100)]
    assert [x for x in range(1, 100) if row[x] and not row[x - 1]] == [25, 55, 85]
    assert row[0]
    assert not row[10]


def test_gradients() -> None:
    def filled(gradient: str) -> Image.Image:
        return drawn(f'<PartDraw x="0" y="0" width="100" height="100"><Rectangle x="0" y="0" width="100" height="100"><Fill color="#FF000000">{gradient}</Fill></Rectangle></PartDraw>')  # fmt: skip

    ends = 'colors="#FFFF0000 #FF0000FF" positions="0 1"'
    linear = filled(f'<LinearGradient startX="20" startY="0" endX="80" endY="0" {ends}/>')
    assert pixel(linear, 5, 50) == (255, 0, 0)
    assert pixel(linear, 95, 50) == (0, 0, 255)
    assert abs(pixel(linear, 50, 10)[0] - 128) < 6
    radial = filled(f'<RadialGradient centerX="50" centerY="50" radius="40" {ends}/>')
    assert pixel(radial, 50, 50)[0] > 245
    assert pixel(radial, 2, 50) == (0, 0, 255)
    sweep = filled(f'<SweepGradient centerX="50" centerY="50" startAngle="0" endAngle="360" {ends}/>')
    assert pixel(sweep, 52, 5)[0] > 245
    assert abs(pixel(sweep, 50, 95)[0] - 128) < 8
    assert pixel(sweep, 48, 5)[2] > 245
    half = filled(f'<SweepGradient centerX="50" centerY="50" startAngle="90" endAngle="180" {ends}/>')
    assert pixel(half, 52, 5) == (255, 0, 0)  # before the begin
    assert pixel(half, 5, 50) == (0, 0, 255)  # after the end


def test_hands_point_where_the_time_says() -> None:
    hand = plain("white", (10, 50))
    clock = '<AnalogClock x="0" y="0" width="100" height="100">{}</AnalogClock>'
    place = 'resource="hand" x="45" y="0" width="10" height="50" pivotX="0.5" pivotY="1"'
    three = device(moment=NOON.replace(hour=3, minute=0, second=0, microsecond=0))
    for tag, wanted in (
        ("HourHand", (50, 45, 100, 55)),
        ("MinuteHand", (45, 0, 55, 50)),
        ("SecondHand", (45, 0, 55, 50)),
    ):
        renderer = FaceRenderer(with_pictures(clock.format(f"<{tag} {place}/>"), hand=hand), (100, 100), "rect")
        assert lit(renderer.draw(three)) == wanted


@pytest.mark.parametrize(
    ("how", "fraction", "rate"),
    [('<Sweep frequency="5"/>', 0.4, 0.2), ('<Sweep frequency="SYNC_TO_DEVICE"/>', 0.4, 1 / 30), ("", 0.0, 1.0)],
)
def test_second_hands_sweep_or_tick(how: str, fraction: float, rate: float) -> None:
    from bluerill.modalities.screen.wff.live import Frame
    from bluerill.modalities.screen.wff.parts.image import PartImage

    text = f'<AnalogClock x="0" y="0" width="100" height="100"><SecondHand resource="hand" x="45" y="0" width="10" height="50">{how}</SecondHand></AnalogClock>'  # fmt: skip
    renderer = FaceRenderer(with_pictures(text, hand=plain("white")), (100, 100))
    trace: list[object] = []
    renderer.draw(device(moment=NOON.replace(second=10, microsecond=430_000)), trace=trace)
    (hand,) = [part for part in trace if isinstance(part, PartImage)]
    frame = Frame(0.0)
    assert hand.place.angle.number(frame) == pytest.approx((10 + fraction) * 6, abs=0.2)
    assert frame.period == pytest.approx(rate)


def test_bitmap_fonts_take_the_longest_name_and_keep_their_margins() -> None:
    fonts = '<BitmapFonts><BitmapFont name="f"><Character name="1" resource="red" width="50" height="50" marginLeft="25"/><Word name="10" resource="blue" width="50" height="50"/></BitmapFont></BitmapFonts>'  # fmt: skip
    words = '<PartText x="0" y="0" width="100" height="50"><Text align="START"><BitmapFont family="f" size="50">101</BitmapFont></Text></PartText>'  # fmt: skip
    face = with_pictures(words, fonts, red=plain("red"), blue=plain("blue"))
    picture = FaceRenderer(face, (100, 100), "rect").draw(device())
    assert pixel(picture, 25, 25) == (0, 0, 255)
    assert pixel(picture, 60, 25) == (0, 0, 0)
    assert pixel(picture, 90, 25) == (255, 0, 0)


def test_an_animated_picture_plays_and_rests_in_ambient_mode() -> None:
    inside = '<PartAnimatedImage x="0" y="0" width="100" height="100"><AnimationController play="ON_VISIBLE" repeat="TRUE"/><AnimatedImage resource="film" format="AGIF" thumbnail="still"/></PartAnimatedImage>'  # fmt: skip
    film = [Image.new("P", (8, 8), index) for index in (0, 1)]
    for frame in film:
        frame.putpalette([255, 0, 0, 0, 255, 0] + [0] * 762)
    renderer = FaceRenderer(with_pictures(inside, film=film, still=plain("blue")), (100, 100), "rect")
    renderer.shown_at = NOON.timestamp()
    seen = [pixel(renderer.draw(device(moment=NOON + timedelta(seconds=s))), 50, 50) for s in (0.05, 0.15, 0.25)]
    assert seen == [(255, 0, 0), (0, 255, 0), (255, 0, 0)]
    assert renderer.period == pytest.approx(0.1)
    assert pixel(renderer.draw(device(ambient=True)), 50, 50) == (0, 0, 255)


def test_a_condition_shows_its_first_true_branch() -> None:
    inside = f"""<Condition><Expressions><Expression name="late">[HOUR_0_23] &gt; 20</Expression></Expressions>
    <Compare expression="late">{box("#FF0000FF")}</Compare><Default>{box("#FFFFFF00")}</Default></Condition>"""
    assert pixel(drawn(inside), 50, 50) == (255, 255, 0)
    assert pixel(drawn(inside, moment=NOON.replace(hour=22)), 50, 50) == (0, 0, 255)


CHOICES = '<UserConfigurations><ColorConfiguration id="c" displayName="c" defaultValue="a"><ColorOption id="a" colors="#FF102030 #FF00FF00"/><ColorOption id="b" colors="#FF000000 #FFFF0000"/></ColorConfiguration><BooleanConfiguration id="on" displayName="on" defaultValue="TRUE"/><Flavors defaultValue="day"><Flavor id="day" displayName="d"><Configuration id="c" optionId="a"/></Flavor><Flavor id="night" displayName="n"><Configuration id="c" optionId="b"/></Flavor></Flavors></UserConfigurations>'  # fmt: skip


@pytest.mark.parametrize(
    ("wishes", "wanted"),
    [
        ({}, (0, 255, 0)), ({"c": "b"}, (255, 0, 0)), ({"flavor": "night"}, (255, 0, 0)), ({"c": "no such"}, (0, 255, 0)),
        ({"on": "FALSE"}, (0, 0, 0)), ({"flavor": "night", "c": "a"}, (0, 255, 0)),
    ],
)  # fmt: skip
def test_configurations_and_flavors(wishes: dict[str, str], wanted: tuple[int, int, int]) -> None:
    inside = f'<BooleanConfiguration id="on"><BooleanOption id="TRUE">{box("[CONFIGURATION.c.1]")}</BooleanOption></BooleanConfiguration>'  # fmt: skip
    assert pixel(drawn(inside, before=CHOICES, wishes=wishes), 50, 50) == wanted


def test_a_slot_is_cut_to_its_bounding_shape_and_shows_its_type() -> None:
    slot = f'<ComplicationSlot x="0" y="0" width="100" height="100" slotId="1" supportedTypes="SHORT_TEXT RANGED_VALUE"><DefaultProviderPolicy defaultSystemProvider="WATCH_BATTERY" defaultSystemProviderType="RANGED_VALUE"/><BoundingOval x="0" y="0" width="100" height="100"/><Complication type="SHORT_TEXT">{box("#FFFF0000")}</Complication><Complication type="RANGED_VALUE">{box("#FF00FF00")}</Complication></ComplicationSlot>'  # fmt: skip
    picture = drawn(slot)
    assert pixel(picture, 50, 50) == (0, 255, 0)
    assert pixel(picture, 3, 3) == (0, 0, 0)
    assert pixel(drawn(slot, wishes={"slot.1": "HEART_RATE:SHORT_TEXT"}), 50, 50) == (255, 0, 0)
    assert pixel(drawn(slot, battery=None), 50, 50) == (0, 0, 0)


def test_gyro_moves_a_part_with_the_wrist() -> None:
    inside = box(side=10, x=40, more='<Gyro x="clamp([ACCELEROMETER_ANGLE_X], -30, 30)"/>')
    assert lit(drawn(inside)) == (40, 0, 50, 10)
    assert lit(drawn(inside, tilt=(9.81, 0.0, 9.81))) == (70, 0, 80, 10)
