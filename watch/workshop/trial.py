"""Trying a skill package before anybody else does: ``bluerill skills test PATH``.

Each check answers one question and says what it found, line by line. A check that cannot be made here (a tool that is
not installed) says so and fails nothing.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from ...agent.messages import Planned
from ...agent.phrasing import stripped
from ...agent.plan import Planner
from ...agent.templates import Sentence
from ...agent.values.words import tokenize
from ...kernel.errors import BluerillError, CallerError
from ...skills import loader
from ...skills.action import Action
from ...skills.catalogue import fingerprint
from ...skills.derive import actions_of
from ...skills.messages import ActionInfo, Catalogue
from ...skills.testing import NO_ANSWER, NO_PAGE, Bench
from .grants import used
from .guesses import arguments
from .package import Package
from .traffic import FILE, replay

__all__ = ["NOW", "Finding", "trial"]

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=ZoneInfo("Europe/Berlin"))
"""When utterances are said: a Friday afternoon."""
GUESSES = 40
TOOL_WITHIN_S = 300.0
SHOWN = 12
SESSIONS = "tests/sessions"
"""Where a package keeps recordings of sessions (``bluerill record``, or a replay of one with ``-o``)."""


class Finding(msgspec.Struct, omit_defaults=True):
    """One check: ``passed``, ``failed`` or ``skipped``, in a line, with the particulars below it."""

    check: str
    state: Literal["passed", "failed", "skipped"]
    summary: str
    lines: list[str] = []


async def trial(
    package: Package, *, seed: int = 0, tools: bool = True, others: Sequence[ActionInfo] | None = None
) -> AsyncGenerator[Finding, None]:
    """Every check, cheapest first. ``tools``: also run mypy and pytest over the package, where they are installed.
    ``others`` are the actions it must get along with (Bluerill's own, if not given)."""
    if others is None:
        entries = loader.system_entries()
        others = [each.info for entry in entries for each in actions_of(loader.load(entry)).values()]
    clashes = package.clashes([each.name for each in others])
    yield _finding(
        "loads",
        f"{_count(package.skills, 'skill')}, {_count(package.actions, 'action')}",
        [f"action {name!r} is another skill's: this one will be refused" for name in clashes],
    )
    mine = [each.info for each in package.actions.values()]
    infos = [each for each in (*others, *mine) if each.name not in clashes]
    planner = Planner(Catalogue(fingerprint(infos, []), infos, []))
    yield _utterances(package, planner)
    yield _examples(package, planner)
    yield _coverage(package, planner)
    yield _grants(package)
    yield await _answers(package, seed)
    if (package.folder / FILE).is_file():
        yield await _replayed(package)
    for recording in sessions(package):
        yield await _session(package, recording)
    if tools:
        yield _tool(package, "types", "mypy", ["--strict", *package.modules])
        if (package.folder / "tests").is_dir():
            yield _tool(package, "tests", "pytest", ["-q", "--no-header", "-p", "no:cacheprovider", "tests"])


def _finding(check: str, summary: str, wrong: list[str], notes: list[str] | None = None) -> Finding:
    more = [f"and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
    return Finding(check, "failed" if wrong else "passed", summary, [*wrong[:SHOWN], *more, *(notes or [])])


def _count(things: Any, noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _shown(planned: Planned) -> str:
    calls = [f"{c.name}({', '.join(f'{k}={v!r}' for k, v in c.arguments.items())})" for c in planned.calls]
    return " and ".join(calls) or "a refusal"


def _utterances(package: Package, planner: Planner) -> Finding:
    said = package.utterances()
    if said is None:
        return Finding("utterances", "skipped", "no tests/utterances.toml: what people say to it is not tried")
    wrong: list[str] = []
    for each in said.hear:
        if each.call and each.call not in package.actions:
            wrong.append(f"{each.text!r}: no action of this package is named {each.call!r}")
            continue
        planned = planner.plan(each.text, NOW)
        got = [(call.name, call.arguments) for call in planned.calls]
        if got != ([(each.call, each.arguments)] if each.call else []):
            given = ", ".join(f"{k}={v!r}" for k, v in each.arguments.items())
            wanted = f"{each.call}({given})" if each.call else "a refusal"
            wrong.append(f"{each.text!r}: expected {wanted}, got {_shown(planned)}")
    for text in said.no_match.texts:
        planned = planner.plan(text, NOW)
        if any(call.name in package.actions for call in planned.calls):
            wrong.append(f"{text!r}: expected nothing of this package, got {_shown(planned)}")
    return _finding("utterances", f"{len(said.hear)} said, {len(said.no_match.texts)} that are not for it", wrong)


def _examples(package: Package, planner: Planner) -> Finding:
    wrong: list[str] = []
    count = 0
    for name, action in package.actions.items():
        if not action.info.hidden and not action.info.examples:
            wrong.append(f"{name}: has no example; people see examples in the help")
        for text in action.info.examples:
            count += 1
            planned = planner.plan(text, NOW)
            if [call.name for call in planned.calls] != [name]:
                wrong.append(f"{name}: its example {text!r} comes to {_shown(planned)}")
    return _finding("examples", f"{count} examples come to their own action", wrong)


def _coverage(package: Package, planner: Planner) -> Finding:
    """Sentences that no utterance or example uses: not wrong, but nobody has tried them."""
    said = package.utterances()
    texts = [each.text for each in said.hear] if said is not None else []
    texts += [text for action in package.actions.values() for text in action.info.examples]
    reached: set[tuple[str, str]] = set()
    for text in texts:
        for tokens in stripped(tokenize(text)):
            for template in planner.templates.saying(Sentence.of(text, tokens, NOW.date())):
                reached.add((template.action.name, template.text))
    every = [(a.info.name, s.text) for a in package.actions.values() if not a.info.hidden for s in a.info.sentences]
    unsaid = [f"{name}: {text}" for name, text in every if (name, text) not in reached]
    broken = [line for line in planner.templates.problems if any(name in line for name in package.actions)]
    percent = 100 * (len(every) - len(unsaid)) // max(1, len(every))
    summary = f"{percent} % of {_count(every, 'sentence')} are said by an utterance or an example"
    return _finding("sentences", summary, broken, [f"never said: {line}" for line in unsaid[:SHOWN]])


def _grants(package: Package) -> Finding:
    declared = {grant for cls in package.skills for grant in cls.grants}
    declared |= {grant for action in package.actions.values() for grant in action.grants}
    needed = used(package.sources())
    wrong = []
    for grant, place in needed.items():
        kind, _, what = grant.partition(":")
        held = any(each.startswith(f"{kind}:") for each in declared) if what == "*" else grant in declared
        if not held:
            wrong.append(f"{place} uses {grant!r}, which the skill does not declare in 'grants'")
    families = {grant.partition(":")[0] for grant in needed}
    spare = sorted(g for g in declared if g not in needed and not (":" in g and f"{g.partition(':')[0]}:*" in needed))
    notes = [f"declares {g!r}, and no call of it was found" for g in spare if g not in ("screen",) or not families]
    return _finding("grants", f"declares {', '.join(sorted(declared)) or 'nothing'}", wrong, notes)


async def _replayed(package: Package) -> Finding:
    try:
        wrong = await replay(package)
    except BluerillError as error:
        wrong = [str(error)]
    return _finding("traffic", "what it asks of the device, and answers, is what was recorded", wrong)


def sessions(package: Package) -> list[Path]:
    """The recorded sessions that a package has as fixtures, by name."""
    return sorted((package.folder / SESSIONS).glob("*.jsonl"))


async def _session(package: Package, path: Path) -> Finding:
    """A whole session once more, on a device that has the package's skills: what was planned, stored and said is what
    was recorded."""
    from ..recording.entries import read
    from ..recording.replay import messages, replay

    entries = [f"{each.name}={each.value}" for each in (*loader.system_entries(), *package.entries)]

    def work() -> list[str]:
        messages()
        done = replay(read(path), settings={"skills": {"entries": entries}})
        unanswered = [f"nobody could answer: {each}" for each in done.unanswered]
        return [*([done.divergence] if done.divergence else []), *unanswered]

    try:
        wrong = await asyncio.to_thread(work)  # it has a clock, and so a loop, of its own
    except BluerillError as error:
        wrong = [str(error)]
    return _finding(f"session {path.stem}", "what was planned, stored, shown and said is what was recorded", wrong)


async def _answers(package: Package, seed: int) -> Finding:
    """Every action with ordinary and extreme arguments: it answers or refuses, and what it did can be taken back."""
    wrong: list[str] = []
    tried = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = await Bench.of(*package.skills, state=Path(folder))
        try:
            for action in package.actions.values():
                for given in arguments(action, GUESSES, seed):
                    tried += 1
                    line, no = await _answer(bench, action, given)
                    refused += no
                    if line:
                        wrong.append(line)
                        break  # one of an action is enough to mend
        finally:
            await bench.close()
    summary = f"{tried} calls with ordinary and extreme arguments, {refused} refused with a reason (seed {seed})"
    return _finding("arguments", summary, wrong)


async def _answer(bench: Bench, action: Action, given: dict[str, Any]) -> tuple[str, bool]:
    """What was wrong with one call ('' if nothing), and whether it was refused."""
    call = f"{action.info.name}({', '.join(f'{k}={_short(v)}' for k, v in given.items())})"
    try:
        done = await bench.do(action.info.name, **given)
    except CallerError as error:
        return ("" if str(error).strip() else f"{call} refuses without a word"), True
    except BluerillError as error:
        offline = any(each in str(error) for each in (NO_PAGE, NO_ANSWER))  # it passes on what it cannot reach
        return ("" if offline else f"{call}: {error}"), offline
    if not done.speech and not action.info.hidden and done.card is None:
        return f"{call} answers with neither speech nor a card", False
    if done.undo:
        try:
            await bench.undo(done)
        except CallerError:
            return "", False
        except BluerillError as error:
            return f"{call}, taken back: {error}", False
    return "", False


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _tool(package: Package, check: str, tool: str, words: list[str]) -> Finding:
    if importlib.util.find_spec(tool) is None:
        return Finding(check, "skipped", f"{tool} is not installed: pip install {tool}")
    try:
        done = subprocess.run(
            [sys.executable, "-m", tool, *words],
            cwd=package.folder,
            # The package's tests need none of the plugins that happen to be installed beside it.
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=TOOL_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding(check, "failed", f"{tool} did not end within {TOOL_WITHIN_S:g} s")
    # what plugins of pytest warn of is on the other stream, and no verdict
    lines = [line for line in (done.stdout.strip() or done.stderr).splitlines() if line.strip()]
    summary = lines[-1].strip("= ") if lines else f"{tool} said nothing"
    return Finding(check, "failed" if done.returncode else "passed", summary, lines[-20:-1] if done.returncode else [])
