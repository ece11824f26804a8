"""What each kind of job asks for, in which order, and what it makes of the answers: generators, driven by hand."""

from __future__ import annotations

from typing import Any

import pytest

from bluerill.agent.jobs import acts
from bluerill.agent.jobs.job import Job, Outcome, Step, Steps
from bluerill.agent.jobs.kinds import KINDS, job_of
from bluerill.agent.jobs.summarise import PORTION
from bluerill.kernel.errors import CallerError


def drive(job: Job, answers: list[Any]) -> tuple[list[Step], Outcome]:
    """Send the answers in order; the steps that were taken, and the outcome."""
    steps = job.steps()
    taken = [next(steps), *(steps.send(answer) for answer in answers[:-1])]
    return taken, _end(steps, answers[-1])


def _end(steps: Steps, answer: Any) -> Outcome:
    with pytest.raises(StopIteration) as stop:
        steps.send(answer)
    outcome = stop.value.value
    assert isinstance(outcome, Outcome)
    return outcome


CLAIMED = acts.Claimed("", "/r/a.wav", "/r/a.wav.txt", 100, 20.0, "s")


def test_a_recording_is_heard_piece_by_piece_from_where_the_last_one_ended() -> None:
    taken, outcome = drive(
        job_of("transcribe", {"file": "/r/a.wav"}),
        [
            CLAIMED,
            acts.Piece("", 8.0, 30, 5, True, True, "sphinx"),
            acts.Piece("", 15.5, 30, 0, False, False, ""),
            acts.Piece("", 20.0, 60, 0, True, False, "sphinx"),
            acts.Headed("", "0:00:00  set a timer"),
        ],
    )
    hears = [step.act for step in taken if isinstance(step.act, acts.Hear)]
    assert [(act.start_s, act.written) for act in hears] == [(0.0, 0), (8.0, 30), (15.5, 30)]
    assert [(step.done, step.total) for step in taken[1:]] == [(0, 20), (8, 20), (15.5, 20), (20, 20)]
    assert outcome.said == "The recording a.wav is written down: 5 words; 1 of 2 pieces were not understood."
    assert outcome.value["engine"] == "sphinx"
    assert outcome.lines == ["0:00:00  set a timer"]


def test_a_piece_that_gets_nowhere_does_not_stop_the_job() -> None:
    steps = job_of("transcribe", {"file": "/r/a.wav"}).steps()
    next(steps)
    steps.send(CLAIMED)
    step = steps.send(acts.Piece("", 0.0, 0))
    assert isinstance(step.act, acts.Hear)
    assert step.act.start_s > 0


def infer(**more: Any) -> Job:
    return job_of("infer", {"model": "m", "input": "/i", "output": "/o", **more})


def test_prompts_are_answered_line_by_line() -> None:
    taken, outcome = drive(
        infer(),
        [
            CLAIMED,
            acts.Chosen("", "m"),
            acts.Completed("", 40, 10, 3),
            acts.Completed("", 80, 25, 0, "no prompt"),
            acts.Completed("", 80, 25, end=True),
        ],
    )
    lines = [step.act for step in taken if isinstance(step.act, acts.Complete)]
    assert [(act.at, act.written) for act in lines] == [(0, 0), (40, 10), (80, 25)]
    assert outcome.value == {"output": "/r/a.wav.txt", "prompts": 2, "failed": 1, "tokens": 3, "model": "m"}
    assert outcome.said == "1 prompts of a.wav are answered, 1 failed."


def test_a_model_that_fails_every_prompt_ends_the_job_early() -> None:
    steps = infer().steps()
    next(steps)
    steps.send(CLAIMED)
    steps.send(acts.Chosen("", "m"))
    for at in range(1, 5):
        steps.send(acts.Completed("", at, at, 0, "no such model"))
    with pytest.raises(CallerError, match="the first 5 prompts all failed, the last because: no such model"):
        steps.send(acts.Completed("", 5, 5, 0, "no such model"))


def page(*texts: str, more: bool = False) -> acts.Gathered:
    return acts.Gathered("", [acts.Document(text[:4], text) for text in texts], more)


def test_notes_are_summarised_in_portions_and_these_once_more() -> None:
    first, second = "n" * (PORTION - 200), "m" * 400
    taken, outcome = drive(
        job_of("summarise", {}),
        [
            page(first, more=True),
            page(second),
            acts.Chosen("", "lm"),
            acts.Wrote("", "one"),
            acts.Wrote("", "two"),
            acts.Wrote("", "both"),
        ],
    )
    gathers = [step.act for step in taken if isinstance(step.act, acts.Gather)]
    assert [act.after for act in gathers] == ["", "nnnn"]
    writes = [step.act for step in taken if isinstance(step.act, acts.Write)]
    assert [act.text for act in writes] == [f"- {first}", f"- {second}", "- one\n- two"]
    assert outcome.said == "both"
    assert outcome.value["by"] == "lm"


def test_summaries_that_do_not_get_shorter_are_cut_not_joined_for_ever() -> None:
    steps = job_of("summarise", {}).steps()
    next(steps)
    steps.send(page(*(f"{at}" * (PORTION - 100) for at in range(3))))
    step = steps.send(acts.Chosen("", "lm"))
    for _ in range(20):
        try:
            step = steps.send(acts.Wrote("", "x" * (PORTION - 10)))
        except StopIteration:
            return
        assert isinstance(step.act, acts.Write)
    pytest.fail("it never ends")


def test_without_a_model_notes_are_picked_and_that_is_said() -> None:
    _, outcome = drive(job_of("summarise", {}), [page("cake on friday", "buy eggs for the cake"), acts.Chosen("", "")])
    assert outcome.value["by"] == "extract"
    assert outcome.said.startswith("No model that writes is here, so I picked 2 of 2 notes")


def test_nothing_to_summarise_is_said() -> None:
    steps = job_of("summarise", {"source": "reminders"}).steps()
    next(steps)
    with pytest.raises(CallerError, match="there are no reminders"):
        steps.send(page())


def test_the_index_learns_in_batches_and_forgets_what_is_gone() -> None:
    taken, outcome = drive(
        job_of("index", {}),
        [
            acts.Chosen("", "vec"),
            page(*(f"{at:04} note" for at in range(10))),
            page("0001 reminder"),
            acts.Learned("", 8),
            acts.Learned("", 1, 1),
            acts.Pruned("", 1),
            acts.Learned("", 1),
            acts.Pruned(""),
        ],
    )
    learns = [step.act for step in taken if isinstance(step.act, acts.Learn)]
    assert [(act.source, len(act.documents), act.model) for act in learns] == [
        ("notes", 8, "vec"), ("notes", 2, "vec"), ("reminders", 1, "vec"),
    ]  # fmt: skip
    prunes = [step.act for step in taken if isinstance(step.act, acts.Prune)]
    assert len(prunes[0].keep) == 10
    assert outcome.value == {"texts": 11, "new": 10, "gone": 1, "by": "vec"}


@pytest.mark.parametrize(
    ("kind", "given", "why"),
    [
        ("paint", {}, "no job is of kind 'paint'; there are transcribe, summarise, index, infer, pull"),
        ("infer", {"model": "m", "input": "/i"}, "missing required field `output`"),
        ("infer", {"model": "", "input": "/i", "output": "/o"}, "infer needs a model"),
        ("infer", {"model": "m", "input": "/i", "output": "/o", "max_tokens": 0}, "max_tokens is 1 to 8192"),
        ("summarise", {"source": "mail"}, "Invalid enum value 'mail'"),
        ("index", {"colour": "red"}, "unknown field `colour`"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_one_line(kind: str, given: dict[str, Any], why: str) -> None:
    with pytest.raises(CallerError, match=why.replace("(", r"\(")):
        job_of(kind, given)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)
def test_every_kind_says_what_it_is_and_what_it_takes(kind: type[Job]) -> None:
    import msgspec

    assert kind.summary
    assert {field.name for field in msgspec.structs.fields(kind)} <= {*kind.helps, "source"}
    assert set(kind.paths) <= {field.name for field in msgspec.structs.fields(kind)}


def test_an_answer_of_another_act_is_not_taken_for_this_ones() -> None:
    act = acts.Gather("notes", "")
    answer = {"documents": [{"id": "1", "text": "x"}], "more": False}
    assert acts.remembered(act, act.mark, answer) == acts.Gathered("", [acts.Document("1", "x")])
    assert acts.remembered(acts.Gather("notes", "1"), act.mark, answer) is None
    assert acts.remembered(act, act.mark, {"documents": 3}) is None


def test_a_model_comes_in_parts_until_it_is_whole() -> None:
    taken, outcome = drive(
        job_of("pull", {"model": "tiny"}),
        [acts.Fetched("", False, 10, 40), acts.Fetched("", False, 30, 40), acts.Fetched("", True, 40, 40)],
    )
    assert [(step.act, step.done, step.total) for step in taken] == [
        (acts.Fetch("tiny", 0), 0, 0), (acts.Fetch("tiny", 1), 10, 40), (acts.Fetch("tiny", 2), 30, 40),
    ]  # fmt: skip
    assert outcome.said == "The model tiny is here and can be used."
    with pytest.raises(CallerError, match="takes the name of a card"):
        job_of("pull", {"model": "https://example.org/x"})
