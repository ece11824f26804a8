"""Skills on the real kernel: a third-party package in its own process, killed in the middle of a call."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError, PeerRestarted, ServiceFault
from bluerill.kernel.manifest import Manifest
from bluerill.skills.messages import Catalogue, Fetch, Fetched, GetCatalogue, Invoke, Invoked
from support.devices import device

pytestmark = pytest.mark.process

PACKAGE = """
import os
from datetime import timedelta
from bluerill.skills.contract import Reply, Skill, Text, action

class Tea(Skill):
    "Brews tea."
    name = "tea"
    grants = ("store",)

    @action("brew {kind} tea")
    async def brew_tea(self, kind: Text) -> Reply:
        "Brew."
        await self.device.put("last", kind)
        return Reply(f"{kind} tea.", {"pid": os.getpid()}, undo=kind)

    @action("which tea")
    async def last_tea(self) -> Reply:
        return Reply("", {"last": await self.device.get("last"), "pid": os.getpid()})

    @action("drop the pot")
    async def drop_pot(self) -> Reply:
        await self.device.put("last", "dropped")
        os._exit(3)

class Loud(Skill):
    name = "sound"
"""


def wiring(state: Path) -> Manifest:
    child = {"isolation": "child", "memory": "64M"}
    third_party = {"entries": ["tea=tea_house:Tea", "sound=tea_house:Loud"], "package": "tea-house", "version": "1.0"}
    services = {
        "store": {"class": "bluerill.skills.store:StoreService", "settings": {"path": str(state)}},
        "egress": {"class": "bluerill.skills.egress:EgressService", **child, "start": "demand"},
        "skill-tea": {
            "class": "bluerill.skills.skillhost:SkillHost",
            **child,
            "asks": ["store", "egress"],
            "tells": ["skills"],
            "notifies": ["skills"],
            "settings": third_party,
        },
        "skills": {
            "class": "bluerill.skills.host:SkillsService",
            "asks": ["store", "egress", "skill-tea"],
            "settings": {
                "entries": ["sound=bluerill.skills.system.sound:Sound"],
                "hosts": ["skill-tea"],
                "tell_changed": [],
                "wait_s": 10.0,
            },
        },
    }
    return Manifest.parse({"device": {"ram": "1G"}, "services": services})


def test_a_package_lives_and_dies_in_its_own_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tea_house.py").write_text(PACKAGE)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}")

    async def story() -> None:
        async with device(wiring(tmp_path / "state")) as kernel:
            front = kernel.connect("session")

            async def do(action: str, **arguments: object) -> Invoked:
                return await front.ask("skills", Invoke(action, dict(arguments)), Invoked, within=20)

            catalogue = await front.ask("skills", GetCatalogue(), Catalogue)
            states = [(each.name, each.package, each.state) for each in catalogue.skills]
            assert states == [
                ("sound", "bluerill", "running"), ("tea", "tea-house", "running"), ("sound", "tea-house", "broken"),
            ]  # fmt: skip
            assert "tea_house" not in sys.modules
            brewed = await do("brew_tea", kind="green")
            assert brewed.speech == "green tea."
            assert brewed.result["pid"] != os.getpid()

            with pytest.raises((PeerRestarted, ServiceFault)) as caught:
                await do("drop_pot")
            assert "\n" not in str(caught.value)
            assert (await do("set_volume", level=30)).result["volume"] == 30
            again = await do("last_tea")
            assert again.result["last"] == "green", "what a killed action wrote never happened"
            assert again.result["pid"] != brewed.result["pid"]

            with pytest.raises(CallerError, match=r"may not reach 'evil\.example'"):
                await kernel.connect("skills-fake").ask("egress", Fetch("https://evil.example/"), Fetched, within=20)

    asyncio.run(story())
