"""Judges a face: the schemas of every version, the rules beyond them, its memory, and what is measured on pictures.

Pictures are measured by whoever can draw them: :func:`check` takes *measures*, functions from a face to metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from .face import Face
from .memory import footprint
from .problem import VERSIONS, Kind, Problem, valid_versions
from .rules import RULES
from .schema import identities, validate

MAX_PROBLEMS = 1_000
"""Of one face, and of one rule; a document can hold more mistakes than anyone reads."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured figure beside its threshold. ``passed`` is None where the figure is only reported.

    ``unit`` is for people; ``where`` names the element or moment that decides it.
    """

    name: str
    value: float | int | str
    unit: str = ""
    limit: float | int | None = None
    passed: bool | None = None
    where: str = ""
    profile: str = ""
    """The device profile it is judged for; a face that fails a profile is valid all the same."""


Measure = Callable[[Face], Iterable[Metric]]
"""What measures a face: lit pixels, burn-in, contrast, legibility, frame time, determinism. It may raise FaceError."""


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one face."""

    name: str
    versions: tuple[int, ...]
    declared: int | None
    problems: tuple[Problem, ...]
    metrics: tuple[Metric, ...] = field(default=())
    forgiven: bool = False
    """Whether it is invalid, but would be valid to who tolerates what only the reference validator refuses."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What makes it invalid: in the declared version, else in all."""
        versions = {self.declared} if self.declared else set(self.versions) or VERSIONS
        return tuple(p for p in self.problems if p.is_error and p.versions & versions)

    @property
    def valid(self) -> bool:
        """Whether it is valid: in the version it declares, else in any."""
        return _within(self.declared, self.versions)

    @property
    def passed(self) -> bool:
        """Whether it is valid and every metric keeps its threshold."""
        return (
            self.valid
            and not self.errors
            and all(metric.passed is not False for metric in self.metrics if not metric.profile)
        )


def problems_of(face: Face) -> list[Problem]:
    """Everything wrong with a face, in the order of its lines, each once."""
    found = [
        _tolerated(problem)
        for source in (validate(face.root), identities(face.root))
        for problem in islice(source, MAX_PROBLEMS)
    ]
    for rule in RULES:
        found.extend(islice(rule(face), MAX_PROBLEMS))
    return sorted(_once([*face.problems, *found]), key=lambda problem: problem.line)[:MAX_PROBLEMS]


def check(face: Face, measures: Sequence[Measure] = (), *, tolerant: bool = False) -> Report:
    """The whole verdict. Metrics that need pictures are measured only if the face is valid.

    What only Google's reference validator refuses counts as an error, because stores ask that validator; ``tolerant``
    takes it for advice, because the schemas allow it, official samples do it and watches show it.
    """
    problems = problems_of(face)
    declared = face.version if face.declared else None
    lenient = valid_versions(problems)
    if not tolerant:
        problems = [replace(problem, strict=False) for problem in problems]
    versions = valid_versions(problems)
    forgiven = not _within(declared, versions) and _within(declared, lenient)
    metrics = list(memory_metrics(face))
    if _within(declared, versions):
        for measure in measures:
            metrics.extend(measure(face))
    return Report(face.name, versions, declared, tuple(problems), tuple(metrics), forgiven)


def _within(declared: int | None, versions: tuple[int, ...]) -> bool:
    """Whether a face is valid: in the version it declares, else in any."""
    return declared in versions if declared else bool(versions)


def memory_metrics(face: Face) -> Iterable[Metric]:
    """The memory of decoded pictures in both modes, beside Wear OS's limits and those of the 32 MB profile."""
    if not face.resources.known:
        return
    taken = footprint(face)
    for mode, size, limit, small in (
        ("ambient", taken.ambient, 10 << 20, 2 << 20),
        ("active", taken.active, 100 << 20, 4 << 20),
    ):
        yield Metric(f"memory_{mode}", size, "bytes", limit, size <= limit, taken.largest)
        yield Metric(f"memory_{mode}_32mb", size, "bytes", small, size <= small, taken.largest, profile="32MB")


_EMPTY_OPTIONS = ("ListOption", "BooleanOption")


def _tolerated(problem: Problem) -> Problem:
    """What the schemas refuse, but the reference validator and watches accept, becomes advice."""
    tag = problem.path.rpartition("/")[2].partition("[")[0]
    lenient = (
        (problem.kind in (Kind.REQUIRED, Kind.OCCURRENCE) and tag in _EMPTY_OPTIONS and not problem.attribute)
        or (problem.kind is Kind.OCCURRENCE and tag == "Transform" and "Animation" in problem.message)
        or (problem.kind is Kind.OCCURRENCE and " before " in problem.message)
        or (
            problem.attribute != "id"
            and "expected TRUE or FALSE, " in problem.message
            and problem.message.lower().endswith(("found 'true'", "found 'false'"))
        )
    )
    if not lenient:
        return problem
    return replace(problem, kind=Kind.ADVICE, message=f"{problem.message} (the schema refuses it, watches do not)")


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """Of several findings of one kind at one attribute the widest is enough."""
    kept: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        what = problem.attribute or problem.message
        key = (problem.path, what, problem.kind)
        before = kept.get(key)
        if before is None or len(problem.versions) > len(before.versions):
            kept[key] = problem
    return list(kept.values())
