"""Keep ``ssl`` out of processes that need no network: 4.5 MB of a core that must fit 32 MB.

asyncio imports ssl only if it can be imported. :func:`import_asyncio` hides it while asyncio is imported, then
shows it again, so that a process that does need it (``egress``) can still import it for itself. Only the program's
own entry points call this; a program that uses Bluerill as a library keeps its asyncio as it is.
"""

from __future__ import annotations

import sys


def import_asyncio() -> None:
    """Import asyncio without ssl, if neither is imported yet."""
    if "asyncio" in sys.modules or "ssl" in sys.modules:
        return
    hidden: dict[str, None] = {"ssl": None}
    sys.modules.update(hidden)  # type: ignore[arg-type]
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]
