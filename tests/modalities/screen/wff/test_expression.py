"""The expression language: what is read, what it is worth, what it depends on, and since which version."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from bluerill.modalities.screen.wff.expression import (
    Colour,
    ExpressionError,
    Type,
    Value,
    compile,  # noqa: A004
    template,
)

NOW: dict[str, Value] = {
    "UTC_TIMESTAMP": 1_764_100_000_123,  # 2025-11-25 19:46:40.123 UTC
    "TIMEZONE_ID": "Europe/London",
    "LANGUAGE_LOCALE_NAME": "en_GB",
    "HOUR_0_23": 19,
    "HEART_RATE": None,
    "CONFIGURATION.show": "TRUE",
    "COMPLICATION.TITLE": "",
    "CONFIGURATION.theme.0": Colour(255, 0, 128, 255),
}


def value(text: str) -> Value:
    return compile(text).evaluate(NOW)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 + 2 * 3", 7),
        ("10 - 4 - 3", 3),
        ("2 * 3 % 4", 2),
        ("-7 % 3", -1),
        ("7 / 2", 3.5),
        ("3 - -5", 8),
        ("-(-2)", 2),
        ("(5/90) * clamp(100, 0, 90)", 5.0),
        ("1 < 2 && 2 >= 2 || 0", True),
        ("!0", True),
        ("~5", -6),
        ("6 & 3 | 8", 10),
        ("false ? 1 : true ? 2 : 3", 2),
        ("[HEART_RATE] != null ? [HEART_RATE] : \"--\"", "--"),
        ("[COMPLICATION.TITLE] != null", True),
        ("[COMPLICATION.TEXT] != null", False),
        ("[CONFIGURATION.show] == \"TRUE\" && [HOUR_0_23] > 12", True),
        ("[CONFIGURATION.show] == true", True),
        ("[HOUR_0_23] == \"19\"", True),
        ("\"a\" + 1", "a1"),
        ("subText(\"Thursday\", 0, 3)", "Thu"),
        ("textLength(\"abc\")", 3),
        ("numberFormat(\"#,##0.0\", 1234.25)", "1,234.2"),
        ("round(2.5) + round(-2.5)", 1),
        ("floor(-1.5)", -2),
        ("fract(-0.25)", 0.75),
        ("cbrt(27)", 3.0),
        ("deg(PI)", 180.0),
        ("log10(1000)", 3.0),
        ("#ff0000", Colour(255, 255, 0, 0)),
        ("#80ff0000", Colour(128, 255, 0, 0)),
        ("Navy", Colour(255, 0, 0, 128)),
        ("colorRgb(0, 300, -1)", Colour(255, 0, 255, 0)),
        ("extractColorFromColors(#000000 #ffffff, true, 0.5)", Colour(255, 128, 128, 128)),
        ("extractColorFromColors(#000000 #ffffff, false, 0.6)", Colour(255, 255, 255, 255)),
        ("extractColorFromWeightedColors(#000000 #ffffff, 3 1, false, 0.7)", Colour(255, 0, 0, 0)),
        ("greeting", "greeting"),
        ("icuText(\"EEE d MMM yyyy, HH:mm:ss.SSS\")", "Tue 25 Nov 2025, 19:46:40.123"),
        ("icuText(\"h 'o''clock' a\", 0)", "1 o'clock AM"),
        ("icuBestText(\"yyyyMMMd\")", "Nov 25, 2025"),
    ],
)  # fmt: skip
def test_what_an_expression_is_worth(text: str, wanted: Value) -> None:
    assert value(text) == wanted
    assert type(value(text)) is type(wanted)


@pytest.mark.parametrize("text", ["0 / 0", "3 % 0", "sqrt(-1)", "asin(2)", "log(-1)"])
def test_what_has_no_answer_is_nan(text: str) -> None:
    found = value(text)
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize(
    ("text", "column"),
    [("", 1), ("1 +", 4), ("- -2", 3), ("(1", 3), ("1 2 +", 6), ("3e-1", 2), ("#00808g", 1), ("sin(", 5), ("[", 1),
     ("1 ? 2", 6), ("1 < 2 < 3", 7), ("nosuch(1)", 1), ("1 + clamp(1, 2)", 5), ("a = b", 3), ("'a'", 1)],
)  # fmt: skip
def test_what_is_none_is_refused_at_its_column(text: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile(text)
    assert caught.value.column == column
    assert str(caught.value).startswith("expected ")


def test_sources_types_and_versions() -> None:
    one = compile("[HOUR_0_23] * 30 + [MINUTE] / 2")
    assert one.sources == {"HOUR_0_23", "MINUTE"}
    assert (one.type, one.is_constant) == (Type.NUMBER, False)
    assert compile("1 + 2").is_constant
    assert compile('icuText("HH:mm")').sources == {"HOUR_0_23", "MINUTE"}
    assert compile('icuText("HH:mm")').named == set()
    assert compile("[WEATHER.HOURS.3.TEMPERATURE]").versions == {2, 3, 4, 5}
    assert compile("[SECONDS_SINCE_EPOCH] + colorRgb(1,2,3)").versions == {4, 5}
    assert compile('icuText("HH", 0)').versions == {2, 3, 4, 5}
    with pytest.raises(ExpressionError, match="version 1"):
        compile("[WEATHER.CONDITION]", 1)
    assert compile("[REFERENCE.x]", 4).type is Type.ANY
    assert compile("[DAY_OF_WEEK_S]").type is Type.TEXT


def test_doubts_about_types_are_told() -> None:
    assert compile('sin("abc")').warnings == ("argument 1 of sin should be a number, and is a text",)
    assert compile("#ff0000 * 2").warnings
    assert not compile('[STEP_COUNT] > 100 ? "ok" : "--"').warnings


def test_templates() -> None:
    found = template("%s:%02d, %.1f %% of %2$s", ["[HOUR_0_23]", "7", "55.55"])
    assert found.render(NOW) == "19:07, 55.6 % of 7"
    assert found.slots == 3
    assert template("%.1f", ["0.25"]).render({}) == "0.3"
    assert found.sources == {"HOUR_0_23"}
    assert template("%s %s", ["1"]).render(NOW) == "1 "
    assert template("%5s|%-5s|%+d|%,d", ["1", "2", "3", "12345"]).render(NOW) == "    1|2    |+3|12,345"


def test_the_labelled_expressions_of_the_reference_validator(data: Path) -> None:
    cases = [json.loads(line) for line in (data / "wff_validator_cases" / "expressions.jsonl").read_text().splitlines()]
    wrong = []
    for case in cases:
        try:
            compile(case["expr"]).evaluate(NOW)
        except ExpressionError:
            wrong += [case] if case["valid"] else []
        else:
            wrong += [] if case["valid"] else [case]
    assert len(cases) > 50
    assert not wrong
