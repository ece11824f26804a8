"""What a service and the kernel say to each other of children started at run time, and of the memory for them.

A service whose manifest has a ``starts`` table asks ``kernel`` (:class:`StartChild` …), and is told by it
(:class:`ChildExited`, :class:`BudgetChanged`, :class:`Shortage`). Sizes are bytes. ``anon`` and ``file`` are the two
classes of the ledger; their sum is the cap that the operating system enforces. See ``nursery.py`` and ``budget.py``.
"""

from __future__ import annotations

from typing import Any

from .message import Body, message


@message("kernel.start-child")
class StartChild(Body, frozen=True):
    """Ask ``kernel`` for a child of the class the manifest lets the asker start; its end is told later.
    → ChildStarted | ChildExited

    ``data`` is its soft wall (RLIMIT_DATA; 0: twice the cap), ``settings`` are the keyword arguments of its class.
    ``asks``, ``tells`` and ``notifies`` are its rights, of those the manifest lets its starter give; ``reads`` are
    files and folders that a boxed child may read. One that is ``kept`` is started again by the supervisor as a service
    of the manifest is, and its end is told once the supervisor gives up.

    Raises BudgetExceeded if it does not fit, CallerError for a name outside the prefix or in use.
    """

    name: str
    anon: int
    file: int = 0
    data: int = 0
    settings: dict[str, Any] = {}
    asks: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    notifies: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    kept: bool = False


@message("kernel.child-started")
class ChildStarted(Body, frozen=True):
    """The process exists (asks to it wait until it is ready). ``cap`` is enforced by ``mechanism``."""

    generation: int
    cap: int
    mechanism: str


@message("kernel.stop-child")
class StopChild(Body, frozen=True):
    """Ask ``kernel`` to end a child: asked first, killed after the grace time, or killed at once. → ChildStopped"""

    name: str
    kill: bool = False


@message("kernel.rest-child")
class RestChild(Body, frozen=True):
    """Ask ``kernel`` to let a kept child rest: it ends, its memory is free, and the next message to it starts it again.
    One that has something to do is left alone. → ChildRests"""

    name: str


@message("kernel.child-rests")
class ChildRests(Body, frozen=True):
    """Whether it does."""

    rests: bool


@message("kernel.child-stopped")
class ChildStopped(Body, frozen=True):
    """It is gone and its memory is free. ``exit`` is "" if it was gone before; ``peak`` is its largest charge."""

    exit: str = ""
    peak: int = 0


@message("kernel.resize-child")
class ResizeChild(Body, frozen=True):
    """Ask ``kernel`` to move the reservation and the cap of a living child. → ChildResized

    Raises BudgetExceeded if it does not fit, ServiceFault if the child holds more than the new cap.
    """

    name: str
    anon: int
    file: int = 0


@message("kernel.child-resized")
class ChildResized(Body, frozen=True):
    """``cap`` is what is enforced now; ``note`` says what could not be moved with it, "" if everything was."""

    cap: int
    mechanism: str
    note: str = ""


@message("kernel.get-child-memory")
class GetChildMemory(Body, frozen=True):
    """Ask ``kernel`` what a child uses. → ChildMemory"""

    name: str


@message("kernel.child-memory")
class ChildMemory(Body, frozen=True):
    """``charge`` is what the cap counts, ``peak`` its largest value so far; -1 where the mechanism cannot tell."""

    charge: int
    anon: int
    file: int
    peak: int
    oom_kills: int = 0


@message("kernel.child-exited")
class ChildExited(Body, frozen=True):
    """Told to the starter: a child ended without being stopped. ``kind`` is an ExitKind, ``reason`` one line.

    The kernel does not start it again: what to do is its starter's decision.
    """

    name: str
    generation: int
    kind: str
    reason: str
    oom: bool = False
    peak: int = 0


@message("kernel.get-budget")
class GetBudget(Body, frozen=True):
    """Ask ``kernel`` how the memory stands, seen by the asker; a starter is told of changes from then on.
    → BudgetState | BudgetChanged | Shortage"""


@message("kernel.budget-state")
class BudgetState(Body, frozen=True):
    """``share`` is what the asker's children may hold together: what they hold and what is free."""

    budget: int
    headroom: int
    reserved: int
    share: int = 0


@message("kernel.get-pressure")
class GetPressure(Body, frozen=True):
    """Ask ``kernel`` how hard it is to get memory on this machine. → PressureNow"""


@message("kernel.pressure-now")
class PressureNow(Body, frozen=True):
    """Percent of the last ten seconds in which some, or all, tasks waited for memory; ``source`` "": nobody knows."""

    some: float = 0.0
    full: float = 0.0
    source: str = ""


@message("kernel.set-budget")
class SetBudget(Body, frozen=True):
    """Ask ``kernel`` to change the device's memory while it runs. → BudgetState

    A smaller budget takes effect once those who start children have made room. Raises BudgetExceeded, changing
    nothing, if the core and the services started at boot do not fit, or if room was not made in time.
    """

    bytes: int


@message("kernel.budget-changed")
class BudgetChanged(Body, frozen=True):
    """Told to a starter: what its children may hold together from now on; it must shrink to that if they hold more."""

    bytes: int


@message("kernel.shortage")
class Shortage(Body, frozen=True):
    """Told to a starter: a service of the device lacks ``bytes``; what is idle should go."""

    bytes: int
    owner: str
