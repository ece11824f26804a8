"""``bluerill face check FILE|FOLDER…``: is it a valid face, in which versions, and what to mend in which line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ...modalities.screen.wff.check import Measure, Metric, Report, check
from ...modalities.screen.wff.energy import energy_label
from ...modalities.screen.wff.face import load_all
from ...modalities.screen.wff.gather import gather
from ...modalities.screen.wff.problem import VERSIONS, FaceError, Kind, Problem
from ...modalities.screen.wff.schema.validate import span
from .style import paint

SHOWN = 40
"""Findings of one face shown to a person; ``--json`` has them all."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE|FOLDER", help="a face: .xml, .zip, .apk; or a folder of them")
    parser.add_argument("--json", action="store_true", help="one JSON line a face")
    parser.add_argument("--tolerant", action="store_true", help="accept what only Google's reference validator refuses")
    parser.add_argument("--all", action="store_true", help="show every finding, not the first of each group")
    parser.add_argument("--fast", action="store_true", help="only read; measure nothing on pictures")


def run(args: argparse.Namespace) -> int:
    status = 0
    for name, outcome in _outcomes(args):
        if isinstance(outcome, FaceError):
            status = 2
            _tell_error(name, outcome, args.json)
        else:
            status = max(status, 0 if outcome.passed else 1)
            _tell(name, outcome, args)
    return status


def _outcomes(args: argparse.Namespace) -> Iterator[tuple[str, Report | FaceError]]:
    """Every face with its report, or why it cannot be read; one bad face does not hide the others."""
    measures: tuple[Measure, ...] = ()
    if not args.fast:
        from ...modalities.screen.wff.measures import MEASURES

        measures = MEASURES
    for file in args.files:
        try:
            paths = gather(Path(file))
        except FaceError as error:
            yield file, error
            continue
        for path in paths:
            try:
                for face in load_all(path):
                    inside = f"{path}!{face.name}" if path.suffix.lower() != ".xml" else str(path)
                    yield inside, check(face, measures, tolerant=args.tolerant)
            except FaceError as error:
                yield str(path), error


def _tell_error(name: str, error: FaceError, as_json: bool) -> None:
    if as_json:
        found = {"path": "", "line": 0, "kind": error.code, "message": str(error), "mend": "", "versions": []}
        _line({"file": name, "valid": False, "versions": [], "errors": [found], "warnings": [], "metrics": {}})
    else:
        print(f"{paint('unreadable', 'red', 'bold')}  {name}\n  {error}")


def _tell(name: str, report: Report, args: argparse.Namespace) -> None:
    if args.json:
        _line(as_data(name, report))
        return
    word, colour = ("valid", "green") if report.valid else ("invalid", "red")
    declared = f", declares {report.declared}" if report.declared else ""
    print(f"{paint(word, colour, 'bold')}  {name}  ({span(frozenset(report.versions))}{declared})")
    errors = set(report.errors)
    for problem in report.errors[:SHOWN]:
        print("  " + paint(str(problem), "red"))
    _told("error", report.errors[SHOWN:])
    if report.forgiven:
        print(
            paint(
                "  only Google's reference validator refuses it, schemas and watches do not: --tolerant accepts it",
                "dim",
            )
        )
    rest = [problem for problem in report.problems if problem not in errors]
    advice = [problem for problem in rest if problem.kind is Kind.ADVICE]
    for problem in advice if args.all else advice[:SHOWN]:
        print("  " + paint(str(problem), "yellow"))
    strict = [problem for problem in rest if problem.strict]
    _group("Google's reference validator refuses it", strict, args.all)
    older = [problem for problem in rest if problem.is_error]
    missing = sorted(VERSIONS - set(report.versions))
    _group(f"not in version {', '.join(map(str, missing))}", older, args.all)
    for metric in report.metrics:
        print(f"  {_metric(metric)}")
    if label := energy_label(report.metrics):
        print(f"       energy: {paint(label, 'bold')} (A to G)")


def _told(what: str, more: Sequence[Problem]) -> None:
    if more:
        print(paint(f"  and {len(more)} more {what}s; --json has all", "dim"))


def _group(head: str, problems: Sequence[Problem], every: bool) -> None:
    """Findings that do not decide: the first of them, or all."""
    if not problems:
        return
    print(paint(f"  {head}: {len(problems)} finding{'s' if len(problems) > 1 else ''}", "dim"))
    for problem in problems if every else problems[:1]:
        print(paint(f"    {problem}", "dim"))


def _metric(metric: Metric) -> str:
    mark = {True: paint("ok", "green"), False: paint("over", "red"), None: "  "}[metric.passed]
    limit = f" of {figure(metric.limit, metric.unit)}" if metric.limit is not None else ""
    where = f"  ({metric.where})" if metric.where else ""
    return f"{mark:<4} {metric.name.replace('_', ' ')}: {figure(metric.value, metric.unit)}{limit}{where}"


def figure(value: float | int | str, unit: str) -> str:
    if unit == "bytes" and isinstance(value, (int, float)):
        return f"{value / (1 << 20):.2f} MiB" if value >= 1 << 20 else f"{value / 1024:.1f} KiB"
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}".rstrip()


def as_data(name: str, report: Report) -> dict[str, Any]:
    """A report as ``--json`` prints it. ``errors`` are what fails it in its declared version, else in every one."""
    errors = set(report.errors)
    return {
        "file": name,
        "valid": report.valid,
        "passed": report.passed,
        "versions": list(report.versions),
        "declared": report.declared,
        "errors": [_finding(problem) for problem in report.problems if problem in errors],
        "warnings": [_finding(problem) for problem in report.problems if problem not in errors],
        "metrics": {metric.name: _as_data(metric) for metric in report.metrics},
        "energy": energy_label(report.metrics),
    }


def _finding(problem: Problem) -> dict[str, Any]:
    return {
        "path": problem.path,
        "line": problem.line,
        "kind": problem.kind.value,
        "message": problem.message,
        "mend": problem.mend,
        "versions": sorted(problem.versions) if problem.is_error else [],
        "strict": problem.strict,
    }


def _as_data(metric: Metric) -> dict[str, Any]:
    data = {"value": metric.value, "unit": metric.unit, "limit": metric.limit, "passed": metric.passed}
    return data | ({"where": metric.where} if metric.where else {})


def _line(data: dict[str, Any]) -> None:
    print(msgspec.json.encode(data).decode())
