"""The catalogue as data: its fingerprint, joining several, and the rows that ``bluerill skills`` prints."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ..kernel.errors import CallerError
from .messages import ActionInfo, Catalogue, SkillInfo
from .purpose import derived

MAX_EXAMPLES = 12
"""Of one skill, where a person asks what it can do."""


def fingerprint(actions: Sequence[ActionInfo], skills: Sequence[SkillInfo]) -> str:
    """Eight hex digits over everything a planner could see, the same for the same catalogue."""
    return f"{zlib.crc32(msgspec.json.encode([actions, skills])):08x}"


def merge(
    first: Catalogue, others: Iterable[tuple[str, Catalogue]], absent: Iterable[SkillInfo] = ()
) -> tuple[Catalogue, dict[str, str]]:
    """Join other hosts' catalogues (by address) to the first; returns it and where each of their actions runs.

    ``absent`` are skills that no host answers for.

    A name that is taken stays with who had it first: a later skill of the same name, or with one action of the same
    name, is ``broken`` as a whole, because half a skill is worse than none.
    """
    actions, skills = list(first.actions), list(first.skills)
    owners = {each.name: each.skill for each in actions}
    names = {each.name for each in skills}
    routes: dict[str, str] = {}
    for address, catalogue in others:
        for skill in catalogue.skills:
            mine = [each for each in catalogue.actions if each.skill == skill.name]
            taken = next((each.name for each in mine if each.name in owners), "")
            if skill.state == "running" and (skill.name in names or taken):
                reason = (
                    f"action {taken!r} is taken by the skill {owners[taken]!r}, loaded first"
                    if taken
                    else f"its name {skill.name!r} is taken by a skill loaded before it"
                )
                problem = f"skill {skill.name!r} of package {skill.package!r}: {reason}"
                skills.append(msgspec.structs.replace(skill, state="broken", problem=problem, actions=[]))
                continue
            skills.append(skill)
            names.add(skill.name)
            for each in mine:
                actions.append(each)
                owners[each.name] = each.skill
                routes[each.name] = address
    skills += absent
    return Catalogue(fingerprint(actions, skills), actions, skills), routes


def described(catalogue: Catalogue) -> list[dict[str, Any]]:
    """What a person may ask of each running skill: its name, its summary and the examples of its actions, the first of
    every action before the second ones."""
    found: list[dict[str, Any]] = []
    for skill in catalogue.skills:
        told = [each.examples for each in catalogue.actions if each.skill == skill.name and not each.hidden]
        examples = [said[at] for at in range(max(map(len, told), default=0)) for said in told if at < len(said)]
        if skill.state == "running" and examples:
            found.append({"name": skill.name, "summary": skill.summary, "examples": examples[:MAX_EXAMPLES]})
    return found


def skill_rows(catalogue: Catalogue) -> list[dict[str, Any]]:
    """``bluerill skills list --json``: one row a skill; ``problem`` only where there is one."""
    rows: list[dict[str, Any]] = []
    for each in catalogue.skills:
        row: dict[str, Any] = {
            "name": each.name,
            "version": each.version,
            "package": each.package,
            "actions": each.actions,
            "grants": each.grants,
            "state": each.state,
            "summary": each.summary,
            "simulated": each.simulated,
            "isolation": each.isolation,
        }
        if each.options:
            row["options"] = each.options
        if each.problem:
            row["problem"] = each.problem
        rows.append(row)
    return rows


def skill_info(catalogue: Catalogue, name: str) -> dict[str, Any]:
    """``bluerill skills info NAME --json``: its row with each action's description, arguments and sentences.

    Raises CallerError if no skill has the name.
    """
    row = next((each for each in skill_rows(catalogue) if each["name"] == name), None)
    if row is None:
        known = ", ".join(each.name for each in catalogue.skills) or "none"
        raise CallerError(f"no skill is named {name!r}; there are {known}")
    row["actions"] = [
        {
            "name": each.name,
            "description": each.description,
            "purpose": each.purpose or derived(each.description),
            "schema": each.schema,
            "sentences": [sentence.text for sentence in each.sentences],
            "examples": each.examples,
            "sensitive": each.sensitive,
            "sensitive_when": each.sensitive_when,
        }
        for each in catalogue.actions
        if each.skill == name and not each.hidden
    ]
    return row
