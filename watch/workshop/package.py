"""A skill package in a folder, as its author has it: found by its pyproject.toml, imported without being installed."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ...kernel.errors import CallerError, ManifestError
from ...skills import loader
from ...skills.action import Action
from ...skills.contract import Skill
from ...skills.derive import actions_of

__all__ = ["Hear", "Package", "Utterances"]

MAX_BYTES = 1 << 20
UTTERANCES = ("tests/utterances.toml", "utterances.toml")


class Hear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text and the call it must come to; ``arguments`` are all of them, ``''`` as call is a refusal."""

    text: str
    call: str
    arguments: dict[str, Any] = {}


class NoMatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    texts: list[str] = []


class Utterances(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``utterances.toml``: what is said to the skills of a package, and what only sounds like it."""

    hear: list[Hear] = []
    no_match: NoMatch = NoMatch()

    @staticmethod
    def read(path: Path) -> Utterances:
        """Raises CallerError naming the file, the place, what was expected and found."""
        try:
            return msgspec.toml.decode(_bytes(path), type=Utterances)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise CallerError(f"{path}: {error}") from None


class Package:
    """The skills of a folder. Importing them runs the package's code."""

    def __init__(self, folder: Path) -> None:
        """Raises CallerError if the folder holds no skill package, ManifestError if a skill cannot be loaded."""
        self.folder = folder.resolve()
        project = self.folder / "pyproject.toml"
        try:
            table = tomllib.loads(_bytes(project).decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CallerError(f"{project}: is not TOML: {error}") from None
        about = table.get("project", {})
        self.name = str(about.get("name", self.folder.name))
        entries = about.get("entry-points", {}).get(loader.GROUP, {})
        if not isinstance(entries, dict) or not entries:
            raise CallerError(
                f'{project}: expected a table [project.entry-points."{loader.GROUP}"] with a skill in it; '
                f"bluerill skills new NAME writes one"
            )
        version = str(about.get("version", ""))
        self.entries = [loader.EntryPoint(str(key), str(value), self.name, version) for key, value in entries.items()]
        self.skills: list[type[Skill]] = []
        self.actions: dict[str, Action] = {}
        self._import()

    def _import(self) -> None:
        places = [str(place) for place in (self.folder, self.folder / "src") if place.is_dir()]
        sys.path[:0] = places
        try:
            importlib.invalidate_caches()
            for entry in self.entries:
                cls = loader.load(entry)
                for name, action in actions_of(cls).items():
                    if name in self.actions:
                        raise ManifestError(f"skill {cls.name!r}: action {name!r} stands twice in this package")
                    self.actions[name] = action
                self.skills.append(cls)
        finally:
            for place in places:
                sys.path.remove(place)

    @property
    def modules(self) -> list[str]:
        """The importable packages (or modules) that the skills come from."""
        return sorted({cls.__module__.partition(".")[0] for cls in self.skills})

    def sources(self) -> list[Path]:
        """Every file of code of these modules, a bounded number of them."""
        found: list[Path] = []
        for name in self.modules:
            origin = Path(str(sys.modules[name].__file__))
            found += sorted(origin.parent.rglob("*.py"))[:500] if origin.name == "__init__.py" else [origin]
        return found

    def utterances(self) -> Utterances | None:
        """What stands in the package's utterances file; None if it has none."""
        for place in UTTERANCES:
            if (self.folder / place).is_file():
                return Utterances.read(self.folder / place)
        return None

    def clashes(self, others: Sequence[str]) -> list[str]:
        """Names of actions that the device's own skills have already: such a skill is refused as a whole."""
        return sorted(set(self.actions) & set(others))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CallerError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise CallerError(f"{path}: expected at most {MAX_BYTES} bytes, got more")
    return data
