"""Rules beyond the schemas: each with a face that breaks it, and one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bluerill.modalities.screen.wff.check import problems_of
from bluerill.modalities.screen.wff.face import load
from bluerill.modalities.screen.wff.problem import VERSIONS, Kind, Problem
from support.wff_faces import GROUP, IMAGE, PART, SLOT, document, folder, picture, problems, versions

FONT = '<Font family="SYNC_TO_DEVICE" size="9">{}</Font>'
TEXT = f'<PartText x="0" y="0" width="9" height="9"><Text>{FONT}</Text></PartText>'
ELLIPSE = '<Ellipse x="0" y="0" width="9" height="9">{}</Ellipse>'
SETTINGS = "<UserConfigurations>{}</UserConfigurations>"
LIST = (
    '<ListConfiguration id="l" displayName="n" defaultValue="{}"><ListOption id="0"/><ListOption id="1"/>'
    "</ListConfiguration>"
)
COLOURS = (
    '<ColorConfiguration id="c" displayName="n" defaultValue="0"><ColorOption id="0" colors="#ffffff"/>'
    "</ColorConfiguration>"
)
READER = '<ScreenReader stringId="a"><Parameter expression=""/></ScreenReader>'
FILL, STROKE = '<Fill color="#ffffff"/>', '<Stroke color="#ffffff" thickness="1"/>'
EMPTY = '<Complication type="SHORT_TEXT"/>'


def only(scene: str = GROUP.format(""), before: str = "") -> Problem:
    [problem] = problems(scene, before)
    return problem


@pytest.mark.parametrize(
    ("scene", "kind", "message"),
    [
        (GROUP.format("").replace("<Group", '<Group pivotX="1.1"'), Kind.VALUE, "a number from 0 to 1"),
        (GROUP.format("").replace("450", "-450"), Kind.VALUE, "a whole number of 0 or more"),
        (GROUP.format("").replace("<Group", '<Group scaleX="NaN"'), Kind.VALUE, "a finite number"),
        (PART.format(ELLIPSE.format("")), Kind.REQUIRED, "at least one of Stroke and Fill"),
        (GROUP.format('<Launch target="nowhere"/>'), Kind.VALUE, "package/activity"),
        (GROUP.format('<Transform target="x" value="1 +"/>'), Kind.EXPRESSION, "at column 4"),
        (GROUP.format(READER), Kind.EXPRESSION, "column 1"),
        (SLOT.format(""), Kind.REQUIRED, "found none for SHORT_TEXT"),
        (SLOT.format(EMPTY).replace('slotId="1"', 'slotId="one"'), Kind.VALUE, "slotId: expected a whole number"),
    ],
)  # fmt: skip
def test_an_error_in_every_version(scene: str, kind: Kind, message: str) -> None:
    errors = [each for each in problems(scene) if each.is_error]
    assert any(each.kind is kind and message in each.message and each.versions == VERSIONS for each in errors), errors
    assert versions(scene) == ()


def test_twice_the_same_option_is_advice_and_twice_the_same_configuration_is_not() -> None:
    twice = LIST.format("1").replace('<ListOption id="0"/>', '<ListOption id="1"/>')
    assert only(before=SETTINGS.format(twice)).kind is Kind.ADVICE
    assert only(before=SETTINGS.format(LIST.format("1") * 2)).kind is Kind.REQUIRED


@pytest.mark.parametrize("value", ["true", "FALSE", "[COMPLICATION.RANGED_VALUE_COLORS_INTERPOLATE]"])
def test_colours_of_a_stroke_are_blended_or_not(value: str) -> None:
    stroke = f'<WeightedStroke colors="#ffffff" thickness="1" interpolate="{value}"/>'
    arc = '<Arc centerX="0" centerY="0" width="9" height="9" startAngle="0" endAngle="9">{}</Arc>'
    assert versions(PART.format(arc.format(stroke))) == (2, 3, 4, 5)
    assert versions(PART.format(arc.format(stroke.replace(value, "perhaps")))) == ()


def test_a_name_may_look_like_no_number() -> None:
    assert problems(GROUP.format("").replace('name="g"', 'name="NaN"')) == []


def test_the_scene_shows_something() -> None:
    assert "found nothing" in only("").message


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("PREVIEW_TIME", ["10:08:32", "9:00:00"], ["10:08", "24:00:00", "noon"]),
        ("CLOCK_TYPE", ["ANALOG", "DIGITAL"], ["analog", "SUNDIAL"]),
        ("STEP_GOAL", ["0", "8000"], ["-1", "many", "1.5"]),
        ("anything", ["x"], []),
    ],
)
def test_metadata_values(key: str, good: list[str], bad: list[str]) -> None:
    meta = '<Metadata key="{}" value="{}"/>'
    assert [text for text in good if problems(before=meta.format(key, text))] == []
    assert [text for text in bad if only(before=meta.format(key, text)).kind is not Kind.REQUIRED] == []


def test_configurations_have_defaults_and_are_declared() -> None:
    assert problems(before=SETTINGS.format(LIST.format("1"))) == []
    assert only(before=SETTINGS.format(LIST.format("2"))).mend == "write one of 0, 1"
    assert "found 'l' again" in only(before=SETTINGS.format(LIST.format("1") * 2)).message
    use = f'<ListConfiguration id="{{}}"><ListOption id="{{}}">{GROUP.format("")}</ListOption></ListConfiguration>'
    declared = SETTINGS.format(LIST.format("1"))
    assert problems(use.format("l", "1"), declared) == []
    assert "has no option '7'" in only(use.format("l", "7"), declared).message
    assert "no configuration is called 'm'" in only(use.format("m", "1"), declared).message
    assert only(use.format("m", "1"), declared).kind is Kind.ADVICE
    wrong = '<BooleanConfiguration id="b" displayName="n" defaultValue="YES"/>'
    assert "TRUE or FALSE" in only(before=SETTINGS.format(wrong)).message


def test_sources_of_a_face_are_declared_and_have_a_place() -> None:
    tinted = GROUP.format("").replace("<Group", '<Group tintColor="[CONFIGURATION.c.{}]"')
    declared = SETTINGS.format(COLOURS)
    assert problems(tinted.format(0), declared) == []
    assert "has no colour 3" in only(tinted.format(3), declared).message
    assert "no configuration is called 'c'" in only(tinted.format(0)).message
    moved = GROUP.format('<Transform target="x" value="[{}]"/>')
    assert "outside a ComplicationSlot" in only(moved.format("COMPLICATION.TEXT")).message
    assert "no version has a source [NOSUCH]" in only(moved.format("NOSUCH")).message
    assert "nothing publishes" in {each.message[:17] for each in problems(moved.format("REFERENCE.r"))}
    assert problems(moved.format("SECOND")) == []


def test_versions_of_sources_and_functions() -> None:
    moved = GROUP.format('<Transform target="x" value="{}"/>')
    assert versions(moved.format("[WEATHER.TEMPERATURE]")) == (2, 3, 4, 5)
    assert versions(moved.format("[MINUTES_SINCE_EPOCH]")) == (3, 4, 5)
    assert versions(moved.format("textLength([DAY_Z])")) == (1, 2, 3, 4, 5)


def test_targets_are_attributes_of_their_element() -> None:
    assert "Group has no attribute 'endAngle'" in only(GROUP.format('<Transform target="endAngle" value="1"/>')).message
    assert problems(GROUP.format('<Variant mode="AMBIENT" target="alpha" value="0"/>')) == []


def test_templates_have_as_many_parameters_as_they_ask_for() -> None:
    text = TEXT.format('<Template>%s:%s<Parameter expression="1"/></Template>')
    assert only(text).message == "the text asks for 2 parameters, and 1 are given"


def test_pictures_are_in_the_folder(tmp_path: Path) -> None:
    shown = IMAGE.format(9, "hand") + IMAGE.format(9, "gone") + IMAGE.format(9, "gone") + IMAGE.format(9, "torn")
    files: dict[str, bytes | str] = {
        "raw/watchface.xml": document(shown + TEXT.format("x").replace("SYNC_TO_DEVICE", "nice")),
        "drawable/hand.png": picture(),
        "drawable/torn.png": picture()[:40],
    }
    gone, torn, font = problems_of(load(folder(tmp_path, files)))
    assert (gone.kind, gone.path) == (Kind.RESOURCE, "WatchFace/Scene/PartImage[2]/Image")
    assert "torn: expected a picture that can be decoded" in torn.message
    assert (font.kind, font.attribute) == (Kind.ADVICE, "family")


def test_what_only_the_reference_validator_refuses_is_strict() -> None:
    both = only(PART.format(ELLIPSE.format(FILL + STROKE)))
    component = only(GROUP.format('<Launch target="com.a.b/com.a.b.Main"/>'))
    unread = only(GROUP.format('<ScreenReader stringId=""/>'))
    assert [each.strict for each in (both, component, unread)] == [True] * 3
    assert versions(PART.format(ELLIPSE.format(FILL + STROKE))) == (1, 2, 3, 4, 5)


def test_what_watches_accept_is_advice() -> None:
    settings = SETTINGS.format(LIST.format("1"))
    bare = '<ListConfiguration id="l"><ListOption id="0"/></ListConfiguration>'
    assert only(bare, settings).kind is Kind.ADVICE
    lower = only(TEXT.format("x").replace("<Text>", '<Text ellipsis="true">'))
    assert lower.kind is Kind.ADVICE
    assert lower.mend == "write TRUE"
    assert only(GROUP.format("").replace("<Group", '<Group renderMode="true"')).kind is Kind.VALUE
