from __future__ import annotations

import pytest

from bluerill.agent.wordings import stops


@pytest.mark.parametrize(
    ("text", "silences"),
    [
        ("stop", True),
        ("Will you shut up!", True),
        ("please would you shut up now", True),
        ("I need you to stop talking", True),
        ("stop speaking", True),
        ("turn it off", True),
        ("please turn it off", False),  # the light of the sentence before, perhaps
        ("stop the timer", False),
        ("tell me to stop", False),
        ("please", False),
        ("", False),
    ],
)
def test_politeness_around_it_still_asks_for_silence(text: str, silences: bool) -> None:
    assert stops(text) == silences
