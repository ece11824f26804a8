"""The contract of Bluerill's own skills as data, so that the core knows what they offer without importing one.

What a skill offers (its actions, sentences, rules) is derived from its class; for the skills that come with Bluerill
that is done once, by ``make pages``, and kept in ``system/index.jsonl``, a line for each. At boot a line counts only if
the files it was derived from are the same to the letter (:func:`digest`); else the skill is imported and derived as any
other one. So the file can be missing or old, and nothing but time and memory is lost.

A skill of the index is imported when it is first used, or at boot if it has something to do then.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from .action import Action, Parameter, schema_of
from .contract import CONTRACT, Skill
from .loader import EntryPoint
from .messages import ActionInfo, ParameterInfo, SentenceInfo, SkillInfo

__all__ = ["Indexed", "IndexedAction", "digest", "line_of", "read_index"]

FOLDER = Path(__file__).parent
FILE = FOLDER / "system" / "index.jsonl"
ALWAYS = ("contract.py", "derive.py", "action.py", "messages.py", "purpose.py")
"""What every line depends on, beside the skill's own files."""


class IndexedAction(msgspec.Struct, frozen=True, omit_defaults=True):
    """An action less what is the same for all of its skill (``rules``) or follows from the rest (the schema).

    ``fields`` are the parameters whose names in Python differ, ``own`` the grants of the action alone."""

    name: str
    description: str
    method: str
    parameters: list[ParameterInfo] = []
    sentences: list[SentenceInfo] = []
    examples: list[str] = []
    grants: list[str] = []
    sensitive: bool = False
    sensitive_when: dict[str, list[str]] = {}
    hidden: bool = False
    reads: bool = False
    purpose: str = ""
    fields: dict[str, str] = {}
    own: list[str] = []


class Indexed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A skill: where its class is (``value``, as in its entry point), what the line was derived from (``files``, in
    ``skills/``, and their ``digest``), whether it has something to do at boot and when the clock is set."""

    name: str
    value: str
    files: list[str]
    digest: int
    version: str
    summary: str
    grants: list[str] = []
    simulated: bool = False
    options: dict[str, str] = {}
    rules: dict[str, str] = {}
    starts: bool = False
    follows_clock: bool = False
    actions: list[IndexedAction] = []

    def info(self, package: str, isolation: str) -> SkillInfo:
        """The skill as the catalogue lists it."""
        return SkillInfo(
            name=self.name,
            version=self.version,
            package=package,
            summary=self.summary,
            actions=[each.name for each in self.actions if not each.hidden],
            grants=self.grants,
            simulated=self.simulated,
            isolation=isolation,
            options=self.options,
        )

    def made(self) -> dict[str, Action]:
        """The actions by name, as ``derive.actions_of`` gives them."""
        return {each.name: _action(self, each) for each in self.actions}


def _action(skill: Indexed, each: IndexedAction) -> Action:
    info = ActionInfo(
        name=each.name,
        skill=skill.name,
        description=each.description,
        parameters=each.parameters,
        sentences=each.sentences,
        rules=skill.rules,
        examples=each.examples,
        grants=each.grants,
        sensitive=each.sensitive,
        sensitive_when=each.sensitive_when,
        hidden=each.hidden,
        reads=each.reads,
        purpose=each.purpose,
        schema=schema_of(each.parameters),
    )
    parameters = {p.name: Parameter(p, each.fields.get(p.name, p.name)) for p in each.parameters}
    return Action(info, each.method, parameters, frozenset(each.own))


def digest(files: Iterable[str], known: dict[str, int | None]) -> int | None:
    """A checksum over files of ``skills/``; None if one cannot be read. ``known`` are those of single files."""
    whole = 0
    for name in files:
        if name not in known:
            try:
                known[name] = zlib.crc32((FOLDER / name).read_bytes())
            except OSError:
                known[name] = None
        one = known[name]
        if one is None:
            return None
        whole = zlib.crc32(f"{name} {one} {CONTRACT}".encode(), whole)
    return whole


def read_index(entries: Sequence[EntryPoint], path: Path = FILE) -> dict[str, Indexed]:
    """The lines that still say what the code says, for those of the entry points that are in Bluerill, by name."""
    wanted = {each.name: each.value for each in entries}
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return {}
    found: dict[str, Indexed] = {}
    known: dict[str, int | None] = {}
    decoder = msgspec.json.Decoder(Indexed)
    for line in lines:
        try:
            held = decoder.decode(line)
        except msgspec.DecodeError:
            continue  # half merged, or of another version
        if wanted.get(held.name, "").replace(" ", "") == held.value and held.digest == digest(
            (*ALWAYS, *held.files), known
        ):
            found[held.name] = held
    return found


def line_of(entry: EntryPoint, cls: type[Skill], actions: dict[str, Action], summary: str, files: list[str]) -> bytes:
    """The line of a skill whose class was loaded and derived."""
    checked = digest((*ALWAYS, *files), {})
    assert checked is not None, f"{entry.name}: one of {files} cannot be read"
    overrides = {name: getattr(cls, name) is not getattr(Skill, name) for name in ("start", "clock_changed")}
    held = Indexed(
        name=entry.name,
        value=entry.value.replace(" ", ""),
        files=files,
        digest=checked,
        version=cls.version,
        summary=summary,
        grants=list(cls.grants),
        simulated=cls.simulated,
        options=dict(cls.options),
        rules=dict(cls.rules),
        starts=overrides["start"],
        follows_clock=overrides["clock_changed"],
        actions=[_indexed(each) for each in actions.values()],
    )
    return msgspec.json.encode(held)


def _indexed(action: Action) -> IndexedAction:
    kept: dict[str, Any] = {
        name: getattr(action.info, name)
        for name in IndexedAction.__struct_fields__
        if name not in ("method", "fields", "own")
    }
    fields = {name: each.field for name, each in action.parameters.items() if each.field != name}
    return IndexedAction(**kept, method=action.method, fields=fields, own=sorted(action.grants))
