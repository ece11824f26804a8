"""A zygote: a process that has imported what its children need, and forks them (Android's name for it).

``python -m bluerill.kernel.zygote LINK FORKS``, started by the core (``zygotes.py``)

An interpreter of its own costs a package 9 MiB before it says a word; forked from one that has imported everything, a
child holds only the pages it writes. So that they are few, nothing is collected here and all there is is frozen
(``gc.freeze``), and one service was run to its end, since Python writes into code that it runs for the first times.

There is no loop, no thread, no secret here: two sockets of the core and nothing else. A child leaves them before it
does anything, enters a cage of its own with a lifeline of its own, and then becomes what its greeting says, closing its
box as every child does. Its end is the parent's to collect, so it is told from here, over a socket a child
(``host/forked.py``). What children of one zygote share is where their memory lies and how they hash texts; see
decision 25.
"""

from __future__ import annotations

import gc
import sys

if __name__ == "__main__":
    gc.disable()  # a collection leaves holes in pages that would else be shared

from .host.cage import enter, enter_as
from .lean import import_asyncio

if __name__ == "__main__":
    enter()
import_asyncio()

import array  # noqa: E402
import os  # noqa: E402
import select  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
from typing import Any  # noqa: E402

import msgspec  # noqa: E402

from . import eventloop  # noqa: E402
from .child import Child, Greeting, become, greeted, resolve  # noqa: E402
from .link import socket_pair  # noqa: E402
from .message import Frame, Kind, decode_frame, encode_frame  # noqa: E402

_MOST = 16 * 1024
_GIVEN = 3  # descriptors of a request: the child's link, its lifeline, and where its end is told


class Wanted(msgspec.Struct, frozen=True):
    """A child to fork: its name, and its cage as ``cage.py`` reads it."""

    name: str
    cage: dict[str, str]


class Zygote:
    """Serves until the core says stop or is gone. ``link`` speaks as a child's does, ``forks`` takes requests."""

    def __init__(self, link: socket.socket, forks: socket.socket) -> None:
        self._link, self._forks = link, forks
        self._told: dict[int, socket.socket] = {}  # by pid: where the end of a child is told
        self._stopping = False

    def run(self) -> tuple[socket.socket, str] | None:
        """None in the zygote, once it is to end; in a child, its own link and name."""
        wake, ours = os.pipe()
        os.set_blocking(ours, False)
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(ours, warn_on_full_buffer=False)
        poll = select.poll()
        for fd in (wake, self._link.fileno(), self._forks.fileno()):
            poll.register(fd, select.POLLIN)
        while not (self._stopping and not self._told):
            ready = {fd for fd, _ in poll.poll()}
            if wake in ready:
                os.read(wake, 4096)
            self._collect()
            if self._link.fileno() in ready and not self._said():
                return None
            if self._forks.fileno() in ready:
                born = self._fork()
                if born is not None:
                    return born
        return None

    def _said(self) -> bool:
        """One frame of the core's; False if the core is gone."""
        data = self._link.recv(_MOST)
        if not data:
            return False
        frame = decode_frame(data)
        if frame.kind == Kind.HELLO.value:
            self._link.send(encode_frame(Frame(Kind.HELLO, 0)))  # still alive
        elif frame.kind == Kind.STOP:
            self._stopping = True
        elif frame.kind == Kind.TRACE:
            self._link.send(encode_frame(Frame(Kind.TRACE, frame.id)))
        return True

    def _fork(self) -> tuple[socket.socket, str] | None:
        data, ancillary, _, _ = self._forks.recvmsg(_MOST, socket.CMSG_SPACE(4 * _GIVEN))
        fds = array.array("i")
        for level, kind, part in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds.frombytes(part[: len(part) - len(part) % fds.itemsize])
        if len(fds) != _GIVEN:
            for fd in fds:
                os.close(fd)
            return None
        want = msgspec.msgpack.decode(data, type=Wanted)
        link, life, told = fds
        pid = os.fork()
        if not pid:
            _leave(link, life)
            enter_as({**want.cage, "life": str(life)})
            return socket.socket(fileno=link), want.name
        os.close(link)
        os.close(life)
        self._told[pid] = end = socket.socket(fileno=told)
        pidfd = os.pidfd_open(pid)  # exact: nobody else collects it
        try:
            socket.send_fds(end, [pid.to_bytes(4, "little")], [pidfd])
        except OSError:
            pass  # the core has lost interest, and so has the child: its lifeline is cut
        finally:
            os.close(pidfd)
        return None

    def _collect(self) -> None:
        while self._told:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            end = self._told.pop(pid)
            try:
                end.send(status.to_bytes(4, "little"))
            except OSError:
                pass  # the core closed it: it knows
            end.close()


def _leave(*keep: int) -> None:
    """In a fresh child: nothing of the zygote's stays open, and its signals are a child's."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setpgid(0, 0)
    last = 3
    for fd in sorted(keep):
        os.closerange(last, fd)
        last = fd + 1
    os.closerange(last, os.sysconf("SC_OPEN_MAX"))


def warm(class_path: str, settings: dict[str, Any]) -> None:
    """Import what children will need, and let one service of the class live and end: what a first run writes is
    written here."""
    service = resolve(class_path)
    for _ in range(2):
        ours, theirs = socket_pair()
        for kind in (Kind.HELLO, Kind.NOTIFY, Kind.HELLO, Kind.STOP):
            ours.send(encode_frame(Frame(kind, 0)))
        greeting = Greeting("warm", 1, class_path, settings, 0)

        async def live(end: socket.socket = theirs, said: Greeting = greeting) -> None:
            await Child(end, said).run(service(**said.settings))

        eventloop.run(live())
        ours.close()
    if sys.platform == "linux":
        from .box import box

        box.prepare()


def main(argv: list[str]) -> int:
    link, forks = (socket.socket(fileno=int(fd)) for fd in argv[1:3])
    forks.set_inheritable(False)
    forks.setblocking(True)
    greeting = greeted(link)
    if greeting is None:
        return 0
    warm(greeting.class_, greeting.settings)
    gc.freeze()
    link.send(encode_frame(Frame(Kind.HELLO, 1)))
    born = Zygote(link, forks).run()
    if born is None:
        return 0
    gc.enable()
    sock, name = born
    _named(name)
    return become(sock)


def _named(name: str) -> None:
    """What process lists show."""
    try:
        with open("/proc/self/comm", "w", encoding="ascii") as file:
            file.write(name[:15])
    except OSError:
        pass  # only a help to who looks at the processes


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
