from __future__ import annotations

import asyncio
from typing import Any

from bluerill.agent.messages import (
    Acted,
    GetTurns,
    Hush,
    Plan,
    Planned,
    PlannedCall,
    Press,
    Request,
    Say,
    Show,
    State,
    Turn,
    Turns,
)
from bluerill.agent.plan import Planner
from bluerill.agent.session import SessionService
from bluerill.kernel.errors import CallerError, DeadlineExceeded, PeerRestarted
from bluerill.kernel.message import Body
from bluerill.modalities.gesture.messages import Gestured
from bluerill.modalities.voice.messages import Heard, HeardNothing, HeardPartial, Speaking, SpeechStarted, Woken
from bluerill.skills.messages import Card, Happened, Invoke, Invoked, Undo
from support.lone_port import LonePort, run, send
from support.small_catalogue import CATALOGUE, NOW


class Skills:
    """Plays the skills service: keeps what is set, gives undo tokens, fails where told."""

    def __init__(self) -> None:
        self.done: list[tuple[str, dict[str, Any]]] = []
        self.errors: dict[str, Exception] = {}
        self.ringing: list[str] = []

    def __call__(self, body: Body) -> Body:
        if isinstance(body, Undo):
            self.done.remove(next(each for each in self.done if each[0] == body.action))
            return Invoked(body.action, {}, "Taken back.")
        assert isinstance(body, Invoke)
        if body.action in self.errors:
            raise self.errors[body.action]
        if body.action == "dismiss_ring":
            gone, self.ringing = self.ringing, []
            return Invoked(body.action, {"dismissed": gone}, "")
        if body.action == "snooze_ring":
            return Invoked(body.action, {"snoozed": [body.arguments["id"]]}, "Nine more minutes.")
        self.done.append((body.action, body.arguments))
        card = Card("timer", title="Timer") if body.action == "start_timer" else None
        return Invoked(body.action, {"ok": True, "count": len(self.done)}, f"Did {body.action}.", card, undo="token")


def device(**options: Any) -> tuple[SessionService, LonePort, Skills]:
    planner, skills = Planner(CATALOGUE), Skills()

    def plan(body: Body) -> Body:
        assert isinstance(body, Plan)
        return planner.plan(body.text, NOW, body.context)

    service = SessionService(**options)
    service.port = LonePort("session", {"planner": plan, "skills": skills})
    return service, service.port, skills


def heard(text: str) -> Heard:
    return Heard(1, 1, text, text, 0.9, "pocketsphinx", 1.5, 300.0, 60.0)


def test_a_request_becomes_a_turn_with_calls_reply_card_and_speech() -> None:
    async def test() -> None:
        service, port, skills = device()
        await service.start()
        turn = await send(service, Request("set a timer for ten minutes and turn the volume down"))
        assert isinstance(turn, Turn)
        assert skills.done == [("start_timer", {"duration": "PT10M"}), ("set_volume", {"change": -10})]
        assert turn.outcome == "done"
        assert turn.reply == "Did start_timer. Did set_volume."
        assert turn.planner == "templates"
        assert {"plan_ms", "act_ms", "total_ms"} <= turn.latency.keys()
        assert port.of("web", Say)[-1].text == turn.reply
        assert port.of("screen", Show)[-1].card.kind == "timer"
        assert [state.phase for state in port.of("web", State)] == ["thinking", "acting", "speaking"]
        assert port.of("ears", Speaking)[-1].active
        await port.advance(30)
        assert port.of("web", State)[-1].phase == "idle"
        assert not port.of("ears", Speaking)[-1].active

    run(test)


def asking_device() -> tuple[SessionService, LonePort, Skills]:
    """The planner asks when an alarm has no time."""
    service, port, skills = device()
    inner = port.peers["planner"]

    def plan(body: Body) -> Body:
        assert isinstance(body, Plan)
        if body.text == "wake me":
            return Planned([], "encoder", 0.9, 0.1, "Please tell me the time too.", lacks="set_alarm")
        return inner(body)

    port.peers["planner"] = plan
    return service, port, skills


def test_the_answer_to_a_question_completes_the_request() -> None:
    async def test() -> None:
        service, _port, skills = asking_device()
        await service.start()
        turn = await send(service, Request("wake me"))
        assert isinstance(turn, Turn)
        assert turn.reply == "Please tell me the time too."
        await send(service, Request("at quarter to seven"))
        assert skills.done == [("set_alarm", {"time": "2026-11-20T18:45"})]

    run(test)


def test_a_question_may_be_passed_over_or_answered_too_late() -> None:
    async def test() -> None:
        service, port, skills = asking_device()
        await service.start()
        await send(service, Request("wake me"))
        await send(service, Request("turn the volume down"))
        await send(service, Request("purple"))
        await send(service, Request("wake me"))
        await port.advance(31)
        await send(service, Request("purple"))
        assert skills.done == [("set_volume", {"change": -10})]
        planned = [body.text for _to, body in port.asked if isinstance(body, Plan)]
        assert planned == ["wake me", "turn the volume down", "purple", "wake me", "purple"]

    run(test)


def test_a_correction_takes_the_last_call_back() -> None:
    async def test() -> None:
        service, _port, skills = device()
        await service.start()
        await send(service, Request("set a timer for ten minutes"))
        await send(service, Request("make it fifteen"))
        assert skills.done == [("start_timer", {"duration": "PT15M"})]
        turn = await send(service, Request("cancel that"))
        assert skills.done == []
        assert turn.reply == "Taken back."
        turn = await send(service, Request("cancel that"))
        assert turn.outcome == "refused"
        assert turn.reply == "There is nothing to take back."

    run(test)


def test_context_fades() -> None:
    async def test() -> None:
        service, port, skills = device()
        await service.start()
        await send(service, Request("set a timer for ten minutes"))
        await port.advance(121)
        turn = await send(service, Request("make it fifteen"))
        assert turn.outcome == "refused"
        assert skills.done == [("start_timer", {"duration": "PT10M"})]

    run(test)


def test_errors_become_one_speakable_line_and_other_calls_go_on() -> None:
    async def test() -> None:
        service, _port, skills = device()
        await service.start()
        skills.errors["pause_timer"] = CallerError("There is no timer running.\nsecond line")
        turn = await send(service, Request("pause the timer and mute the sound"))
        assert turn.outcome == "failed"
        assert turn.reply == "Did mute. But I could not pause timer: There is no timer running."
        assert [call.error for call in turn.calls] == ["There is no timer running.", ""]
        skills.errors["mute"] = PeerRestarted("service 'skills' was restarted")
        turn = await send(service, Request("mute"))
        assert turn.reply == "Something broke while I was doing that. Please try again."

    run(test)


def test_a_planner_that_does_not_answer_is_a_fault() -> None:
    async def test() -> None:
        service, port, _skills = device()
        await service.start()

        def late(body: Body) -> Body:
            raise DeadlineExceeded("no answer in 10 s")

        port.peers["planner"] = late
        turn = await send(service, Request("mute"))
        assert (turn.outcome, turn.reply) == ("fault", "That took too long, so I gave up.")

    run(test)


def test_stop_silences_and_dismisses_at_once() -> None:
    async def test() -> None:
        service, port, skills = device()
        await service.start()
        skills.ringing = ["timer:1"]
        turn = await send(service, Request("Stop!"))
        assert [call.name for call in turn.calls] == ["dismiss_ring"]
        assert port.of("web", Hush)[-1].reason == "stop"
        assert skills.ringing == []
        assert not port.of("web", Say)

    run(test)


def test_stop_does_not_wait_for_a_turn_under_way_and_keeps_it_silent() -> None:
    async def test() -> None:
        service, port, skills = device()
        await service.start()
        running = asyncio.ensure_future(send(service, Request("set a timer for ten minutes")))
        await asyncio.sleep(0)
        await send(service, Request("stop"))
        turn = await running
        assert skills.done == [("start_timer", {"duration": "PT10M"})]
        assert turn.reply
        assert not port.of("web", Say)

    run(test)


def test_barge_in_cuts_speech_and_records_what_was_heard() -> None:
    async def test() -> None:
        service, port, _skills = device()
        await service.start()
        await send(service, Request("set a timer for ten minutes and turn the volume down"))
        await port.advance(1.2)
        await send(service, SpeechStarted(1, 2))
        assert port.of("web", Hush)[-1].reason == "barge-in"
        assert port.of("web", State)[-1].phase == "listening"
        turns = await send(service, GetTurns())
        assert isinstance(turns, Turns)
        assert turns.turns[-1].interrupted == "Did start_timer."

    run(test)


def test_a_heard_turn_has_transcript_and_whole_latency() -> None:
    async def test() -> None:
        service, port, _skills = device()
        await service.start()
        await send(service, Woken(1, "okay nabu"))
        await send(service, HeardPartial(1, 1, "set a"))
        await send(service, heard("set a timer for ten minutes"))
        turn = port.of("web", Turn)[-1]
        assert (turn.source, turn.transcript, turn.asr) == ("voice", "set a timer for ten minutes", "pocketsphinx")
        assert turn.latency["total_ms"] >= 360.0
        assert port.of("web", HeardPartial)

    run(test)


def test_what_was_not_heard_is_said_but_silence_is_not_commented() -> None:
    async def test() -> None:
        service, port, _skills = device()
        await service.start()
        await send(service, HeardNothing(1, 1, "mumble", "vocabulary"))
        assert port.of("web", Turn)[-1].outcome == "not-heard"
        assert port.of("web", Say)[-1].text == "Sorry, I didn't catch that."
        spoken = len(port.of("web", Say))
        await send(service, HeardNothing(1, 2, "", "silence"))
        assert len(port.of("web", Say)) == spoken
        assert port.of("web", State)[-1].phase == "idle"

    run(test)


def test_happenings_are_shown_and_said_and_presses_end_them() -> None:
    async def test() -> None:
        service, port, skills = device()
        await service.start()
        await send(service, Happened("timers", "Pizza timer finished.", Card("timer"), ring=True), "skills")
        assert port.of("web", Say)[-1].text == "Pizza timer finished."
        assert port.of("screen", Show) == []  # the glance shows what rings; a card would stay when it is dismissed
        await send(service, Press("snooze", "timer:1"))
        assert ("skills", Invoke("snooze_ring", {"id": "timer:1"})) in port.asked
        assert port.of("web", Say)[-1].text == "Nine more minutes."
        skills.ringing = ["timer:1"]
        await send(service, Press("dismiss"))
        assert skills.ringing == []

    run(test)


def test_fronts_may_be_absent() -> None:
    async def test() -> None:
        service, port, _skills = device(fronts=(), screens=("screen",), ears=())
        port.deaf = {"screen"}
        await service.start()
        turn = await send(service, Request("mute"))
        assert turn.outcome == "done"
        assert port.told == []

    run(test)


def test_hostile_text_is_bounded_and_remembered_turns_are_too() -> None:
    async def test() -> None:
        service, port, _skills = device()
        await service.start()
        turn = await send(service, Request("a" * 1_000_000))
        assert turn.outcome == "refused"
        assert len(turn.text) <= 1001
        turn = await send(service, Request("\ud800 mute"))
        turn.text.encode()
        for _number in range(60):
            await send(service, Request("nothing anyone knows"))
        turns = await send(service, GetTurns(limit=1000))
        assert len(turns.turns) == 50
        assert port.time == 100.0

    run(test)


def test_a_double_tap_dismisses_and_the_glass_is_at_rest() -> None:
    async def test() -> None:
        service, port, skills = device()
        await service.start()
        skills.ringing = ["timer:1"]
        await send(service, Happened("timers", "Your timer finished.", None, ring=True))
        assert port.of("screen", State)[-1].phase == "speaking"
        await send(service, Gestured("double-tap", "touch", 1.0, 0.0, ["dismiss", "yes", "hush"]), "gesture")
        assert skills.ringing == []
        assert port.of("web", Hush)[-1].reason == "dismissed"
        assert port.of("screen", State)[-1].phase == "idle"
        assert port.of("web", Acted)[-1] == Acted("double-tap", "touch", 1.0, "dismiss", 0.0)
        await send(service, Gestured("double-tap", "touch", 1.0, 0.0, ["dismiss", "yes", "hush"]), "gesture")
        assert port.of("web", Acted)[-1].meaning == ""

    run(test)


def test_a_gesture_can_stand_for_any_request() -> None:
    async def test() -> None:
        service, port, skills = device()
        await service.start()
        await send(service, Gestured("star", "stroke", 0.97, 0.0, ["ask set a timer for ten minutes"]), "gesture")
        assert skills.done == [("start_timer", {"duration": "PT10M"})]
        assert port.of("web", Turn)[-1].source == "gesture star"

    run(test)


def undecided_device() -> tuple[SessionService, LonePort, Skills]:
    """The planner cannot tell a timer from an alarm."""
    service, port, skills = device()
    inner = port.peers["planner"]
    options = [
        PlannedCall("set_alarm", {"time": "2026-11-20T17:00"}, purpose="set an alarm"),
        PlannedCall("start_timer", {"duration": "PT5M"}, purpose="start a timer"),
    ]

    def plan(body: Body) -> Body:
        assert isinstance(body, Plan)
        if body.text == "ring at five":
            return Planned([], "encoder", 0.5, 0.1, "Shall I set an alarm, or start a timer?", options=options)
        return inner(body)

    port.peers["planner"] = plan
    return service, port, skills


def test_of_two_close_readings_the_owner_says_which_is_meant() -> None:
    async def test() -> None:
        service, port, skills = undecided_device()
        await service.start()
        turn = await send(service, Request("ring at five"))
        assert isinstance(turn, Turn)
        assert turn.reply == "Shall I set an alarm, or start a timer?"
        assert skills.done == []
        answered = await send(service, Request("the alarm"))
        assert isinstance(answered, Turn)
        assert answered.planner == "choice"
        assert skills.done == [("set_alarm", {"time": "2026-11-20T17:00"})]
        await send(service, Request("the alarm"))  # asked once, answered once
        assert len(skills.done) == 1
        await send(service, Request("ring at five"))
        neither = await send(service, Request("neither"))
        assert isinstance(neither, Turn)
        assert (neither.reply, neither.outcome) == ("All right.", "done")
        await send(service, Request("ring at five"))
        await send(service, Request("turn the volume down"))
        assert skills.done[1:] == [("set_volume", {"change": -10})]
        await send(service, Request("ring at five"))
        await port.advance(31)
        await send(service, Request("the alarm"))
        assert len(skills.done) == 2

    run(test)
