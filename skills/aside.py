"""Code that does not suspend, run beside the loop: a plain ``def`` of a skill's author, a tool of somebody's library.

Each call has a thread of its own, as a daemon: one that never comes back must keep neither the process from ending nor
the next call from a free worker, as it would in a pool. The thread runs in a copy of the caller's context, so that
whose unit it is stays known; :func:`wait` is the way back for what the loop has to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from ..kernel.errors import BudgetExceeded, CallerError, ServiceFault
from ..kernel.lean import suspends
from ..kernel.service import Port

__all__ = ["MOST", "aside", "give_up", "started", "wait"]

T = TypeVar("T")
GRACE_S = 1.0
MOST = 16
"""Threads at a time; those that hang are among them."""

_loop: contextvars.ContextVar[asyncio.AbstractEventLoop | None] = contextvars.ContextVar("bluerill_loop", default=None)
_running: set[threading.Thread] = set()
_abandoned: set[threading.Thread] = set()
"""Those for which nobody waits any more."""


async def aside(work: Callable[[], T]) -> T:
    """What ``work`` returns or raises. Raises BudgetExceeded when too many hang. Cancelled, it leaves the thread alone:
    nothing can end one."""
    if len(_running) >= MOST:
        raise BudgetExceeded(f"{MOST} calls that do not suspend are under way, and none has ended")
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def told(value: Any, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(value)
        else:
            done.set_exception(error)

    def run() -> None:
        value: Any = None
        error: BaseException | None = None
        try:
            value = context.run(work)
        except BaseException as raised:  # noqa: BLE001 - handed to whoever waits, who judges it
            plain = isinstance(raised, Exception) and not isinstance(raised, StopIteration)  # what a future can carry
            error = raised if plain else RuntimeError(f"it raised {type(raised).__name__}")
        _running.discard(thread)
        _abandoned.discard(thread)
        with contextlib.suppress(RuntimeError):  # the loop is gone, and so is whoever waited
            loop.call_soon_threadsafe(told, value, error)

    context = contextvars.copy_context()
    context.run(_loop.set, loop)
    thread = threading.Thread(target=run, name="bluerill-aside", daemon=True)
    _running.add(thread)
    thread.start()
    try:
        return await done
    except asyncio.CancelledError:
        if thread in _running:
            _abandoned.add(thread)
        raise


def started(method: Callable[..., Any], *given: Any, **named: Any) -> Callable[[], Coroutine[Any, Any, Any]]:
    """A method as something to await: a plain ``def`` runs on a thread."""
    if suspends(method):
        return lambda: method(*given, **named)
    return lambda: aside(lambda: method(*given, **named))


async def give_up(port: Port, what: str) -> None:
    """End this process if a thread of it hangs, once the error about it has been told: nothing else can end that.
    Spawned by a service of a child, whose failure this is."""
    await port.sleep(GRACE_S)
    if _abandoned:
        raise ServiceFault(f"{what} hangs on a thread; its process is started anew")


def wait(work: Coroutine[Any, Any, T]) -> T:
    """Have a coroutine done by the loop that the current thread was started beside, and wait for it. Raises what it
    raises; CallerError where there is no such loop."""
    loop = _loop.get()
    if loop is None or threading.current_thread() not in _running:
        work.close()
        raise CallerError("wait() is for an action that is a plain 'def'; one that is 'async def' says await")
    return asyncio.run_coroutine_threadsafe(work, loop).result()
