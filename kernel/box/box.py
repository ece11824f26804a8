"""Closing the box around this process: privileges, limits, files, system calls, in this order and for good.

A child closes it after the core has said what it is to be and before anything of a stranger's is imported. Each wall
stands or says why it does not: a kernel without Landlock still gets the filter of system calls, and the owner is told
what is in force (``bluerill skills info``, ``bluerill doctor``). A wall that the kernel has and refuses to put up is
an error, and the child ends.
"""

from __future__ import annotations

import functools
import os
import resource
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from ..errors import ServiceFault
from ..limits import MAX_LEASE_BYTES, MIB
from . import calls, landlock, native, seccomp
from .spec import BoxSpec, Wall

OPEN_FILES = 256
NICER = 5
"""How much less a boxed process counts when the processor is short."""

_SYSTEM = (
    "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/usr/share/zoneinfo",
    "/etc/localtime", "/etc/timezone", "/dev/zero", "/dev/urandom", "/dev/random", "/proc/sys/kernel/random/boot_id",
)  # fmt: skip
_NETWORK = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/services", "/etc/gai.conf",
    "/etc/ssl", "/etc/pki", "/usr/share/ca-certificates",
)  # fmt: skip
_WRITABLE = ("/dev/null",)
_LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")
"""What the system runs to start a program that is linked to libraries."""


def close(spec: BoxSpec) -> list[Wall]:
    """Close the box; returns every wall, also those that could not be put up. Raises ServiceFault."""
    if sys.platform != "linux":
        return [Wall("box", False, f"there is no box on {sys.platform}: it runs with your rights under a memory cap")]
    try:
        return [*_limits(), *_privileges(), _files(spec), _calls(spec)]
    except OSError as error:
        raise ServiceFault(f"the box cannot be closed: {error}") from error


def _limits() -> Iterator[Wall]:
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_FSIZE, MAX_LEASE_BYTES)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_MSGQUEUE, 0)
    os.nice(NICER)
    yield Wall("limits", True, f"{OPEN_FILES} open files, {MAX_LEASE_BYTES // MIB} MiB a file, no core dumps")


def _lower(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(which, (value, value))


def _privileges() -> Iterator[Wall]:
    native.drop_capabilities()
    native.prctl(native.PR_SET_NO_NEW_PRIVS, 1)
    yield Wall("privileges", True, "no capabilities, and none to gain (no_new_privs)")


def _files(spec: BoxSpec) -> Wall:
    reads = [*_SYSTEM, *code_folders(), *spec.reads, *(_NETWORK if spec.network else ())]
    programs = (*spec.programs, *_LOADERS) if spec.programs else ()
    abi = landlock.restrict(reads, (*_WRITABLE, *spec.writes), network=spec.network, programs=programs)
    if spec.programs and abi < 6:
        raise ServiceFault("a box with programs needs Landlock 6 (Linux 6.12), which keeps their signals inside")
    if not abi:
        return Wall("files", False, "this kernel has no Landlock: it may open every file that you may")
    writes = f"writes {', '.join(spec.writes)}" if spec.writes else "writes nothing"
    signals = ", and signals nobody" if abi >= 6 else ""
    return Wall("files", True, f"Landlock {abi}: reads its own code and the system's libraries, {writes}{signals}")


def _calls(spec: BoxSpec) -> Wall:
    machine = os.uname().machine
    if machine not in calls.ARCHITECTURES:
        return Wall("calls", False, f"no filter of system calls is written for {machine}")
    if not _has_seccomp():
        return Wall("calls", False, "this kernel has no seccomp: it may make every system call")
    seccomp.install(seccomp.program(machine, os.getpid(), network=spec.network, starts=bool(spec.programs)))
    sockets = "IPv4 and IPv6 only" if spec.network else "no sockets"
    starts = f"only {', '.join(map(os.path.basename, spec.programs))}" if spec.programs else "no programs, no processes"
    return Wall("calls", True, f"seccomp: {starts}, {sockets}, no ptrace, no io_uring, no bpf")


def _has_seccomp() -> bool:
    try:
        native.prctl(native.PR_GET_SECCOMP)  # EINVAL without it
    except OSError:
        return False
    return True


def prepare() -> None:
    """Find out beforehand what is the same for every box of this interpreter (in a zygote, for all its children)."""
    code_folders()
    machine = os.uname().machine
    if machine in calls.ARCHITECTURES:
        for _ in range(8):
            seccomp.program(machine, os.getpid())


@functools.cache
def code_folders() -> list[str]:
    """Where this interpreter imports from, with links followed: what a boxed process reads of Python and its packages.

    Bluerill's own package may consist of links (a checkout), whose targets are what is opened.
    """
    found = {os.path.realpath(entry) for entry in sys.path if os.path.isabs(entry)}
    found |= {os.path.realpath(sysconfig.get_path("stdlib")), *map(os.path.realpath, site.getsitepackages())}
    package = Path(__file__).absolute().parents[2]
    found |= {os.path.realpath(entry) for entry in package.iterdir()} | {str(package)}
    found.discard("/")
    found.discard(os.path.realpath(os.path.expanduser("~")))
    return sorted(path for path in found if os.path.exists(path))
