"""The table of elements: what it refuses, in which versions, and how to mend it."""

from __future__ import annotations

import pytest

from bluerill.modalities.screen.wff.parse import parse
from bluerill.modalities.screen.wff.problem import VERSIONS, Kind, Problem, valid_versions
from bluerill.modalities.screen.wff.schema import ELEMENTS, identities, validate
from bluerill.modalities.screen.wff.schema.values import MOST_DIGITS, TYPES
from support.wff_faces import GROUP, PART, document


def found(scene: str = GROUP.format(""), before: str = "", attributes: str = "") -> list[Problem]:
    root = parse(document(scene, before, attributes).encode())
    return [*validate(root), *identities(root)]


def test_a_plain_face_is_valid_in_every_version() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("scene", "kind", "message", "mend", "versions"),
    [
        (GROUP.format("<PartTxt/>"), Kind.TAG, "'PartTxt'", "did you mean PartText?", VERSIONS),
        (GROUP.format("").replace("name=", "nam="), Kind.REQUIRED, "the attribute name", 'add name="…"', VERSIONS),
        (GROUP.format("").replace(" x=", " hight="), Kind.ATTRIBUTE, "'hight'", "did you mean height?", VERSIONS),
        (
            GROUP.format("").replace('x="0"', 'x="1.5"'),
            Kind.VALUE,
            "x: expected a whole number, found '1.5'",
            "",
            VERSIONS,
        ),
        (
            GROUP.format("").replace("<Group", '<Group renderMode="mask"'),
            Kind.VALUE,
            "one of SOURCE, MASK, ALL",
            "write MASK",
            VERSIONS,
        ),
        (
            GROUP.format("").replace("<Group", '<Group blendMode="XOR"'),
            Kind.VERSION,
            "the attribute blendMode of Group needs version 5",
            "declare format version 5, or leave it out",
            {1, 2, 3, 4},
        ),
        (GROUP.format("words"), Kind.TAG, "no text directly inside Group, found 'words'", "remove it", VERSIONS),
        (PART.format(""), Kind.REQUIRED, "at least 1 of Arc or Ellipse", "add <Arc>", VERSIONS),
        ("<Gyro/>", Kind.TAG, "'Gyro'", "move it out of Scene", VERSIONS),
    ],
)
def test_each_kind_of_problem_says_why_and_how(
    scene: str, kind: Kind, message: str, mend: str, versions: set[int]
) -> None:
    [problem] = [each for each in found(scene) if each.kind is kind]
    assert message in problem.message
    assert mend in problem.mend
    assert problem.versions == versions
    assert problem.line == 1
    assert problem.path.startswith("WatchFace/Scene")


def test_versions_are_counted_for_each_problem() -> None:
    arc = '<Arc centerX="0" centerY="0" width="9" height="9" startAngle="0" endAngle="9">{}</Arc>'
    weighted = PART.format(arc.format('<WeightedStroke colors="#ffffff" thickness="1"/>'))
    assert valid_versions(found(weighted)) == (2, 3, 4, 5)
    assert valid_versions(found(PART.format(arc.format("")))) == (2, 3, 4, 5)
    negative = PART.format(arc.format('<Stroke color="#ffffff" thickness="-1"/>'))
    assert valid_versions(found(negative)) == (1, 2, 3)


def test_children_in_stages_keep_their_order() -> None:
    hand = '<SecondHand resource="a" x="0" y="0" width="1" height="1">{}</SecondHand>'
    clock = '<AnalogClock x="0" y="0" width="1" height="1">' + hand + "</AnalogClock>"
    variant = '<Variant mode="AMBIENT" target="alpha" value="0"/>'
    sweep = '<Sweep frequency="2"/>'
    assert found(clock.format(variant + sweep)) == []
    [problem] = found(clock.format(sweep + variant))
    assert "expected Variant before Sweep" in problem.message


def test_names_are_unique_and_exist() -> None:
    condition = (
        '<Condition><Expressions><Expression name="a">1</Expression><Expression name="a">2</Expression></Expressions>'
        f'<Compare expression="b">{GROUP.format("")}</Compare></Condition>'
    )
    twice, nowhere = found(condition)
    assert "'a' again (first in line 1)" in twice.message
    assert nowhere.mend == "write one of a"
    meta = '<Metadata key="k" value="1"/>'
    assert [each.message for each in found(before=meta * 2)] == [
        "expected Metadata keys with different key, found 'k' again (first in line 1)"
    ]


def test_another_root_is_told_at_once() -> None:
    [problem] = validate(parse(b"<Watchface/>"))
    assert problem.kind is Kind.TAG
    assert "found Watchface" in problem.message


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("float", ["1", "-1.5", "1e3", ".5", " 2 ", "NaN", "INF"], ["", "1,5", "0x1", "1f", "infinity", "nan", "１"]),
        ("alpha", ["0", "255", "+7"], ["256", "-1", "1.0", ""]),
        ("share", ["0", "1.0", "0.5"], ["1.01", "-0.1", "NaN"]),
        ("boolean", ["TRUE", "FALSE"], ["true", "1", ""]),
        ("events", ["TAP", "TAP ON_VISIBLE", ""], ["TAB", "tap"]),
        ("palette", ["#ffffff", "#ffffff #00000000"], ["", "#fff", "red", "#ffffff " * 6]),
        ("curve", ["0 0.5 1 1"], ["0 0 0", "0 0 0 0 0", "a b c d"]),
        ("rate", ["1", "60", "15"], ["0", "61", "015"]),
        ("resource", [], []),
    ],
)
def test_a_value_is_of_its_type_in_every_version(name: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if TYPES[name].refused_in(text)] == []
    assert [text for text in bad if TYPES[name].refused_in(text) != VERSIONS] == []


def test_values_whose_type_changed_with_the_version() -> None:
    assert TYPES["size"].refused_in("0") == {4}
    assert TYPES["size"].refused_in("-1") == {4, 5}
    assert TYPES["resource"].refused_in("hand-1") == {5}
    assert TYPES["time-format"].refused_in("hh_10") == {1}
    assert TYPES["time-format"].refused_in("hh_12") == {1, 4, 5}
    assert TYPES["complication"].refused_in("GOAL_PROGRESS") == {1}
    assert TYPES["colour"].refused_in("#fffffff") == {4, 5}
    assert TYPES["colour"].refused_in("[CONFIGURATION.a_b.1]") == set()
    assert TYPES["weights"].refused_in("1 2.5f 3") == set()
    assert TYPES["weights"].refused_in("x") == VERSIONS
    assert TYPES["float"].refused_in("9" * (MOST_DIGITS + 1)) == VERSIONS


def test_every_definition_can_be_reached() -> None:
    reached, waiting = set[str](), ["WatchFace"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(child for child, _ in ELEMENTS[name].children.values())
    assert reached == set(ELEMENTS)
