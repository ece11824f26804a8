"""How well faces are judged: beside Google's labelled cases, labelled expressions and the official schemas."""

from __future__ import annotations

import csv
import json
import os
import pickle
import re
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ..modalities.screen.wff.check import check
from ..modalities.screen.wff.expression import ExpressionError, compile  # noqa: A004
from ..modalities.screen.wff.face import load, read
from ..modalities.screen.wff.parse import parse
from ..modalities.screen.wff.problem import VERSIONS, FaceError, Kind, valid_versions
from ..modalities.screen.wff.schema import identities, validate

_CLASSES = {
    "IllegalTagError": "illegal-tag",
    "IllegalAttributeError": "illegal-attribute",
    "AttributeValueError": "attribute-value",
    "TagOccurrenceError": "tag-occurrence",
    "RequiredConditionFailedError": "required-condition",
    "ExpressionSyntaxError": "expression-syntax",
    "VersionEliminationError": "version",
    "VersionElimination": "version",
}
_REFERENCE_VERSIONS = frozenset({1, 2, 3, 4})
"""Those the reference validator knows."""


def data_folder() -> Path:
    """The public data (``BLUERILL_DATA``, default ../shared/data from the project's root)."""
    return Path(os.environ.get("BLUERILL_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


@dataclass(slots=True)
class Labels:
    """Verdicts beside labels. ``plain`` and ``tolerant`` count equal verdicts without and with ``--tolerant``."""

    total: int = 0
    plain: int = 0
    tolerant: int = 0
    with_class: int = 0
    same_class: int = 0
    misses: list[str] = field(default_factory=list)


def labels(data: Path) -> Labels:
    """The reference validator's cases: valid or not, and the class of the error.

    A *PartialFailure* row is labelled with no version and errors for the first three only; a verdict agrees with it
    that finds the face invalid, or valid from version 4 on. An error has the same class if one of ours has it; a label
    whose classes were cut off in the table counts as the one it begins with.
    """
    found = Labels()
    folder = data / "wff_validator_cases"
    with (folder / "expected.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    for name, versions, error in rows:
        face = read((folder / "integration" / name).read_bytes(), None, name)
        plain, tolerant = check(face), check(face, tolerant=True)
        found.total += 1
        verdicts = []
        for report in (plain, tolerant):
            known = set(report.versions) & _REFERENCE_VERSIONS
            if error.startswith("PartialFailure"):
                verdicts.append(known <= {4})
            else:
                verdicts.append(bool(known) is (versions != "emptySet<Version>()"))
        found.plain += verdicts[0]
        found.tolerant += verdicts[1]
        if not verdicts[0]:
            found.misses.append(f"verdict  {name}: labelled {'invalid' if error or 'empty' in versions else 'valid'}")
        if error:
            wanted = {_CLASSES[each] for each in re.findall(r"[A-Z]\w+", error) if each in _CLASSES} or {"version"}
            kinds = {problem.kind.value for problem in plain.problems if problem.is_error}
            found.with_class += 1
            found.same_class += bool(wanted & kinds)
            if not wanted & kinds:
                found.misses.append(
                    f"class    {name}: labelled {', '.join(sorted(wanted))}, found {', '.join(sorted(kinds))}"
                )
    return found


def expressions(data: Path) -> tuple[int, int, list[str]]:
    """Labelled expressions: right, all, and the misses."""
    right, misses = 0, []
    lines = (data / "wff_validator_cases" / "expressions.jsonl").read_text("utf-8").splitlines()
    for line in lines:
        case = json.loads(line)
        try:
            compile(case["expr"])
            valid = True
        except ExpressionError:
            valid = False
        right += valid is case["valid"]
        if valid is not case["valid"]:
            misses.append(case["expr"])
    return right, len(lines), misses


def schemas(data: Path, cache: Path | None = None) -> dict[int, Any]:
    """The official schemas by version, read by ``xmlschema`` (a development dependency), kept in ``cache``."""
    import xmlschema

    root = data / "wff_spec" / "specification" / "documents"
    kept = cache / f"schemas-{xmlschema.__version__}.pickle" if cache else None
    if kept is not None and kept.is_file():
        known: dict[int, Any] = pickle.loads(kept.read_bytes())
        return known
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = {v: xmlschema.XMLSchema11(str(root / str(v) / "watchface.xsd")) for v in sorted(VERSIONS)}
    if kept is not None:
        kept.write_bytes(pickle.dumps(made))
    return made


def documents(data: Path) -> list[Path]:
    """Every face of the public data, labelled cases included."""
    files = [*(data / "wff_faces_google").rglob("*.xml"), *(data / "wff_validator_cases").rglob("*.xml")]
    return sorted(file for file in files if re.search(rb"<WatchFace[\s>]", file.read_bytes()))


@dataclass(slots=True)
class Agreement:
    """Beside the schemas, version by version: our table on all documents, our whole verdict on the official faces."""

    documents: int = 0
    table: int = 0
    faces: int = 0
    verdict: int = 0
    differences: list[str] = field(default_factory=list)


def agreement(data: Path) -> Agreement:
    """Compares versions face by face; a difference of the whole verdict is listed with our reasons."""
    official = schemas(data)
    found = Agreement()
    for file in documents(data):
        text = file.read_bytes()
        tree = ElementTree.fromstring(text)
        wanted = tuple(version for version, schema in official.items() if schema.is_valid(tree))
        root = parse(text, file.name)
        found.documents += 1
        found.table += valid_versions([*validate(root), *identities(root)]) == wanted
        if "wff_validator_cases" in file.parts:
            continue
        found.faces += 1
        report = check(load(file), tolerant=True)
        if report.versions == wanted:
            found.verdict += 1
        else:
            lost = set(wanted) - set(report.versions)
            reasons = [p for p in report.problems if p.is_error and p.kind is not Kind.RESOURCE and p.versions & lost]
            why = reasons[0].message if reasons else "what the schemas refuse and watches accept"
            place = "/".join(file.relative_to(data / "wff_faces_google").parts)
            found.differences.append(f"{place}: schemas {_span(wanted)}, ours {_span(report.versions)}: {why}")
    return found


def _span(versions: tuple[int, ...]) -> str:
    return f"{versions[0]}-{versions[-1]}" if versions else "none"


def times(data: Path, rounds: int = 3) -> list[float]:
    """Milliseconds to read and judge each official face, without what is measured on pictures."""
    found = []
    for file in documents(data):
        if "wff_faces_google" in file.parts:
            best = float("inf")
            for _ in range(rounds):
                begin = time.perf_counter()
                try:
                    check(load(file))
                except FaceError:
                    break
                best = min(best, (time.perf_counter() - begin) * 1000)
            found.append(best)
    return found
