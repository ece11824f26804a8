"""What a child does before anything else: lock itself in. Imports nothing heavier than ``fcntl`` and ``resource``.

The parent does not do this for its children: a cgroup move from outside can wait on locks for milliseconds, and code
between fork and exec is unsafe in a process with threads. So the parent only passes one environment variable, and the
child, still small, enters its own cgroup, sets its own limits and ties its life to the core's. Everything it allocates
afterwards is charged to the cage.

The tie is a *lifeline*: the read end of a pipe whose write end only the core holds. The child asks the kernel to send
it SIGKILL when the pipe changes state (``F_SETSIG``, ``F_SETOWN``, ``O_ASYNC``; see fcntl(2)), which happens exactly
when the core is gone. Unlike PR_SET_PDEATHSIG this needs no foreign function call, follows the core *process* rather
than the thread that happened to fork, and survives exec. Systems without F_SETSIG watch the pipe from a thread
instead.

    BLUERILL_CAGE = "cgroup=/path/cgroup.procs\\nlife=7\\ndata=50331648\\ncwd=/path"

Run as a program, it cages itself and executes the rest of its command line.
"""

from __future__ import annotations

import _thread
import fcntl
import os
import resource
import signal
import sys

ENVIRONMENT = "BLUERILL_CAGE"
REFUSED = 86
"""Exit status of a child that could not enter its cage (so that the core never takes it for the program's own)."""
THREAD_STACK = 512 * 1024
"""Stacks of Python threads: private address space is what RLIMIT_DATA counts, and 8 MiB a thread is too much."""


def enter(keep_lifeline: bool = False) -> bool:
    """Enter the cage named in the environment; False if there is none. Ends the process if it cannot be entered.

    ``keep_lifeline`` leaves the lifeline open across an exec.
    """
    text = os.environ.pop(ENVIRONMENT, "")
    if not text:
        return False
    enter_as({key: value for key, _, value in (line.partition("=") for line in text.split("\n"))}, keep_lifeline)
    return True


def enter_as(wanted: dict[str, str], keep_lifeline: bool = False) -> None:
    """Enter a cage of these parts. Ends the process if it cannot be entered."""
    try:
        _enter(wanted, keep_lifeline)
    except (OSError, ValueError) as error:
        os.write(2, f"bluerill: cannot enter the cage: {error}\n".encode())
        os._exit(REFUSED)


def _enter(wanted: dict[str, str], keep_lifeline: bool) -> None:
    if "life" in wanted:
        _tie(int(wanted["life"]), keep_lifeline)
    for group in wanted.get("cgroup", "").split("\t"):
        if group:
            # 0 means "the process that writes"
            fd = os.open(group, os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.write(fd, b"0")
            finally:
                os.close(fd)
    if "data" in wanted:
        data = int(wanted["data"])
        # Behind a cgroup it stays a soft limit, which the core can move when it moves the cap.
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1] if wanted.get("cgroup") else data
        resource.setrlimit(resource.RLIMIT_DATA, (data, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _thread.stack_size(THREAD_STACK)
    if "cwd" in wanted:
        os.chdir(wanted["cwd"])


def _tie(life: int, keep: bool) -> None:
    """Die when the core dies: its end of the lifeline closes."""
    os.set_inheritable(life, keep)
    if hasattr(fcntl, "F_SETSIG"):
        fcntl.fcntl(life, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(life, fcntl.F_GETFL)
        fcntl.fcntl(life, fcntl.F_SETFL, flags | fcntl.FASYNC | os.O_NONBLOCK)
        try:
            gone = os.read(life, 1) == b""  # the core may have died before the signal was asked for
        except BlockingIOError:
            gone = False
        if gone:
            os._exit(REFUSED)
    else:
        _thread.start_new_thread(_watch, (life,))


def _watch(life: int) -> None:
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """``python cage.py PROGRAM ARGUMENT...``: the door for programs that do not know of cages."""
    enter(keep_lifeline=True)
    try:
        os.execv(sys.argv[1], sys.argv[1:])
    except OSError as error:
        os.write(2, f"bluerill: cannot execute {sys.argv[1]!r}: {error.strerror}\n".encode())
        os._exit(REFUSED + 1)


if __name__ == "__main__":
    main()
