from __future__ import annotations

import pytest

from bluerill.agent.messages import PlannedCall
from bluerill.agent.plan import Planner
from bluerill.bench import plan, plan_home, plan_values
from bluerill.bench.catalogue import NOW, device_catalogue
from bluerill.bench.figures import percentile, share, wilson
from bluerill.bench.plan_home import Case, correct

DATA = plan.data_folder()
needs_data = pytest.mark.skipif(DATA is None, reason="public data is absent (BLUERILL_DATA)")


def test_wilson_knows_its_textbook_values() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)
    assert share(1, 2)["accuracy"] == 0.5
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([], 0.5) == 0.0


@pytest.mark.parametrize(
    ("intent", "slots", "call", "right"),
    [
        ("HassStartTimer", {"minutes": 5}, PlannedCall("start_timer", {"duration": "PT5M"}), True),
        ("HassStartTimer", {"minutes": 5}, PlannedCall("start_timer", {"duration": "PT5M", "label": "x"}), False),
        ("HassDecreaseTimer", {"minutes": 5}, PlannedCall("adjust_timer", {"change": "PT5M"}), False),
        ("HassCancelTimer", {"start_hours": 1}, PlannedCall("cancel_timer", {"label": "one hour"}), True),
        ("HassSetVolumeRelative", {"volume_step": "up"}, PlannedCall("set_volume", {"change": -10}), False),
        ("HassGetWeather", {"name": "London"}, PlannedCall("get_weather", {"place": "london"}), True),
    ],
)
def test_a_case_is_right_only_with_its_arguments(
    intent: str, slots: dict[str, object], call: PlannedCall, right: bool
) -> None:
    assert correct(Case("", intent, slots, ""), [call]) is right
    assert not correct(Case("", intent, slots, ""), [call, call])
    assert not correct(Case("", intent, slots, ""), [])


@needs_data
def test_the_aim_is_met_on_home_assistants_sentences() -> None:
    assert DATA is not None
    figures = plan.measure_home(Planner(device_catalogue()), DATA).result()
    assert figures["total"]["n"] > 300
    assert figures["total"]["accuracy"] >= plan.AIM, figures["misses"]
    assert sum(figures["skipped"].values()) < 200


@needs_data
def test_out_of_scope_requests_are_refused() -> None:
    assert DATA is not None
    planner = Planner(device_catalogue())
    assert planner.templates.problems == []
    figures = plan.measure_refusal(planner, DATA).result()
    assert figures["total"]["accuracy"] >= 0.97, figures["misses"]


@needs_data
def test_values_are_read_as_recognizers_text_specifies() -> None:
    assert DATA is not None
    cases = [case for case in plan_values.cases(DATA / "recognizers_text_en") if not case.skipped]
    right = sum(plan_values.correct(case) for case in cases)
    assert right / len(cases) >= 0.78


@needs_data
def test_skipped_cases_say_why() -> None:
    assert DATA is not None
    reasons = {case.skipped for case in plan_home.cases(DATA / "ha_intents_en" / "tests" / "en")}
    assert "names another media player" in reasons


def test_the_skills_own_examples_are_planned() -> None:
    figures = plan.measure_examples(Planner(device_catalogue())).result()
    assert figures["total"]["accuracy"] == 1.0, figures["misses"]


@needs_data
def test_the_readers_meet_the_aim_on_what_they_cover() -> None:
    assert DATA is not None
    figures = plan.measure_values(DATA).result()
    assert figures["total"]["n"] > 500
    assert figures["total"]["accuracy"] >= plan.AIM, figures["misses"]


SYSTEM = Planner(device_catalogue())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cancel timer", [("cancel_timer", {})]),
        ("cansel timer", [("cancel_timer", {})]),
        ("cancel timers", [("cancel_timer", {"all": True})]),
        ("cancel all timers", [("cancel_timer", {"all": True})]),
        ("turn the timer for five minutes", [("start_timer", {"duration": "PT5M"})]),
        ("what's the date it", [("get_date", {})]),
        ("turn the volume of", []),
        ("turn the volume", []),
        ("my luggage is lost", []),
        ("cancel the timer and start a new one for 3 minutes", [("cancel_timer", {}), ("start_timer", {"duration":
         "PT3M"})]),
        ("turn down the brightness and the volume", [("set_brightness", {"change": -15}), ("set_volume", {"change":
         -10})]),
        ("add milk and eggs to my list", [("add_to_list", {"item": "milk and eggs"})]),
        ("remind me to stop the car and take a picture", [("add_reminder", {"text": "stop the car and take a picture"}
         )]),
    ],
)  # fmt: skip
def test_the_devices_own_catalogue(text: str, expected: list[tuple[str, dict[str, object]]]) -> None:
    assert [(call.name, call.arguments) for call in SYSTEM.plan(text, NOW).calls] == expected
