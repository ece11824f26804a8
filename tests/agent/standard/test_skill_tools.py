"""The skills as tools against LangChain's standard suite, every system skill, on a headless device of its own.

The arguments are what the planner makes of the action's own example, so nothing is listed here by hand.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

pytest.importorskip("langchain_tests", reason="langchain-tests is not installed: pip install 'bluerill[dev]'")

from langchain_core.tools import BaseTool
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from bluerill.agent.plan import Planner
from bluerill.bench.domain import device_catalogue
from bluerill.skills.offer import offered
from bluerill.watch.boot import PAGE, VOICE
from bluerill.watch.front import open_front
from bluerill.watch.langchain import Device

pytestmark = pytest.mark.anyio
CATALOGUE = device_catalogue()
OFFLINE = ("weather", "currency", "world")
"""Skills that need a network: without one they answer with an error, which has no artifact to look at."""


def examples() -> dict[str, tuple[str, dict[str, Any]]]:
    """An action of each skill, and arguments for it: the first whose example the planner understands."""
    planner, now = Planner(CATALOGUE), datetime.now().astimezone()
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for action in offered(CATALOGUE.actions):
        for example in action.examples:
            calls = planner.plan(example, now).calls
            if len(calls) == 1 and calls[0].name == action.name:
                best = found.setdefault(action.skill, (action.name, calls[0].arguments))
                if calls[0].arguments and not best[1]:
                    found[action.skill] = (action.name, calls[0].arguments)
    return found


EXAMPLES = examples()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    """A device on a thread, and a connection to it through its socket."""
    state = tmp_path_factory.mktemp("state")
    ready, done = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def live() -> None:
        async with open_front(without=(*VOICE, *PAGE)):
            ready.set()
            await done.wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(state))
        thread = threading.Thread(target=lambda: loop.run_until_complete(live()))
        thread.start()
        assert ready.wait(20)
        try:
            with Device() as connected:
                yield connected
        finally:
            loop.call_soon_threadsafe(done.set)
            thread.join(20)
            loop.close()


class Suite:
    """One skill's action."""

    @pytest.fixture(params=sorted(EXAMPLES), autouse=True)
    def skill(self, request: pytest.FixtureRequest) -> str:
        self.action, self.arguments = EXAMPLES[request.param]
        return str(request.param)

    @pytest.fixture
    def tool(self, skill: str, device: Device) -> BaseTool:
        return next(tool for tool in device.tools() if tool.name == self.action)

    @property
    def tool_constructor(self) -> type[BaseTool]:
        return BaseTool  # never called: tools are made by the device

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return self.arguments


class TestUnit(Suite, ToolsUnitTests):
    @pytest.mark.xfail(run=False, reason="tools are made by skill_tools() from a catalogue, not by their class")
    def test_init(self) -> None:
        """Constructs the class."""


class TestIntegration(Suite, ToolsIntegrationTests):
    @pytest.fixture(autouse=True)
    def answers(self, skill: str, request: pytest.FixtureRequest) -> None:
        if "output_schema" in request.node.name and request.getfixturevalue("skill") in OFFLINE:
            pytest.skip("there is no network in a test, and what this skill answers without one is an error")


def test_every_system_skill_is_there() -> None:
    assert set(EXAMPLES) == {action.skill for action in offered(CATALOGUE.actions)}
