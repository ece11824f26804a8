"""What the tiers of the planner make of people's requests: ``python -m bluerill.bench.plan_tiers [--misses N]``.

Three planners on the same sentences: the templates, the encoder, and both as the device has them. The sentences are
the *dev* parts of public sets; none of them was trained on. Some of the misses were looked at while the rules that read
values were written, so that exact calls say what is covered, not quite how well it generalises. ``intents.toml``
says which action serves an intent.

- *action*: of the requests that an action on offer serves, those for which it (or another that the intent's rules name)
  was chosen, also when a value is missing and is asked for, or when the device asks which of two is meant;
- *refused*: of the requests that none serves, those without a call, or left to ``answer``;
- *exact*: of the served requests whose entities were annotated, those with the right action and all arguments. The
  right arguments are what the same rules read in the annotated words; nothing found in some of them is a miss;
- Home Assistant's sentences and the skills' own examples are what templates are written for: together nothing of it may
  be lost;
- *intent* (Snips): the likeliest of the seven labels that these seven intents have;
- *arguments F1*: of the annotated calls, over single arguments (of Snips only the weather's slots);
- *several*: of two annotated requests in one sentence ("… and …"), those that became both calls;
- *AUROC*: how well a tier's confidence tells what is served from what is not.

``--report`` writes these figures as a page with pictures of what was taken for what, ``--folder`` measures a model that
is not shipped. Every share has its n and 95 % Wilson interval.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections import Counter
from collections.abc import Callable, Container, Sequence
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from ..agent.encoder import tier
from ..agent.encoder.filling import filled
from ..agent.encoder.labels import read_label, spans_of, tag_of
from ..agent.messages import Encoded, Planned, PlannedCall, Sighted
from ..agent.plan import Planner
from ..agent.values.words import tokenize, words
from ..models.encoder.network import Network, shipped
from . import plan_home
from .catalogue import NOW, device_catalogue
from .figures import auroc, percentile, share
from .plan import REFUSALS, needed_data
from .plan_report import write_report
from .planner_examples import Example, intents, public

__all__ = ["main", "measure"]

TIERS = ("templates", "encoder", "together")
ANSWER = "answer"
"""What is asked of a language model, and refused politely where there is none: no wrong action for any question."""
_ARTICLES = frozenset(["the", "a", "an", "my"])
_NOUNS = {
    "title": frozenset(["meeting", "meetings", "appointment", "appointments", "event", "events"]),
    "station": frozenset(["station", "radio", "show", "fm", "am", "channel", "frequency"]),
    "name": frozenset(["podcast", "podcasts", "audiobook", "book", "audio", "episode"]),
    "topic": frozenset(["news", "headlines"]),
}
"""What a name is of, said beside it: looked for without it, the same is found ("hello fm", "the hello fm station")."""
_CALLED = {"entry": "event", "entries": "event"}
_NAMED = frozenset(
    ["list_events", "remove_event", "play_radio", "play_podcast", "play_audiobook", "get_news", "add_event"]
)
_SETS = {"nlu_eval": "nlu_eval", "slurp": "nlu_eval", "clinc150": "clinc150", "snips": "snips", "fb": "fb"}


class Plans(NamedTuple):
    """What each tier made of a sentence, and the labels that the network saw, likeliest first."""

    templates: Planned
    encoder: Planned
    together: Planned
    labels: list[str]


class Both:
    """The planner as the device has it, in one process."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.taught = {read_label(label).action for label in network.files.labels}
        self.planner = Planner(device_catalogue())
        self.ms: list[float] = []

    def plan(self, text: str, now: datetime = NOW, context: Sequence[PlannedCall] = ()) -> Plans:
        templates = self.planner.plan(text, now, context)
        began = perf_counter()
        seen = [self.network.see([token.text for token in tokens]) for tokens in tier.sentences(text)]
        encoded = Encoded([Sighted(*each) for each in seen], self.network.files.sure)
        encoder = tier.planned(text, encoded, self.planner.actions, now)
        self.ms.append((perf_counter() - began) * 1000)
        foreign = any(call.name not in self.taught for call in templates.calls)
        known = self.planner.actions
        together = (
            tier.second(templates, encoder, known, text=text, foreign=foreign) if tier.doubted(templates) else templates
        )
        return Plans(templates, encoder, together, [label for label, _ in seen[0].labels])


def action_of(planned: Planned, wanted: Container[str] = ()) -> str:
    """The action that was understood; '' for a refusal. Of a question between two it is the one that is ``wanted``, for
    which the owner has to say one more word."""
    either = next((call.name for call in planned.options if call.name in wanted), "")
    return planned.calls[0].name if planned.calls else planned.lacks or either


def allowed(each: Example, offered: Sequence[str]) -> set[str]:
    """The actions on offer that serve a sentence; none where it is to be refused."""
    if read_label(each.label).action not in offered:
        return set()
    source, _, intent = each.source.partition(".")
    names = {read_label(label).action for label in intents().labels(_SETS[source], intent)}
    return {name for name in names if name in offered}


def gold(each: Example, both: Both) -> Planned | None:
    """The plan that the annotation means; None where it does not say all arguments. Of an event that is only called
    "event" its name may be asked for, or it is called so."""
    label = read_label(each.label)
    action = both.planner.actions[label.action]
    kinds = {tag_of(p) for p in action.parameters} - {""}
    if (each.tags is None and kinds) or (each.tags is not None and None in each.tags):
        return None
    tags = [tag or "O" for tag in each.tags or ["O"] * len(each.words)]
    text = " ".join(each.words)
    call, missing = filled(action, label.fixed, text, tokenize(text), tags, NOW)
    if call is None:
        untitled = bool(missing) and missing[0].name == "title"
        nouns = [_CALLED.get(word, word) for word in each.words if word in _CALLED or word in _NOUNS["title"]]
        nouns = nouns if untitled else []
        fixed = {**label.fixed, "title": nouns[0]} if nouns else {}
        plain, _ = filled(action, fixed, text, tokenize(text), tags, NOW) if nouns else (None, None)
        lacks = action.name if missing else ""
        return Planned([], "", 0.0, 0.0, lacks=lacks, options=[plain] if plain is not None else [])
    said = {span.kind for span in spans_of(tags) if span.kind in kinds}
    found = {tag_of(p) for p in action.parameters if p.name in call.spans or p.name in label.fixed}
    return Planned([call], "", 1.0, 0.0) if said <= found else Planned([], "", 0.0, 0.0)


def same(planned: Planned, wanted: Planned) -> bool:
    """One call with the same arguments, texts alike but for articles; or the same question."""
    if not wanted.calls:
        plain = any(same(planned, Planned([call], "", 1.0, 0.0)) for call in wanted.options)
        return plain or (bool(wanted.lacks) and not planned.calls and planned.lacks == wanted.lacks)
    return len(planned.calls) == 1 and _plain(planned.calls[0]) == _plain(wanted.calls[0])


def _plain(call: PlannedCall) -> tuple[str, dict[str, Any]]:
    """Texts as words without articles, names without the noun of what they name; "today" of a date, and "now" of
    anything, as if they had not been said."""
    unsaid = [NOW.strftime("%Y-%m-%dT%H:%M"), *([NOW.date().isoformat()] if call.name == "get_date" else [])]
    plain: dict[str, Any] = {}
    for name, value in call.arguments.items():
        if isinstance(value, str) and name not in ("when", "time", "start", "end", "until"):
            beside = _NOUNS.get(name, frozenset()) if call.name in _NAMED else frozenset()
            said = [word for word in words(value) if word not in _ARTICLES and word not in beside]
            if said or not beside:
                plain[name] = said
            elif call.name == "add_event":
                plain[name] = words(value)
        elif name != "when" or value not in unsaid:
            plain[name] = value
    return call.name, plain


class Arguments:
    """Counts single arguments: rightly given, given, and wanted."""

    def __init__(self) -> None:
        self.right = self.given = self.wanted = 0

    def add(self, planned: Planned, meant: Planned) -> None:
        got, truth = ({} if not each.calls else _plain(each.calls[0])[1] for each in (planned, meant))
        alike = action_of(planned) == action_of(meant)
        self.right += sum(alike and name in truth and truth[name] == value for name, value in got.items())
        self.given += len(got)
        self.wanted += len(truth)

    def figures(self) -> dict[str, float]:
        return {"f1": round(2 * self.right / max(1, self.given + self.wanted), 4), "n": self.wanted}


def believed(planned: Planned) -> float:
    """How much a plan believes that an action serves."""
    return planned.confidence if planned.calls or planned.lacks else 1 - planned.confidence


def _class(each: Example, wanted: set[str]) -> str:
    """What a sentence asks for: an action on offer, or ''."""
    return read_label(each.label).action if wanted else ""


def measure(network: Network, data: Path, misses: int = 0) -> dict[str, Any]:
    """All figures as data."""
    both = Both(network)
    offered = list(both.planner.actions)
    taken: Counter[tuple[str, str]] = Counter()
    beliefs: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in TIERS}
    found: dict[str, dict[str, Arguments]] = {}
    exact: list[tuple[str, Planned]] = []
    right: Counter[tuple[str, str]] = Counter()
    n: Counter[tuple[str, str]] = Counter()
    missed: dict[str, list[str]] = {}
    seven = {label for (source, _), rules in intents().rules.items() if source == "snips" for _, label in rules}

    def count(row: str, name: str, good: bool, miss: str) -> None:
        n[row, name] += 1
        right[row, name] += good
        if not good and name != "templates":
            missed.setdefault(f"{row}, {name}", []).append(miss)

    refusals = [Example(words(text), "other.", None, "not for a watch") for text in REFUSALS]
    for each in [*public(data, dev=True), *refusals]:
        text = " ".join(each.words)
        if not text:
            continue
        plans = both.plan(text)
        source, _, intent = each.source.partition(".")
        where = f"{source} out of scope" if intent == "oos" else source
        wanted = allowed(each, offered)
        meant = gold(each, both) if wanted else None
        for name in TIERS:
            planned: Planned = getattr(plans, name)
            got = action_of(planned, wanted)
            miss = f"{intent}: {text!r} got {got or 'refusal'} {planned.confidence} ({plans.labels[:1]})"
            beliefs[name][not wanted].append(believed(planned))
            if name == "together":
                taken[_class(each, wanted), got] += 1
            if wanted:
                count(f"{where}: action", name, got in wanted, miss)
                if source == "clinc150":
                    count("clinc150: not refused", name, bool(got), miss)
            else:
                count(f"{where}: refused", name, all(call.name == ANSWER for call in planned.calls), miss)
            if meant is not None:
                calls = [(c.name, c.arguments) for c in planned.calls]
                truth = [(c.name, c.arguments) for c in meant.calls]
                count(f"{where}: exact", name, same(planned, meant), f"{text!r} got {calls}, expected {truth}")
                each_of = found.setdefault(where, {tier: Arguments() for tier in TIERS})
                each_of[name].add(planned, meant)
        if meant is not None and meant.calls and source == "nlu_eval":
            exact.append((text, meant))
        if source == "snips":
            named = next((label for label in plans.labels if label in seven), "")
            count("snips: intent", "encoder", named == each.label, f"{text!r}: {named}, not {each.label}")
    half = len(exact) // 2  # far from each other, so that seldom two of the same kind meet
    for (one, first), (other, second) in zip(exact[:half], exact[half:], strict=False):
        plans = both.plan(f"{one} and {other}")
        for name in TIERS:
            calls = getattr(plans, name).calls
            wholes = [Planned([call], "", 1.0, 0.0) for call in calls]
            good = len(calls) == 2 and all(map(same, wholes, (first, second)))
            count("nlu_eval: several", name, good, f"{one!r} and {other!r} got {[c.name for c in calls]}")
    for case in plan_home.cases(data / "ha_intents_en" / "tests" / "en"):
        if case.skipped:
            continue
        plans = both.plan(case.text)
        for name in TIERS:
            planned = getattr(plans, name)
            count("home assistant: exact", name, plan_home.correct(case, planned.calls), case.text)
    for action in both.planner.actions.values():
        for text in action.examples:
            plans = both.plan(text)
            for name in TIERS:
                got = action_of(getattr(plans, name))
                count("skills' examples: action", name, got == action.name, f"{text!r} got {got or 'refusal'}")
    rows: dict[str, dict[str, Any]] = {}
    for row, name in n:
        rows.setdefault(row, {})[name] = share(right[row, name], n[row, name])
    ms = both.ms
    return {
        "rows": rows,
        "auroc": {name: auroc(*each) for name, each in beliefs.items()},
        "arguments": {where: {name: each.figures() for name, each in tiers.items()} for where, tiers in found.items()},
        "confusions": [[wanted, got, n] for (wanted, got), n in taken.most_common()],
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "encoder_ms": {"p50": round(percentile(ms, 0.5), 2), "p95": round(percentile(ms, 0.95), 2), "n": len(ms)},
        "sure": network.files.sure,
        "misses": {
            name: some[:: max(1, len(some) // misses)][:misses] if misses else [] for name, some in missed.items()
        },
    }


def report(figures: dict[str, Any], write: Callable[[str], object]) -> None:
    """The figures as text."""
    ms = figures["encoder_ms"]
    write(f"encoder: sure from {figures['sure']}; p50 {ms['p50']} ms, p95 {ms['p95']} ms a request (n={ms['n']})")
    write(f"{'':34}{''.join(f'{name:>24}' for name in TIERS)}")
    for row, tiers in sorted(figures["rows"].items()):
        cells = [tiers.get(name) for name in TIERS]
        shown = [f"{c['accuracy']:.1%} ({c['low']:.1%}-{c['high']:.1%})" if c else "" for c in cells]
        total = next(c["n"] for c in cells if c)
        write(f"{row:28} {total:>5}{''.join(f'{each:>24}' for each in shown)}")
    for where, tiers in figures["arguments"].items():
        shown = [f"{tiers[name]['f1']:.3f} (n={tiers[name]['n']})" for name in TIERS]
        write(f"{f'{where}: arguments F1':34}{''.join(f'{each:>24}' for each in shown)}")
    auc = figures["auroc"]
    write(f"{'AUROC of confidence':34}{''.join(f'{auc[name]:>24.3f}' for name in TIERS)}")
    write(f"peak memory of this process: {figures['peak_mb']} MB")
    for name, some in figures["misses"].items():
        for miss in some:
            write(f"    {name}: {miss}")


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; 1 where the data is not there."""
    parser = argparse.ArgumentParser(prog="plan-tiers", description="How well the tiers of the planner plan.")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--misses", type=int, default=0, help="also so many misses of each kind")
    parser.add_argument("--report", type=Path, help="a folder for a page with pictures of what was taken for what")
    parser.add_argument("--folder", type=Path, help="a model other than the shipped one")
    options = parser.parse_args(arguments)
    folder = needed_data("plan-tiers")
    if folder is None:
        return 1
    figures = measure(Network(options.folder or shipped()), folder, options.misses)
    if options.report is not None:
        print(f"{write_report(figures, options.report)} is written", file=sys.stderr)
    if options.json:
        print(json.dumps(figures))
    else:
        report(figures, print)
    return 0


if __name__ == "__main__":
    sys.exit(main())
