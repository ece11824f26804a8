"""What the format's schemas say, versions 1 to 5, as one table; and the check of a document against it."""

from __future__ import annotations

from .grammar import Attribute, Element
from .identity import identities
from .table import ELEMENTS
from .validate import validate

__all__ = ["ELEMENTS", "Attribute", "Element", "identities", "validate"]
