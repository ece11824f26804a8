"""What a host says of itself, held against what its owner agreed to: pure."""

from __future__ import annotations

import msgspec

from . import register
from .messages import Catalogue
from .register import Package


def judged(theirs: Catalogue, package: Package, address: str) -> Catalogue:
    """A host's catalogue less every skill that is not what the owner agreed to, and less what it says of others."""
    skills, actions = [], []
    for skill in theirs.skills:
        told = msgspec.structs.replace(skill, package=package.package, isolation="process", host=address)
        if skill.state != "running":
            if skill.name in package.running:
                skills.append(told)
            continue
        held = package.agreed.get(skill.name)
        if skill.name not in package.running or held is None:
            continue
        if held.pin != register.pin(told, theirs.actions):
            problem = f"it is not what you agreed to: look again with bluerill skills enable {skill.name}"
            skills.append(msgspec.structs.replace(told, state="waiting", problem=problem, actions=[]))
            continue
        skills.append(msgspec.structs.replace(told, grants=list(held.grants)))  # what it may now
        actions += [each for each in theirs.actions if each.skill == skill.name]
    return Catalogue(theirs.fingerprint, actions, skills)
