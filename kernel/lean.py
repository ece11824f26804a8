"""Keep out of a process what it does not use: the core must fit 32 MB, and each child has a cap.

asyncio imports ssl only if it can be imported. :func:`import_asyncio` hides it while asyncio is imported (4.5 MB), then
shows it again, so that a process that does need it (``egress``) can still import it for itself. Some modules of the
standard library are imported by others for a function that is seldom or never called; they are put off until that
(``LATER``, together 1 MB): what stands for them imports them when anything of them is asked for. msgspec likewise
takes typing_extensions where it is installed, which adds nothing to what Python 3.11 has of it.

Only the program's own entry points call this; a program that uses Bluerill as a library keeps its modules as they are.
"""

from __future__ import annotations

import importlib
import sys
import threading
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

LATER = ("inspect", "ipaddress", "locale")
"""inspect (with ast and dis) is for asyncio's old coroutines, ipaddress for addresses in brackets, locale for pipes
that are read as text."""
_CO_COROUTINE = 0x80
_LOCK = threading.RLock()


class _Later(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, attribute: str) -> Any:
        name = self.__name__
        with _LOCK:
            if sys.modules.get(name) is self:
                del sys.modules[name]
            real = importlib.import_module(name)
            self.__dict__.update(real.__dict__)
        return getattr(real, attribute)


def import_asyncio() -> None:
    """Import asyncio without ssl and msgspec without typing_extensions, if they are not imported yet."""
    if "asyncio" in sys.modules or "ssl" in sys.modules:
        return
    for name in LATER:
        if name not in sys.modules:
            sys.modules[name] = _Later(name)
    with _Hidden("ssl"):
        import asyncio  # noqa: F401
    with _Hidden("typing_extensions"):
        import msgspec  # noqa: F401


class _Hidden:
    """A module that cannot be imported for a while, if it is not imported yet."""

    def __init__(self, name: str) -> None:
        self._name = name if name not in sys.modules else ""

    def __enter__(self) -> None:
        if self._name:
            hidden: dict[str, None] = {self._name: None}
            sys.modules.update(hidden)  # type: ignore[arg-type]

    def __exit__(self, *_: object) -> None:
        if self._name:
            del sys.modules[self._name]


def suspends(function: object) -> bool:
    """Whether a function or method is an ``async def``: ``inspect.iscoroutinefunction`` without its module."""
    return bool(getattr(getattr(function, "__code__", None), "co_flags", 0) & _CO_COROUTINE)
