"""The child of a cell: ``python -m bluerill.bench.capped.child SETUP IN OUT LOG``.

It enters its cage before it imports anything large, says what it prints to LOG, loads the workload, and computes items
as they are asked for on the pipe IN until that ends. The last three arguments are descriptors.
"""

from __future__ import annotations

import os
import sys

from ...kernel.host.cage import enter

enter()
from ...kernel.lean import import_asyncio  # noqa: E402

import_asyncio()

import errno  # noqa: E402
from functools import partial  # noqa: E402
from importlib import import_module  # noqa: E402
from pathlib import Path  # noqa: E402
from time import perf_counter, process_time_ns  # noqa: E402
from typing import Any  # noqa: E402

import msgspec  # noqa: E402

from ...kernel.errors import BluerillError, BudgetExceeded  # noqa: E402
from .wire import Answer, Ask, Failed, First, FromChild, Ready, Setup  # noqa: E402

_NO_ROOM = ("failed to map segment", "cannot allocate memory", "can't start new thread", "bad_alloc", "bad allocation")


def main(words: list[str]) -> int:
    """Serve one workload. Returns the exit status."""
    setup = msgspec.json.decode(words[0], type=Setup)
    asked, out, log = (int(word) for word in words[1:4])
    os.dup2(log, 2)
    os.dup2(log, 1)

    def say(message: FromChild) -> None:
        data = msgspec.json.encode(message) + b"\n"
        while data:
            data = data[os.write(out, data) :]

    work: Any = None
    try:
        began = perf_counter()
        module, _, name = setup.work.partition(":")
        work = getattr(import_module(module, __package__), name)(Path(setup.folder), setup.settings)
        say(Ready(perf_counter() - began, work.versions))
        with os.fdopen(asked, "rb") as lines:
            for line in iter(lines.readline, b""):
                spent = process_time_ns()
                ask = msgspec.json.decode(line, type=Ask)
                first = partial(say, First(ask.item))
                answer: Answer = work.converse(ask.item, first) if ask.tokens else work.run(ask.item)
                spent = process_time_ns() - spent
                say(msgspec.structs.replace(answer, cpu_ns=spent // int(answer.extra.get("batch", 1))))
        work.close()
    except BrokenPipeError:
        return 1  # whoever asked is gone
    except (BluerillError, MemoryError, OSError, ImportError, RuntimeError) as error:
        say(Failed(kind_of(error), f"{type(error).__name__}: {error}"[:400]))
        return 1
    return 0


def kind_of(error: BaseException) -> str:
    """Whether memory was short, the workload refused, or something else is wrong."""
    if isinstance(error, BudgetExceeded):
        return "refused"
    text = str(error).lower()
    if isinstance(error, MemoryError) or getattr(error, "errno", 0) == errno.ENOMEM:
        return "memory"
    return "memory" if any(sign in text for sign in _NO_ROOM) else "fault"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
