"""Every error the kernel raises, and whose fault each one is.

    BluerillError
    ├── CallerError            yours: a wrong address, body, argument or moment
    │   ├── CapabilityError    yours: you hold no right to do that
    │   └── ManifestError      yours: device.toml (or a plugin's manifest) is wrong
    ├── ServiceFault           theirs: the service you asked failed
    │   ├── PeerRestarted      theirs: it died or was restarted before it answered
    │   └── DeadlineExceeded   theirs: no answer in time
    └── BudgetExceeded         nobody's: the device has no room (memory, credits, queue)

An error crosses a process boundary as its ``code`` and its text, and is raised as the same class on the
other side; a code nobody knows becomes :class:`ServiceFault`. Texts say what was expected, what was found
and where, in one line.
"""

from __future__ import annotations

from typing import ClassVar


class BluerillError(Exception):
    """The root of the hierarchy; ``str(error)`` is one line fit to show a person."""

    code: ClassVar[str] = "error"

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else self.code


class CallerError(BluerillError):
    """The caller asked for something that cannot be: a wrong name, body or argument."""

    code = "caller"


class CapabilityError(CallerError):
    """The caller holds no capability for what it tried."""

    code = "capability"


class ManifestError(CallerError):
    """A manifest is wrong; the text names the file, the table and the mend."""

    code = "manifest"


class ServiceFault(BluerillError):
    """The service that was asked failed; the text names it and what it raised."""

    code = "fault"


class PeerRestarted(ServiceFault):
    """The service died, was killed or was restarted before it answered."""

    code = "restarted"


class DeadlineExceeded(ServiceFault):
    """No reply came before the deadline."""

    code = "deadline"


class BudgetExceeded(BluerillError):
    """No room: memory in the ledger, credits of a port, or places in a bounded queue."""

    code = "budget"


_BY_CODE: dict[str, type[BluerillError]] = {
    cls.code: cls
    for cls in (
        BluerillError,
        CallerError,
        CapabilityError,
        ManifestError,
        ServiceFault,
        PeerRestarted,
        DeadlineExceeded,
        BudgetExceeded,
    )
}


def error_from(code: str, text: str) -> BluerillError:
    """The error a peer sent as ``code`` and ``text``; unknown codes are the peer's fault."""
    return _BY_CODE.get(code, ServiceFault)(text)
