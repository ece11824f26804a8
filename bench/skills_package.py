"""A package of one skill that only answers, and its way into a device, for the measurements of skills."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ..kernel.service import Port
from ..skills import register
from ..skills.admission import Admit, Admitted, Inspect
from ..skills.messages import Catalogue

_CODE = '''
from bluerill.skills.contract import Reply, Skill, action

class Echo(Skill):
    """Answers."""
    name = "NAME"

    @action("NAME [NAME]", examples=["NAME"], reads=True)
    async def echo_back_NAME(self) -> Reply:
        return Reply("Echo.")
'''


def package(folder: Path, name: str = "echo") -> Inspect:
    """Write the package into a folder; its action is ``echo_back_NAME``."""
    (folder / f"{name}_skill.py").write_text(_CODE.replace("NAME", name))
    return Inspect(name, "1.0", [f"{name}={name}_skill:Echo"], str(folder))


async def admit(port: Port, found: Inspect) -> None:
    """Agree to all it asks for."""
    _, lease = await port.borrow("skills", found, Catalogue, within=30)
    with lease:
        seen = msgspec.json.decode(lease.bytes(), type=Catalogue)
    pins = {each.name: register.pin(each, seen.actions) for each in seen.skills}
    want = Admit(found.package, found.version, found.entries, found.folder, "", pins, {each: [] for each in pins})
    await port.ask("skills", want, Admitted, within=30)
