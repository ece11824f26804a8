"""Skills of strangers that hang, leak, fork, spin or crash: each is contained and said, and the device goes on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from bluerill.kernel.errors import BluerillError
from bluerill.kernel.loop import Kernel
from bluerill.kernel.manifest import Manifest
from bluerill.kernel.message import Body, Taint
from bluerill.kernel.service import Port
from bluerill.kernel.task import State
from bluerill.skills import register
from bluerill.skills.admission import Admit, Admitted, Inspect, Switch
from bluerill.skills.messages import Catalogue, GetCatalogue, Invoke, Invoked, SkillInfo
from support.devices import device
from support.wheels import wheel

pytestmark = pytest.mark.process

WILD = '''
import asyncio, time

class Wild(Skill):
    """Misbehaves."""
    name = "wild"
    grants = ("speaker", "store")
    kept: list[bytearray] = []

    @action("go wild with {how}", examples=["go wild with cake"], reads=True)
    async def go_wild(self, how: Text) -> Reply:
        if how == "hang":
            await asyncio.Event().wait()
        elif how == "spin":
            while True:
                pass
        elif how == "leak":
            while True:
                Wild.kept.append(bytearray(b"x" * (1 << 20)))
        elif how == "fork":
            os.fork()
        elif how == "crash":
            os._exit(9)
        elif how == "swallow":
            while True:
                try:
                    await asyncio.sleep(3600)
                except BaseException:
                    pass
        elif how == "nonsense":
            return 42
        elif how == "huge":
            return Reply("x" * 10_000_000, result={"x": "y" * 10_000_000})
        elif how == "deep":
            deep: Any = []
            for _ in range(50_000):
                deep = [deep]
            return Reply("x", result={"deep": deep})
        elif how == "alias":
            shared: Any = ["x"]
            for _ in range(40):
                shared = [shared, shared]
            return Reply("x", result={"shared": shared})
        elif how == "surrogate":
            return Reply("\\ud800", result={"text": "\\ud800"})
        elif how == "nan":
            return Reply("Not a number.", result={"value": float("nan"), "text": "a\\0b"})
        elif how == "print":
            for _ in range(50):
                print("x" * 1_000_000)
        elif how == "retry":
            for _ in range(100_000):
                try:
                    await self.device.put("x", "y" * 100_000)
                except Exception:
                    pass
        return Reply("Tame.")

    @action("block on a thread", examples=["block on a thread"])
    def block_thread(self) -> Reply:
        while True:
            try:
                time.sleep(3600)
            except BaseException:
                pass
'''


def wiring(state: Path) -> Manifest:
    place = str(state / "skills")
    services = {
        "store": {"class": "bluerill.skills.store:StoreService", "settings": {"path": str(state)}},
        "egress": {"class": "bluerill.skills.egress:EgressService", "isolation": "child", "memory": "64M",
                   "start": "demand", "settings": {"register": place}},
        "skills": {
            "class": "bluerill.skills.host:SkillsService",
            "asks": ["store", "egress", "kernel"],
            "settings": {"entries": ["sound=bluerill.skills.system.sound:Sound"], "tell_changed": [],
                         "register": place, "wait_s": 10.0, "timeout_s": 1.0},
            "starts": {
                "class": "bluerill.skills.skillhost:SkillHost", "prefix": "skill-", "most": 4, "hang_s": 0.5,
                "asks": ["store", "egress"], "tells": ["skills"], "notifies": ["skills"], "box": {},
                "zygote": {"memory": "24M", "settings": {"wakes": False}},
            },
        },
    }  # fmt: skip
    return Manifest.parse({"device": {"ram": "1G"}, "services": services})


def story(tmp_path: Path, work: Callable[[Kernel, Port], Awaitable[None]]) -> None:
    async def main() -> None:
        async with device(wiring(tmp_path / "state")) as kernel:
            port = kernel.connect("control")
            folder = tmp_path / "wild"
            with ZipFile(wheel(tmp_path, "wild", WILD, {"wild": "Wild"})) as archive:
                archive.extractall(folder)
            found = Inspect("wild", "1.0", ["wild=wild_skill:Wild"], str(folder))
            _, lease = await port.borrow("skills", found, Catalogue, within=20)
            with lease:
                seen = msgspec.json.decode(lease.bytes(), type=Catalogue)
            pins = {each.name: register.pin(each, seen.actions) for each in seen.skills}
            grants = {each.name: each.grants for each in seen.skills}
            want = Admit(found.package, found.version, found.entries, found.folder, "", pins, grants)
            await port.ask("skills", want, Admitted, within=20)
            await work(kernel, port)

    asyncio.run(asyncio.wait_for(main(), 90))


async def wild(port: Port, how: str) -> str:
    """What came of it: the answer, or the error in one line."""
    try:
        answer = await port.ask("skills", Invoke("go_wild", {"how": how}), Body, within=20, taint=Taint.USER)
    except BluerillError as error:
        return str(error)
    assert isinstance(answer, Invoked)
    return answer.speech


async def unharmed(kernel: Kernel, port: Port) -> None:
    """The device's own skills answer, and nothing of it was restarted."""
    answer = await port.ask("skills", Invoke("get_volume"), Invoked, within=5, taint=Taint.USER)
    assert answer.speech
    assert kernel.seats["skills"].generation == kernel.seats["store"].generation == 1


async def skill(port: Port) -> SkillInfo:
    whole = await port.ask("skills", GetCatalogue(), Catalogue)
    return next(each for each in whole.skills if each.name == "wild")


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("hang", "did not answer"),
        ("swallow", "did not answer"),
        ("spin", "did not answer|stopped answering and was killed"),
        ("leak", "exceeded its memory cap|MemoryError"),
        ("fork", "PermissionError"),
        ("crash", "ended with exit code 9"),
        ("nonsense", "returned int, expected a Reply"),
        ("huge", "returned 10000.* bytes, at most"),
        ("deep", "not plain JSON"),
        ("alias", "exceeded its memory cap|MemoryError|did not answer|stopped answering and was killed"),
        ("surrogate", "not plain JSON|cannot be encoded"),
        ("nan", r"Not a number\."),
        ("print", r"Tame\."),
        ("retry", r"at most (49152|98304)|did not answer|no answer within|Tame\."),
    ],
)
def test_it_is_contained_in_one_line_and_works_again(how: str, expected: str, tmp_path: Path) -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        told = await wild(port, how)
        assert re.search(expected, told), told
        assert "\n" not in told
        await unharmed(kernel, port)
        async with asyncio.timeout(30):
            while await wild(port, "nothing") != "Tame.":  # noqa: ASYNC110 - it is another process that comes back
                await asyncio.sleep(0.05)
        assert kernel.seats["skills-zygote"].generation == 1

    story(tmp_path, work)


def test_a_thread_that_hangs_costs_its_process_and_no_other(tmp_path: Path) -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        before = kernel.seats["skill-wild"].generation
        with pytest.raises(BluerillError, match=r"gave no answer within 1 s|did not answer"):
            await port.ask("skills", Invoke("block_thread"), Body, within=20, taint=Taint.USER)
        await unharmed(kernel, port)
        async with asyncio.timeout(30):
            while True:
                if kernel.seats["skill-wild"].generation > before and await wild(port, "no way") == "Tame.":
                    break
                await asyncio.sleep(0.05)

    story(tmp_path, work)


def test_one_that_goes_on_with_it_is_quarantined_and_can_be_let_out(tmp_path: Path) -> None:
    async def work(kernel: Kernel, port: Port) -> None:
        async with asyncio.timeout(60):
            while (await skill(port)).state != "quarantined":
                await wild(port, "crash")
        assert "times within 60 s" in (await skill(port)).problem
        assert "skill-wild" not in kernel.seats or kernel.seats["skill-wild"].state is not State.RUNNING
        assert kernel.ledger.holds("skill-wild") is None, "it holds no memory"
        await unharmed(kernel, port)
        again = await port.ask("skills", Switch("wild", on=True), Admitted, within=20)
        assert again.states == {"wild": "running"}
        assert await wild(port, "nothing") == "Tame."

    story(tmp_path, work)
