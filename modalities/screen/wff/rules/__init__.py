"""What a face must keep to beyond the schemas: ranges, references, expressions, resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..face import Face
from ..problem import Problem
from .conditions import conditions
from .configurations import configurations
from .expressions import expressions
from .metadata import metadata
from .ranges import ranges
from .resources import resources
from .slots import slots
from .strict import strict
from .structure import structure
from .targets import targets

RULES: tuple[Callable[[Face], Iterator[Problem]], ...] = (
    ranges,
    structure,
    metadata,
    configurations,
    slots,
    conditions,
    targets,
    expressions,
    resources,
    strict,
)
"""Every rule; each gives its problems in document order."""

__all__ = ["RULES"]
