"""Sequences of a llama model: interrupted at every token in every way, what follows is the same, bit by bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bluerill.bench.scheduler_restore import SAMPLING, STRATEGIES, Run, Subject
from bluerill.bench.tiny_models import Architecture, Shape, write_gguf
from bluerill.kernel.errors import BudgetExceeded, CallerError
from bluerill.models.engines.llama.session import LlamaSession
from bluerill.models.messages import InferStart, Keep, Sampling
from support.model_engines import NOTHING, needs, quantum, to_the_end

pytestmark = needs("llama_cpp", "gguf")
TOKENS = 64


@pytest.fixture(scope="module", params=["llama", "gemma2", "mamba", "lfm2"])
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    architecture: Architecture = request.param
    path = write_gguf(tmp_path_factory.mktemp("gguf") / f"{architecture}.gguf", architecture, Shape(seed=5))
    made = Subject(path, TOKENS, threads=1, prompt=280 if architecture == "gemma2" else 90)
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    made = Subject(write_gguf(tmp_path_factory.mktemp("gguf") / "llama.gguf"), TOKENS, threads=1, prompt=90)
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def whole(subject: Subject) -> Run:
    return subject.whole()


@pytest.mark.parametrize("keep", STRATEGIES)
def test_put_to_rest_at_every_token_of_one_answer(subject: Subject, whole: Run, keep: Keep) -> None:
    run = subject.interrupted(lambda _: keep)
    assert len(whole.tokens) == TOKENS
    assert sum(run.how.values()) == len(whole.tokens) - 1
    assert run.tokens == whole.tokens
    assert run.same(whole)


@pytest.mark.parametrize("keep", STRATEGIES)
def test_put_to_rest_once_at_some_positions(subject: Subject, whole: Run, keep: Keep) -> None:
    """Every position has a run of its own in ``bench.scheduler_restore``."""
    for position in (1, 2, 13, len(whole.tokens) - 1):
        run = subject.interrupted(lambda at, position=position: keep if at == position else None)  # type: ignore[misc]
        assert run.same(whole), position


def test_each_strategy_is_the_one_that_was_asked_for_or_says_so(subject: Subject, whole: Run) -> None:
    stored = "recomputed" if subject.info.architecture == "gemma2" else "restored"
    assert ("store" in subject.info.keeps) == (stored == "restored")
    for keep, how in zip(STRATEGIES, ("kept", stored, "recomputed"), strict=True):
        assert list(subject.interrupted(lambda at, keep=keep: keep if at == 9 else None).how) == [how]  # type: ignore[misc]


def test_a_sliding_window_is_stored_while_it_has_forgotten_nothing(subject: Subject) -> None:
    session, _ = subject.start(subject.prompt[:20], 8)
    session.step(quantum(3))
    assert session.pause("store")[0] == "store"
    subject.intrude()
    assert session.resume() == ("restored", 0)
    ended = to_the_end(session)
    session.close()
    again, _ = subject.start(subject.prompt[:20], 8)
    assert to_the_end(again).tokens[-len(ended.tokens) :] == ended.tokens
    again.close()


def test_graphs_aborted_in_the_middle_change_nothing(subject: Subject, whole: Run) -> None:
    run, hits = subject.aborted(seed=1)
    assert run.same(whole)
    if subject.info.architecture in ("mamba", "lfm2"):
        assert hits == 0  # a recurrent state cannot go back, so its chunk is let finish


def test_a_reused_prefix_is_computed_again_as_it_came_to_be(subject: Subject) -> None:
    plain, dropped, reused = subject.reused()
    assert dropped.same(plain)
    assert reused == (0 if subject.info.architecture in ("mamba", "lfm2") else min(200, len(subject.prompt) - 1))


def test_preempted_while_it_is_computed_again(subject: Subject, whole: Run) -> None:
    session, seen = subject.start(subject.prompt, TOKENS)
    made: list[int] = []
    while len(made) < 10:
        made += session.step(quantum(1)).tokens
    for keep in ("drop", "store", "memory"):
        session.pause(keep)
        subject.intrude()
        session.resume()
        session.step(quantum(1, 0.0))  # one call of the replay, no more
    made += to_the_end(session).tokens
    session.close()
    assert Run(made, seen, {}).same(whole)


def test_a_quantum_ends_at_its_tokens_or_its_time(llama: Subject) -> None:
    session, _ = llama.start(llama.prompt, TOKENS)
    first = session.step(quantum(100, 0.0))
    assert (first.prefilled, first.tokens, session.position) == (64, [], 64)  # one chunk of the batch size
    second = session.step(quantum(100, 0.0))
    assert (second.prefilled, len(second.tokens), session.position) == (26, 1, 90)
    assert len(session.step(quantum(5)).tokens) == 5
    session.close()


def test_the_end_is_the_limit_the_stop_string_or_the_context(llama: Subject) -> None:
    limited, _ = llama.start(llama.prompt, 7)
    step = to_the_end(limited)
    assert (step.finish, len(step.tokens)) == ("length", 7)
    assert limited.usage().generated == 7
    limited.close()

    text = llama.engine.start(InferStart(1, prompt="set a timer", sampling=SAMPLING, max_tokens=30), NOTHING)
    said = to_the_end(text).text
    text.close()
    stop = said[5:9]
    stopped = llama.engine.start(
        InferStart(1, prompt="set a timer", sampling=SAMPLING, max_tokens=30, stop=[stop]), NOTHING
    )
    step = to_the_end(stopped)
    assert (step.finish, step.text) == ("stop", said.partition(stop)[0])
    stopped.close()

    tokens = llama.prompt * 5
    full, _ = llama.start(tokens, 0)
    step = to_the_end(full, 512)
    assert step.finish in ("length", "stop")
    assert full.position <= llama.info.ctx
    full.close()


def test_one_seed_is_one_answer_and_another_seed_another(llama: Subject) -> None:
    def answer(seed: int) -> list[int]:
        sampling = Sampling(temperature=1.2, seed=seed, top_k=0)
        session = llama.engine.start(InferStart(1, tokens=llama.prompt, sampling=sampling, max_tokens=12), NOTHING)
        made = to_the_end(session).tokens
        session.close()
        return made

    assert answer(1) == answer(1) != answer(2)


def test_all_places_taken_is_a_refusal_and_a_paused_one_makes_room(llama: Subject) -> None:
    held = [llama.start(llama.prompt, 4)[0] for _ in range(4)]
    with pytest.raises(BudgetExceeded, match="all 4 sequences"):
        llama.start(llama.prompt, 4)
    held[0].step(quantum(1))
    held[0].pause("store")
    late, _ = llama.start(llama.prompt, 4)
    with pytest.raises(BudgetExceeded):
        held[0].resume()
    late.close()
    assert held[0].resume()[0] == "restored"
    for session in held:
        session.close()


def test_a_prefix_is_copied_while_its_first_user_still_runs(llama: Subject) -> None:
    first, _ = llama.start(llama.prompt, 20, "tools")
    first.step(quantum(3))
    plain, seen_plain = llama.start([*llama.prompt[:70], 5, 6, 7], 20)
    reference = Run(to_the_end(plain).tokens, seen_plain, {})
    second, _ = llama.start([*llama.prompt[:70], 5, 6, 7], 20, "tools")
    assert second.reused_tokens == 70
    made = to_the_end(second).tokens
    assert made[:5] == reference.tokens[:5]
    assert first.step(quantum(3)).tokens
    for session in (first, plain, second):
        session.close()


def test_batched_sequences_say_that_they_are_not_exact_alone(llama: Subject) -> None:
    sessions = [llama.start(llama.prompt[cut:], 6)[0] for cut in (0, 3)]
    for _ in range(3):
        steps = llama.engine.together(sessions, quantum(2))
        assert not any(isinstance(step, Exception) for step in steps)
    assert not any(session.exact for session in sessions)
    alone, _ = llama.start(llama.prompt, 6)
    alone.step(quantum(6))
    assert alone.exact
    for session in [*sessions, alone]:
        session.close()


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (InferStart(1), "one of prompt, tokens and messages"),
        (InferStart(1, prompt="a", tokens=[1]), "one of prompt, tokens and messages"),
        (InferStart(1, tokens=[1] * 600), "1 to 511 tokens, got 600"),
        (InferStart(1, tokens=[-1]), "tokens are 0 to"),
        (InferStart(1, tokens=[1], stop=[""]), "stop strings"),
        (InferStart(1, tokens=[1], sampling=Sampling(temperature=float("nan"))), "temperature"),
        (InferStart(1, tokens=[1], grammar="this is no grammar"), "not GBNF"),
        (InferStart(1, tokens=[1], grammar='root ::= ' + "(" * 5000 + '"a"' + ")" * 5000), "nests at most"),
        (InferStart(1, tokens=[1], processor="nobody"), "no logits processor"),
        (InferStart(1, kind="transcribe"), "cannot transcribe"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(llama: Subject, request_: InferStart, words: str) -> None:
    with pytest.raises(CallerError, match=words):
        llama.engine.start(request_, NOTHING)
    session, _ = llama.start(llama.prompt, 1)  # and no place was lost
    assert isinstance(session, LlamaSession)
    session.close()


def test_a_closed_session_leaves_nothing_behind(llama: Subject, tmp_path: Path) -> None:
    for _ in range(40):
        session, _ = llama.start(llama.prompt, 4)
        session.step(quantum(2))
        session.close()
        session.close()
    assert [llama.engine.context.last_position(slot) for slot in range(4)].count(-1) >= 2
