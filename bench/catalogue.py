"""The actions of the system skills, derived as the device derives them, without running them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from ..skills import loader
from ..skills.catalogue import fingerprint
from ..skills.derive import actions_of
from ..skills.messages import Catalogue

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=ZoneInfo("Europe/Berlin"))
"""The moment at which every benchmark plans."""


def device_catalogue() -> Catalogue:
    """The catalogue of the system skills."""
    actions = [action.info for entry in loader.system_entries() for action in actions_of(loader.load(entry)).values()]
    return Catalogue(fingerprint(actions, []), actions, [])
