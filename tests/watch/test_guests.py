"""Services of other packages: let in by the owner's file, refused in one line, run as capped children."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bluerill.agent.messages import Request, Turn
from bluerill.kernel.box.spec import BoxSpec
from bluerill.kernel.errors import ManifestError
from bluerill.kernel.status import GetStatus, Status
from bluerill.watch.boot import PAGE, VOICE, boot, load_manifest

LAMP = '''
from bluerill.agent.messages import Request, Turn
from bluerill.kernel.service import Service


class Lamp(Service):
    """Sets a timer through the device as soon as it runs."""

    def __init__(self, words: str) -> None:
        self.words = words

    async def start(self) -> None:
        self.port.spawn(self.speak(), "speak")

    async def speak(self) -> None:
        await self.port.ask("session", Request(self.words), Turn, within=20)
'''


@pytest.fixture
def lamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package with one guest."""
    site = tmp_path / "site"
    info = site / "lamp_package-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text("[bluerill.services]\nlamp = lamp_package:Lamp\n")
    (site / "lamp_package.py").write_text(LAMP)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", f"{Path(__file__).parents[1]}:{site}")
    return site


def test_an_installed_guest_is_not_on_the_device_by_itself(lamp: Path) -> None:
    assert "lamp" not in load_manifest(port=0, secret="").services


@pytest.mark.process
def test_a_guest_that_is_let_in_runs_as_a_child_and_does_what_it_may(lamp: Path, own_home: Path) -> None:
    (own_home / "services.toml").write_text(
        '[lamp]\nmemory = "48M"\nasks = ["session"]\nsettings = { words = "set a timer for ten minutes" }\n'
    )

    async def main() -> None:
        async with boot(load_manifest(without=(*VOICE, *PAGE))) as device:
            port = device.kernel.connect("front")
            while True:  # until the guest, which starts by itself, has spoken
                turn = await port.ask("session", Request("how long is left on the timer"), Turn, within=20)
                if turn.calls and "minute" in turn.reply and "no" not in turn.reply.lower().split():
                    break
                await asyncio.sleep(0.02)
            status = await port.ask("kernel", GetStatus(), Status)
            (row,) = [each for each in status.services if each.name == "lamp"]
            assert (row.isolation, row.reserved) == ("child", 48 << 20)

    asyncio.run(asyncio.wait_for(main(), 60))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lamp = 3", "expected a table for each guest"),
        ("[lamp", "is not TOML"),
        ("[boiler]", "no installed package registers it in bluerill.services; there are: lamp"),
        ("[store]", "that is a service of the device"),
        ('[lamp]\nisolation = "core"', "got 'isolation'"),
        ('[lamp]\nclass = "os:system"', "got 'class'"),
        ('[lamp]\nlane = "fast"', "Invalid enum value 'fast'"),
        ('[lamp]\nasks = ["nobody"]', "no service has that name"),
        ('[lamp]\nmemory = "much"', "expected a size such as 32M"),
        ("[lamp]\nsettings = { x = '" + "y" * 300_000 + "' }", "at most 262144 bytes"),
    ],
)
def test_what_cannot_be_is_one_line(lamp: Path, own_home: Path, text: str, expected: str) -> None:
    (own_home / "services.toml").write_text(text)
    with pytest.raises(ManifestError, match=expected) as caught:
        load_manifest(port=0, secret="")
    assert "\n" not in str(caught.value)


def test_a_guest_is_boxed_unless_the_owner_says_otherwise(lamp: Path, own_home: Path) -> None:
    def box_of(text: str) -> BoxSpec | None:
        (own_home / "services.toml").write_text(f"[lamp]\n{text}\n")
        return load_manifest(port=0, secret="").services["lamp"].box

    assert box_of("") == BoxSpec()
    assert box_of('box = { network = true, writes = ["/var/lamps"] }') == BoxSpec((), ("/var/lamps",), network=True)
    assert box_of("box = false") is None
    with pytest.raises(ManifestError, match="box"):
        box_of("box = { everything = true }")
