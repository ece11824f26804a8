"""Follow-ups, corrections and several requests in a sentence: ``python -m bluerill.bench.dialogues [--misses]``.

``dialogues.txt`` was written for this project, in the manner of the public sets and with none of their sentences; the
file says in which form. Rules were extended with its misses in view, so its figure says what is covered;
``dialogues_apart.txt`` was written later and is not looked at for that, so its figure says more. Right is only what is
exact: all calls, in order, with all arguments and no others; texts count by their words, without articles; a question
about the world may be refused or put to ``answer``. The
templates and both tiers are measured, since the second must not cost the first anything.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from ..agent.messages import Planned, PlannedCall
from ..agent.plan import Planner
from ..agent.values.words import words
from .catalogue import NOW, device_catalogue
from .figures import share

__all__ = ["Dialogue", "dialogues", "main", "measure", "right"]

ANSWER = "answer"
FILE = Path(__file__).with_name("dialogues.txt")
APART = Path(__file__).with_name("dialogues_apart.txt")
UNDO, REFUSAL = "undo", "-"
_ARTICLES = frozenset(["the", "a", "an", "my"])
Plan = Callable[[str, datetime, Sequence[PlannedCall]], Planned]


class Dialogue(NamedTuple):
    """What was said, oldest first, and what the last of it must lead to: (action, arguments) each. ``group`` is the
    heading it stands under."""

    said: list[str]
    calls: list[tuple[str, dict[str, Any]]]
    undo: bool
    group: str

    @property
    def actions(self) -> set[str]:
        return {name for name, _ in self.calls}


def dialogues(file: Path = FILE) -> Iterator[Dialogue]:
    """The dialogues of a file. Raises ValueError naming a line that is none."""
    group = ""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            group = line.lstrip("# ") if line.startswith("# ") else group
            continue
        said, arrow, wanted = line.partition(" => ")
        if not arrow:
            raise ValueError(f"{file.name}:{number}: expected 'said => calls', got {line[:60]!r}")
        parts = [each.strip() for each in wanted.split(" ; ")]
        calls = [] if parts[0] in (UNDO, REFUSAL) else [_call(each, f"{file.name}:{number}") for each in parts]
        yield Dialogue([each.strip() for each in said.split(" | ")], calls, parts[0] == UNDO, group)


def _call(text: str, where: str) -> tuple[str, dict[str, Any]]:
    name, *rest = shlex.split(text)
    arguments: dict[str, Any] = {}
    for each in rest:
        key, equals, value = each.partition("=")
        if not equals:
            raise ValueError(f"{where}: expected argument=value, got {each!r}")
        arguments[key] = _value(value)
    return name, arguments


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float) else text  # a bool is an int


def right(dialogue: Dialogue, planned: Planned) -> bool:
    """Whether the last sentence led to exactly what it must."""
    if not dialogue.calls and planned.calls and all(call.name == ANSWER for call in planned.calls):
        return not dialogue.undo
    if planned.undo != dialogue.undo or len(planned.calls) != len(dialogue.calls):
        return False
    made = [(call.name, call.arguments) for call in planned.calls]
    return all(
        name == wanted and arguments.keys() == some.keys() and all(_same(arguments[key], some[key]) for key in some)
        for (name, arguments), (wanted, some) in zip(made, dialogue.calls, strict=True)
    )


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str | int | float) and not isinstance(other, bool):
        return one == str(other) or _plain(one) == _plain(str(other))
    return type(one) is type(other) and bool(one == other) if isinstance(other, bool) else bool(one == other)


def _plain(text: str) -> list[str]:
    return [word for word in words(text) if word not in _ARTICLES]


def played(dialogue: Dialogue, plan: Plan) -> Planned:
    """The plan of the last sentence, after the sentences before it were carried out."""
    context: list[PlannedCall] = []
    for text in dialogue.said[:-1]:
        context = plan(text, NOW, context).calls or context
    return plan(dialogue.said[-1], NOW, context)


def measure(plan: Plan, offered: set[str], file: Path = FILE) -> dict[str, Any]:
    """Shares by heading and in all, with the misses; a dialogue about an action not ``offered`` is left out."""
    good: Counter[str] = Counter()
    n: Counter[str] = Counter()
    misses: list[str] = []
    left_out = 0
    for dialogue in dialogues(file):
        if not dialogue.actions <= offered:
            left_out += 1
            continue
        planned = played(dialogue, plan)
        n[dialogue.group] += 1
        if right(dialogue, planned):
            good[dialogue.group] += 1
        else:
            got = "undo" if planned.undo else [(call.name, call.arguments) for call in planned.calls]
            misses.append(f"{' | '.join(dialogue.said)}: {got}")
    groups = {group: share(good[group], n[group]) for group in n}
    return {"total": share(good.total(), n.total()), "groups": groups, "left_out": left_out, "misses": misses}


def tiers() -> dict[str, tuple[Plan, set[str]]]:
    """The planners to measure, by name, each with the actions that it offers."""
    planner = Planner(device_catalogue())
    offered = {action.name for action in planner.actions.values() if not action.hidden}
    found: dict[str, tuple[Plan, set[str]]] = {"templates": (planner.plan, offered)}
    try:
        from ..models.encoder.network import Network, shipped
        from .plan_tiers import Both
    except ImportError:  # without the extra there is no encoder, and the watch has the templates alone
        return found
    both = Both(Network(shipped()))
    found["together"] = (lambda text, now, context: both.plan(text, now, context).together), offered
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m bluerill.bench.dialogues", description="How well dialogues are planned."
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--misses", action="store_true", help="also what was missed")
    options = parser.parse_args(arguments)
    figures = {
        f"{name}, {file.name}": measure(plan, offered, file)
        for name, (plan, offered) in tiers().items()
        for file in (FILE, APART)
    }
    if options.json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return 0
    for name, part in figures.items():
        total = part["total"]
        sys.stdout.write(
            f"{name}: {total['accuracy']:.1%} exact of n={total['n']} dialogues, "
            f"95 % {total['low']:.1%}-{total['high']:.1%}; {part['left_out']} about actions not on offer\n"
        )
        for group, row in part["groups"].items() if len(part["groups"]) > 1 else ():
            sys.stdout.write(f"  {group[:60]:60} {row['accuracy']:7.1%}  n={row['n']}\n")
        if options.misses:
            sys.stdout.writelines(f"    missed: {miss}\n" for miss in part["misses"])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
