"""What a process does not use stays out of it, and is there when it is asked for."""

from __future__ import annotations

from bluerill.kernel.lean import suspends
from house.house import fresh

START = "import sys; from bluerill.kernel.lean import import_asyncio, LATER; import_asyncio()\n"
KINDS = "print(*(type(sys.modules[name]).__name__ for name in LATER))"


def test_modules_that_are_seldom_needed_wait() -> None:
    assert set(fresh(START + KINDS).split()) == {"_Later"}


def test_what_is_put_off_is_the_real_thing_when_it_is_used() -> None:
    program = (
        START
        + "import asyncio, inspect, ipaddress\n"
        + "from locale import getlocale\n"
        + "import threading\n"
        + "found = []\n"
        + "tries = [threading.Thread(target=lambda: found.append(inspect.signature(len))) for _ in range(8)]\n"
        + "[each.start() for each in tries]; [each.join() for each in tries]\n"
        + "print(len(found), asyncio.iscoroutinefunction(asyncio.sleep), ipaddress.ip_address('::1').is_loopback)\n"
        + KINDS
    )
    assert fresh(program).split() == ["8", "True", "True", "module", "module", "module"]


def test_ssl_and_typing_extensions_can_still_be_imported() -> None:
    program = START + "print('ssl' in sys.modules, 'typing_extensions' in sys.modules)\nimport ssl, typing_extensions\n"
    assert fresh(program).split() == ["False", "False"]


def test_what_suspends_is_told_by_its_code() -> None:
    class Some:
        async def waits(self) -> None: ...

        def answers(self) -> None: ...

    assert suspends(Some().waits)
    assert suspends(Some.waits)
    assert not suspends(Some().answers)
    assert not suspends(len)
    assert not suspends(None)
