"""The kernel abstraction layer: what the kernel needs from an operating system, and nothing it does not.

``base`` says what a host is, ``linux``, ``posix`` and ``sim`` are the hosts there are, ``cage`` is what a child runs
first, ``doctor`` explains what this machine can enforce. The core imports exactly one host, chosen by
:func:`this_host`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .base import Host


def this_host() -> Host:
    """The host for the machine we run on."""
    if os.uname().sysname == "Linux":
        from .linux import LinuxHost

        return LinuxHost()
    from .posix import PosixHost

    return PosixHost()
