"""Restarting a service by hand: the same end as any other death, and the same beginning after it.

What it was doing is answered PeerRestarted, its mailbox stays, its generation grows. A quarantined service gets a clean
record. Only services of the control lane may ask for it: whoever looks after the device, not what runs on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import CallerError, CapabilityError
from .manifest import KERNEL
from .message import Body, message
from .service import Call
from .task import State

if TYPE_CHECKING:
    from .loop import Kernel


@message("kernel.restart-service")
class RestartService(Body, frozen=True):
    """Ask ``kernel`` to end a service and start it again. → ServiceRestarting"""

    name: str


@message("kernel.service-restarting")
class ServiceRestarting(Body, frozen=True):
    """The service of this generation is being ended; the next one follows by itself."""

    name: str
    generation: int


async def restart(kernel: Kernel, request: RestartService, call: Call) -> ServiceRestarting:
    """Do it. Raises CapabilityError, and CallerError where there is nothing to restart."""
    asker = kernel.seats.get(call.sender)
    if asker is None or asker.spec.lane != "control":
        raise CapabilityError(f"service {call.sender!r} may not restart services: it is not of the control lane")
    seat = kernel.seats.get(request.name)
    if seat is None or request.name == KERNEL:
        raise CallerError(f"no service is named {request.name[:40]!r} that could be restarted")
    if request.name == call.sender:
        raise CallerError(f"service {request.name!r} cannot restart itself")
    generation = seat.generation
    why = f"restarted by {call.sender}"
    match seat.state:
        case State.QUARANTINED:
            seat.supervisor.recover(kernel.now())
            await seat.stop()
            kernel.begin(seat)
        case State.RUNNING | State.STARTING:
            kernel.fault(f"service {seat.id} was {why}")
            await seat.restart(why)
        case _:
            raise CallerError(f"service {request.name!r} is {seat.state.value}: there is nothing to restart")
    return ServiceRestarting(request.name, generation)
