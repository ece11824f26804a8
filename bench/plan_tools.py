"""How well the planner uses tools it never saw: ``python -m bluerill.bench.plan_tools [--json] [--misses N]``.

BFCL's single requests (``bfcl.py``), ToolAlpaca's of one call (``toolalpaca.py``) and Snips' spoken ones over its
intents as tools (``plan_spoken.py``), each with its own tools; no request of them was trained on. Three planners:
*rules* (the encoder chooses, rules find the arguments), *decoder* (the encoder chooses, the decoder finds them, alone),
*together* (what the device does: rules in writing, both in speech).

- *choice*: of the requests for one of several tools, those whose first call is of the right one;
- *exact*: the calls and all arguments are among those allowed, by BFCL's own rules;
- *refused*: of the requests that no tool serves, those without a call;
- *AUROC*: how well confidence tells what is served from what is not (Hanley and McNeil 1982).

``--file`` measures a decoder that is not shipped, ``--fuzz N`` also plans so many scrambled requests and counts calls
that do not fit a schema on offer. Every share has its n and 95 % Wilson interval; times are of the processor.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

from ..agent.decoder import tier
from ..agent.decoder.clauses import clauses, segments
from ..agent.decoder.filling import choosing
from ..agent.decoder.values import spelled_numbers
from ..agent.foreign import actions_from_tools
from ..agent.messages import Planned
from ..agent.schema import problem
from ..kernel.errors import CallerError
from ..models.decoder.network import Network as Decoder
from ..models.decoder.network import shipped as decoder_shipped
from ..models.decoder.prompt import Tool
from ..models.encoder.network import Network as Encoder
from ..models.encoder.network import shipped
from ..models.encoder.tools import Chooser
from ..skills.messages import ActionInfo
from . import bfcl, toolalpaca
from .figures import auroc, percentile, share
from .plan import needed_data
from .plan_spoken import spoken
from .plan_tiers import believed

__all__ = ["PLANNERS", "Tools", "fuzz", "main", "measure"]

PLANNERS = ("rules", "decoder", "together")
NOISE = 4.0
"""How strongly a fuzzed decoder is disturbed: it says almost anything that the grammar allows."""
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


class Tools:
    """The models over foreign tools, in one process."""

    def __init__(self, decoder: Path | None = None, engine: str = "auto", noise: float = 0.0) -> None:
        self.chooser = Chooser(Encoder(shipped()), shipped() / "tools.json")
        self.decoder = Decoder(decoder or decoder_shipped(), engine=engine, noise=noise)
        self.ms: dict[str, list[float]] = {name: [] for name in PLANNERS}
        self.tokens: list[int] = []

    def plans(self, text: str, tools: Sequence[dict[str, Any]]) -> dict[str, Planned]:
        """What each planner makes of a request."""
        actions = {action.name: action for action in actions_from_tools(tools)}
        offered = tier.tools_of(list(actions.values()))
        began = process_time()
        scores = self.chooser.scores(text, offered)
        some = tier.likely(offered, scores, self.chooser.weights.sure)
        ranked = process_time() - began
        if not some:
            for name in PLANNERS:
                self.ms[name].append(ranked * 1000)
            return dict.fromkeys(PLANNERS, tier.refused(scores))
        began = process_time()
        asked = [(text, some, scores[offered.index(some[0])])]
        parts = clauses(text) if len(offered) > 1 else []
        if len(parts) > 1:
            each = [self.chooser.scores(part, offered) for part in parts]
            found = segments(parts, each, offered, self.chooser.weights.sure)
            asked = [(said, [offered[at]], likely) for at, said, likely in found] or asked
        ranked += process_time() - began
        made: dict[str, list[Planned]] = {name: [] for name in PLANNERS}
        spent: dict[str, float] = dict.fromkeys(PLANNERS, ranked)
        for said, shown, likely in asked:
            for name, planned, took in self._planned(said, shown, likely, actions, text if len(asked) > 1 else ""):
                made[name].append(planned)
                spent[name] += took
        for name in PLANNERS:
            self.ms[name].append(spent[name] * 1000)
        return {name: tier.joined(made[name]) for name in PLANNERS}

    def _planned(
        self, text: str, some: Sequence[Tool], score: float, actions: Mapping[str, ActionInfo], context: str
    ) -> list[tuple[str, Planned, float]]:
        """Each planner's plan of one clause, and how long it took."""
        began = process_time()
        rules = tier.planned(text, actions, some[0], score, None, 1.0, NOW, context=context)
        ruled = process_time() - began
        began = process_time()
        try:
            answer = self.decoder.plan(some, text, spelled_numbers, choosing(text))
        except CallerError:  # tools too long for the decoder: as on the device, rules are left
            return [(name, rules, ruled) for name in PLANNERS]
        read = process_time() - began
        self.tokens.append(answer.tokens)
        together = rules
        if tier.read(text, actions[some[0].name], rules):
            together = tier.planned(text, actions, some[0], score, answer.calls, answer.sure, NOW, context=context)
        alone = tier.planned(text, actions, some[0], score, answer.calls, answer.sure, NOW, complete=False)
        took = ruled + read if together is not rules else ruled
        return [("rules", rules, ruled), ("decoder", alone, read), ("together", together, took)]


def pairs(planned: Planned) -> list[tuple[str, Mapping[str, Any]]]:
    return [(call.name, call.arguments) for call in planned.calls]


def measure(tools: Tools, data: Path, misses: int = 0, every: int = 1) -> dict[str, Any]:
    """All figures as data; ``every`` nth case only."""
    rows: dict[str, dict[str, Any]] = {}
    beliefs: dict[str, dict[bool, list[float]]] = {name: {True: [], False: []} for name in PLANNERS}
    missed: list[str] = []
    sets = {f"bfcl {category}": bfcl.cases(data, category)[::every] for category in bfcl.CATEGORIES}
    sets["toolalpaca one call"] = toolalpaca.cases(data)[::every]
    sets["snips spoken"] = list(spoken(data, every))
    for category, some in sets.items():
        counts = {name: {"exact": 0, "choice": 0, "values": 0, "allowed": 0, "given": 0} for name in PLANNERS}
        for case in some:
            for name, planned in tools.plans(case.text, case.tools).items():
                count = counts[name]
                good = bfcl.right(pairs(planned), case)
                count["exact"] += good
                count["choice"] += chosen(planned, case)
                beliefs[name][category != "bfcl irrelevance"].append(believed(planned))
                values = arguments(planned, case)
                count["values"] += values[0]
                count["given"] += values[1]
                count["allowed"] += values[2]
                if name == "together" and not good and len(missed) < misses:
                    missed.append(f"{category}: {case.text!r}: {pairs(planned)} {planned.reply}, not {case.truth}")
        for name in PLANNERS:
            count = counts[name]
            if category == "bfcl irrelevance":
                rows.setdefault(f"{category}: refused", {})[name] = share(count["exact"], len(some))
                continue
            rows.setdefault(f"{category}: exact", {})[name] = share(count["exact"], len(some))
            rows.setdefault(f"{category}: choice", {})[name] = share(count["choice"], len(some))
            f1 = 2 * count["values"] / max(1, count["given"] + count["allowed"])
            rows.setdefault(f"{category}: arguments F1", {})[name] = {"f1": round(f1, 4), "n": count["allowed"]}
    masks = [ns / 1000 for ns in tools.decoder.mask_ns]
    return {
        "rows": rows,
        "auroc": {name: auroc(each[True], each[False]) for name, each in beliefs.items()},
        "ms": {
            name: {"p50": round(percentile(ms, 0.5), 1), "p95": round(percentile(ms, 0.95), 1), "n": len(ms)}
            for name, ms in tools.ms.items()
        },
        "mask_us": {"p50": round(percentile(masks, 0.5)), "p99": round(percentile(masks, 0.99)), "n": len(masks)},
        "tokens": round(sum(tools.tokens) / max(1, len(tools.tokens)), 1),
        "engine": tools.decoder.engine,
        "sure": tools.chooser.weights.sure,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "misses": missed,
    }


def chosen(planned: Planned, case: bfcl.Case) -> bool:
    """The tool of the first call (or of the one that lacks something) is one that was expected."""
    name = planned.calls[0].name if planned.calls else planned.lacks
    return any(name in truth for truth in case.truth)


def arguments(planned: Planned, case: bfcl.Case) -> tuple[int, int, int]:
    """Arguments rightly given, given, and wanted (those that may not be left out), of calls in their order."""
    right = given = 0
    for call, truth in zip(planned.calls, case.truth, strict=False):
        allowed = truth.get(call.name, {})
        for name, value in call.arguments.items():
            good = name in allowed and bfcl.arguments_right({name: value}, {name: allowed[name]})
            wanted = name in allowed and "" not in allowed[name]
            right += good and wanted
            given += wanted or not good
    return right, given, sum("" not in each for truth in case.truth for a in truth.values() for each in a.values())


def fuzz(tools: Tools, data: Path, count: int, seed: int = 1) -> tuple[int, int, list[str]]:
    """So many scrambled requests over the tools of random cases: how many calls were made, and what is wrong with
    those that do not fit a schema on offer."""
    random = Random(seed)
    every = [case for category in bfcl.CATEGORIES for case in bfcl.cases(data, category)]
    words = [word for case in every for word in case.text.split()]
    odd = ['"', "\\", "{}", "[", "]", "\n", "\u202e", "😀", "'''", "null", "\x00", "}}]", "名前", "1e999", "-0", "%"]
    made, wrong = 0, []
    sets = random.sample(every, 40)
    for number in range(count):
        case = sets[number * len(sets) // count]
        length = random.randint(1, 24)
        said = [random.choice(words) if random.random() < 0.85 else random.choice(odd) for _ in range(length)]
        if random.random() < 0.4:
            said += case.text.split()[: random.randint(1, 12)]
        text = " ".join(said)
        actions = {action.name: action for action in actions_from_tools(case.tools)}
        offered = tier.tools_of(list(actions.values()))
        answer = tools.decoder.plan(offered[:4], text, spelled_numbers, choosing(text))
        planned = tier.planned(text, actions, offered[0], 1.0, answer.calls, answer.sure, NOW)
        for call in planned.calls:
            made += 1
            action = actions.get(call.name)
            found = "not on offer" if action is None else problem(call.arguments, action.schema)
            if found:
                wrong.append(f"{call.name}: {found} ({text[:80]!r})")
        for name, given in answer.calls:
            if name not in {tool.name.lower() for tool in offered} and name not in actions:
                wrong.append(f"{name}({given}) was written and is not on offer")
    return made, count, wrong


def report(figures: dict[str, Any], write: Callable[[str], object]) -> None:
    """The figures as text."""
    masks = figures["mask_us"]
    write(
        f"tools: sure from {figures['sure']}; grammar by {figures['engine']}: mask p50 {masks['p50']} µs, "
        f"p99 {masks['p99']} µs (n={masks['n']}); {figures['tokens']} tokens an answer; peak {figures['peak_mb']} MB"
    )
    write(f"{'':34}{''.join(f'{name:>24}' for name in PLANNERS)}")
    for row, cells in figures["rows"].items():
        shown = [
            f"{c['accuracy']:.1%} ({c['low']:.1%}-{c['high']:.1%})" if "low" in c else f"{c['f1']:.3f}"
            for c in (cells[name] for name in PLANNERS)
        ]
        write(f"{row:34}{cells['rules']['n']:>5}{''.join(f'{each:>23}' for each in shown)}")
    beliefs = "".join(f"{figures['auroc'][name]:>23}" for name in PLANNERS)
    write(f"{'AUROC of confidence':39}{beliefs}")
    ms = [f"p50 {figures['ms'][name]['p50']} p95 {figures['ms'][name]['p95']}" for name in PLANNERS]
    write(f"{'processor ms a request':39}{''.join(f'{each:>23}' for each in ms)}")
    for miss in figures["misses"]:
        write(f"    {miss}")


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; 1 where the data is not there, or a fuzzed request gave a malformed call."""
    parser = argparse.ArgumentParser(prog="plan-tools", description="How well the planner uses tools it never saw.")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--misses", type=int, default=0, help="also so many misses")
    parser.add_argument("--every", type=int, default=1, help="every so manyth case only")
    parser.add_argument("--fuzz", type=int, default=0, help="also so many scrambled requests")
    parser.add_argument("--file", type=Path, help="a decoder other than the shipped one")
    parser.add_argument("--grammar", default="auto", choices=("auto", "llguidance", "gbnf"))
    options = parser.parse_args(arguments)
    folder = needed_data("plan-tools")
    if folder is None:
        return 1
    tools = Tools(options.file, options.grammar)
    figures = measure(tools, folder, options.misses, options.every)
    wrong: list[str] = []
    if options.fuzz:
        noisy = Tools(options.file, options.grammar, NOISE)
        made, count, wrong = fuzz(noisy, folder, options.fuzz)
        figures["fuzz"] = {"requests": count, "calls": made, "malformed": len(wrong), "some": wrong[:5]}
    if options.json:
        print(json.dumps(figures))
    else:
        report(figures, print)
        if options.fuzz:
            print(f"fuzzed: {figures['fuzz']}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
