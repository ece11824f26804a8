"""The call as its owner is shown it."""

from __future__ import annotations

import pytest

from bluerill.skills.policy import literal


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-21T07:00", "Saturday, 21 November 2026, 7:00"),
        ("2026-11-21T19:30:05", "Saturday, 21 November 2026, 19:30:05"),
        ("2026-11-21", "Saturday, 21 November 2026"),
        ("2026-02-31", "2026-02-31"),
        ("on 2026-11-21", "on 2026-11-21"),
        ("2026-11-21T07:00Z", "2026-11-21T07:00Z"),
        (True, "True"),
    ],
)
def test_a_moment_is_shown_with_its_weekday_and_all_else_to_the_letter(value: object, shown: str) -> None:
    assert literal("add_event", {"start": value}) == ["add event", f"start: {shown}"]
