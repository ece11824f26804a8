"""What is wrong with a face: one finding, with its place and its mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ....kernel.errors import CallerError

VERSIONS = frozenset({1, 2, 3, 4, 5})
"""The versions of the format that are known."""


class FaceError(CallerError):
    """A face that cannot be read at all: not XML, too large, a member outside its folder. One line, with the place."""

    code = "face"


class Kind(StrEnum):
    """The class of a problem; the names follow the format's reference validator, so that verdicts can be compared."""

    TAG = "illegal-tag"
    ATTRIBUTE = "illegal-attribute"
    VALUE = "attribute-value"
    OCCURRENCE = "tag-occurrence"
    REQUIRED = "required-condition"
    EXPRESSION = "expression-syntax"
    VERSION = "version"
    RESOURCE = "resource"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: what was expected and found, where, and how to mend it.

    ``versions`` are those in which it is wrong; a face is valid in a version that no error names. Advice makes nothing
    invalid. What is wrong only strictly is refused by Google's reference validator, but allowed by the schemas.
    """

    kind: Kind
    message: str
    path: str
    line: int
    mend: str = ""
    versions: frozenset[int] = VERSIONS
    attribute: str = ""
    strict: bool = False

    @property
    def is_error(self) -> bool:
        """Whether the face is invalid for it (else it is advice, or only strictly wrong)."""
        return self.kind is not Kind.ADVICE and not self.strict

    def __str__(self) -> str:
        only = "" if self.versions >= VERSIONS else f" (versions {', '.join(map(str, sorted(self.versions)))})"
        return f"line {self.line}, {self.path}: {self.message}{only}" + (f"; {self.mend}" if self.mend else "")


def valid_versions(problems: Iterable[Problem], strict: bool = False) -> tuple[int, ...]:
    """The versions in which nothing is wrong (also not strictly, if so asked), ascending.

    A missing picture is an error of its folder, not of a version.
    """
    left = set(VERSIONS)
    for problem in problems:
        if (problem.is_error or (strict and problem.strict)) and problem.kind is not Kind.RESOURCE:
            left -= problem.versions
    return tuple(sorted(left))
