"""This device's models and skills for LangChain, from a program of its own.

    from bluerill.watch.langchain import Device

    with Device() as device:                      # the running one, as `make watch` leaves it
        model = device.chat("smollm2-360m").bind_tools(device.tools())
        print(model.invoke("wake me at seven").tool_calls)

Needs the extra ``models``. The connection lives on a thread of its own, so ``invoke`` and ``stream`` block only who
calls them; ``ainvoke`` and ``astream`` work from any event loop.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from types import TracebackType
from typing import Any, TypeVar

import msgspec
from langchain_core.tools import BaseTool

from ..agent.broker_model import BluerillChatModel
from ..agent.skill_tools import skill_tools
from ..kernel.errors import CallerError
from ..kernel.message import Body
from ..kernel.places import state_directory
from ..skills.messages import Catalogue, GetCatalogue
from .control import Front, SocketFront

__all__ = ["Device"]

T = TypeVar("T")
R = TypeVar("R")
CONNECT_S = 10.0


class _Across:
    """A front's ``ask`` for coroutines of any loop."""

    def __init__(self, front: Front, loop: asyncio.AbstractEventLoop) -> None:
        self._front = front
        self._loop = loop

    async def ask(self, to: str, body: Body, expect: Any, within: float | None = None) -> Any:
        work = self._front.ask(to, body, expect, within)
        if asyncio.get_running_loop() is self._loop:
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))


class Device:
    """The device that runs on this machine. ``socket`` is its control socket, if it is not the usual one."""

    def __init__(self, socket: str = "") -> None:
        self._path = socket or str(state_directory() / "device.sock")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bluerill-device", daemon=True)
        self._front: SocketFront | None = None

    def __enter__(self) -> Device:
        """Connect. Raises PeerRestarted if no device runs."""
        self._thread.start()
        try:
            self._front = self.run(SocketFront.connect(self._path))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._front is not None:
            self.run(self._front.close())
        self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CONNECT_S)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the device's thread and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _connected(self) -> Front:
        if self._front is None:
            raise CallerError("expected a connected device: use it as `with Device() as device:`")
        return self._front

    def chat(self, model: str, **settings: Any) -> BluerillChatModel:
        """A chat model by its card's name or path; the settings are BluerillChatModel's."""
        port = _Across(self._connected(), self._loop)
        return BluerillChatModel(port=port, model=model, runner=self.run, **settings)

    def tools(self, *, only: Iterable[str] = (), sensitive: bool = False) -> list[BaseTool]:
        """The skills' actions as tools; ``sensitive`` lets them do what otherwise needs the owner."""
        front = self._connected()
        body, data = self.run(front.borrow("skills", GetCatalogue(by_lease=True), Catalogue))
        catalogue = body if data is None else msgspec.json.decode(data, type=Catalogue)
        port = _Across(front, self._loop)
        made: list[BaseTool] = skill_tools(catalogue, port, self.run, only=only, sensitive=sensitive)
        return made
