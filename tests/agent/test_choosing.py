from __future__ import annotations

import pytest

from bluerill.agent.choosing import NEITHER, choice, option, question
from bluerill.agent.messages import PlannedCall
from bluerill.skills.messages import ActionInfo

ALARM = option(PlannedCall("set_alarm"), ActionInfo("set_alarm", "alarms", "Set an alarm."))
TIMER = option(PlannedCall("start_timer"), ActionInfo("start_timer", "timers", "Start a timer. It rings once."))
TWO = [ALARM, TIMER]


def test_the_question_says_what_each_is_for() -> None:
    assert question(TWO) == "Shall I set an alarm, or start a timer?"
    assert question([ALARM, ALARM]) == ""
    assert question([ALARM]) == ""


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("the alarm", 0), ("alarm please", 0), ("set an alarm", 0), ("the first one", 0), ("the former", 0), ("yes", 0),
        ("a timer", 1), ("start the timer", 1), ("the second one", 1), ("the other one", 1), ("2", 1),
        ("neither", NEITHER), ("no", NEITHER), ("never mind", NEITHER),
        ("what time is it", None), ("the alarm or the timer", None), ("", None),
        ("please tell me a story about alarms now", None),
    ],
)  # fmt: skip
def test_an_answer_names_one_of_the_two(text: str, which: int | None) -> None:
    assert choice(text, TWO) == which
