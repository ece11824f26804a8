from __future__ import annotations

from bluerill.agent.decoder import tier
from bluerill.agent.decoder.clauses import MOST_CLAUSES, clauses, segments
from bluerill.agent.messages import Planned, PlannedCall
from bluerill.models.decoder.prompt import Tool

TOOLS = [Tool("weather", "", []), Tool("taxi", "", [])]


def test_clauses_end_where_another_request_may_begin() -> None:
    assert clauses("what is the weather in Rome. And then book a taxi to the airport") == [
        "what is the weather in Rome", "book a taxi to the airport",
    ]  # fmt: skip
    assert clauses("book a taxi to Rome, and tell me the weather there") == [
        "book a taxi to Rome", "tell me the weather there",
    ]  # fmt: skip
    assert clauses("at 2.5 m/s for U.S. dollars") == ["at 2.5 m/s for U.S. dollars"]
    assert clauses("find it. Now.") == ["find it. Now."]
    assert len(clauses(". ".join(["find me a thing"] * 30))) == MOST_CLAUSES
    assert clauses("") == []


def test_clauses_go_to_the_tool_that_serves_each() -> None:
    parts = ["weather in rome", "and in oslo too", "a taxi home", "hello there you"]
    scores = [[0.9, 0.1], [0.95, 0.1], [0.1, 0.9], [0.1, 0.2]]
    assert segments(parts, scores, TOOLS, 0.8) == [
        (0, "weather in rome, and in oslo too", 0.95), (1, "a taxi home, hello there you", 0.9),
    ]  # fmt: skip
    assert segments(parts[:2], scores[:2], TOOLS, 0.8) == [], "one tool's request is not taken apart"


def test_plans_of_clauses_are_one_plan_or_its_question() -> None:
    one = Planned([PlannedCall("weather")], "decoder", 0.9, 0.0, why="a")
    two = Planned([PlannedCall("taxi")], "encoder", 0.7, 0.0, why="b")
    plan = tier.joined([one, two])
    assert ([call.name for call in plan.calls], plan.confidence, plan.why) == (["weather", "taxi"], 0.7, "a; then b")
    question = Planned([], "decoder", 0.8, 0.0, "Please tell me the city too.", lacks="weather")
    assert tier.joined([one, question]) is question
