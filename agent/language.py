"""The template language is hassil's, and hassil parses it; this is a view of its parser alone.

``import hassil`` runs a package file that also loads PyYAML and a number formatter (with zipfile and email behind
it), which this project never uses: 45 to 75 ms and 5 MB of a 32 MB core. The parser and its expression classes need
none of that, so the package is looked up, not executed, and those modules are loaded from its folder under a name of
our own. ``import hassil`` elsewhere is not affected, and a test compares our matches with hassil's own.

Source: the template sentence syntax of https://github.com/OHF-Voice/hassil.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from ..kernel.errors import ManifestError

if TYPE_CHECKING:
    from hassil.expression import Expression

_VIEW = "_bluerill_hassil"


def _module(name: str) -> Any:
    if _VIEW not in sys.modules:
        spec = find_spec("hassil")
        if spec is None or spec.submodule_search_locations is None:
            raise ManifestError("expected the package 'hassil' to be installed, found none; pip install hassil")
        package = ModuleType(_VIEW)
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules[_VIEW] = package
    return importlib.import_module(f"{_VIEW}.{name}")


class Grammar:
    """hassil's parser and the classes of its tree."""

    def __init__(self) -> None:
        tree = _module("expression")
        self.text_chunk: type[Any] = tree.TextChunk
        self.sequence: type[Any] = tree.Sequence
        self.alternative: type[Any] = tree.Alternative
        self.permutation: type[Any] = tree.Permutation
        self.list_reference: type[Any] = tree.ListReference
        self.rule_reference: type[Any] = tree.RuleReference
        self._parse = _module("parse_expression").parse_sentence
        self._error: type[Exception] = _module("parser").ParseError

    def parse(self, template: str) -> Expression:
        """The tree of a template. Raises ManifestError if it is not well formed."""
        try:
            return cast("Expression", self._parse(template).expression)
        except (self._error, AssertionError, ValueError, RecursionError) as error:
            raise ManifestError(f"expected a sentence template, got {template[:80]!r}: {error}") from error


_grammar: list[Grammar] = []


def grammar() -> Grammar:
    """The grammar, loaded once, when first needed."""
    if not _grammar:
        _grammar.append(Grammar())
    return _grammar[0]
