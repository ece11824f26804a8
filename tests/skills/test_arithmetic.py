# ruff: noqa: E501 - tables of cases
"""Arithmetic: exact, bounded, and in people's words."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from bluerill.skills.arithmetic import Uncalculable, calculate
from bluerill.skills.numerals import said, spoken


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2+3*4", 14), ("(2+3)*4", 20), ("2^3^2", 512), ("-2^2", -4), ("2--3", 5), ("10/4", Fraction(5, 2)),
        ("0.1+0.2", Fraction(3, 10)), ("1,000 * 2", 2000), ("1e3", 1000), ("7 mod 3", 1), ("5!", 120), ("3 x 4", 12),
        ("what is twelve times twelve", 144), ("two hundred and five minus six", 199), ("a hundred plus one", 101),
        ("three point one four times two", Fraction(157, 25)), ("fifteen percent of eighty", 12), ("15% of 80", 12),
        ("50 + 20%", 60), ("50 minus ten percent", 45), ("20% of 50%", Fraction(1, 10)), ("half of ten", 5),
        ("two thirds of nine", 6), ("three and a half plus one", Fraction(9, 2)), ("the square root of 144", 12),
        ("square root of 2.25", Fraction(3, 2)), ("the cube root of 27", 3), ("five squared", 25), ("two cubed plus 1", 9),
        ("2 to the power of 10", 1024), ("4 to the power of 0.5", 2), ("2 to the power of -1", Fraction(1, 2)),
        ("ten divided by four", Fraction(5, 2)), ("the sum of 3 and 4", 7), ("the product of 3 and 4", 12),
        ("the difference between 9 and 4", 5), ("negative five plus two", -3), ("twenty-five plus 1", 26),
        ("a dozen times two", 24), ("one million divided by a thousand", 1000), ("how much is 3 + 4?", 7),
        ("six factorial", 720), ("8 over 2", 4), ("3 multiplied by 5", 15),
    ],
)  # fmt: skip
def test_values(text: str, value: Fraction | int) -> None:
    assert calculate(text) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("9**9**9", "too large"), ("10^10^10", "too large"), ("1e9999", "too large"), ("5000!", "too large"),
        ("(10^3000)*(10^3000)", "too large"), ("0.5^99999", "too large"), ("(2^0.5)^100000", "too large"),
        ("1/0", "divided by zero"), ("0^-1", "divided by zero"), ("5 mod 0", "divided by zero"),
        ("(" * 300 + "1" + ")" * 300, "too long|too deeply"), ("(" * 60 + "1" + ")" * 60, "too deeply"),
        ("-" * 100 + "1", "too deeply"), ("2^" * 60 + "1", "too deeply"),
        ("1+" * 300 + "1", "too long"), ("", "nothing to calculate"), ("the", "don't understand|missing"),
        ("two plus", "missing at the end"), ("(2", "not closed"), ("2)", "don't understand"), ("elephant", "understand"),
        ("2 3", "don't understand"), ("__import__('os')", "don't understand"), ("the sum of", "missing"),
        ("the square root of -4", "no real square root"), ("(-8)^0.5", "no real answer"), ("1.5!", "whole numbers"),
        ("\x00", "don't understand"), ("٣+٤", "don't understand"), ("𝟚+𝟚", "don't understand"),
    ],
)  # fmt: skip
def test_what_cannot_be_calculated_is_said_and_soon(text: str, words: str) -> None:
    start = time.perf_counter()
    with pytest.raises(Uncalculable, match=words):
        calculate(text)
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(12), "12"), (Fraction(-1, 2), "minus 0.5"), (Fraction(1, 3), "about 0.3333333333"),
        (Fraction(1234567), "1,234,567"), (Fraction(2) ** 100, "about 1.268 times 10 to the power of 30"),
        (Fraction(10) ** 20, "1 times 10 to the power of 20"), (Fraction(1, 10**9), "1 times 10 to the power of minus 9"),
        (Fraction(0), "0"), (Fraction(100), "100"), (Fraction(1001, 10), "100.1"),
    ],
)  # fmt: skip
def test_numbers_are_said_honestly(value: Fraction, text: str) -> None:
    assert spoken(value) == text
    assert said(value)[1] == (not text.startswith("about"))
