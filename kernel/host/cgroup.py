"""Linux control groups as memory cages: one directory for the core, one leaf in it for each child.

    <where we may make groups>/bluerill.<core pid>.<core start time>/<child>.<n>

Both versions of the interface give a hard cap: what exceeds it is killed by the kernel, alone, and counted. Version 2
(``memory.max``, ``memory.swap.max``, ``memory.oom.group``; kernel documentation "Control Group v2") also kills a
child's whole family, tells the pressure, and needs a subtree in which we may enable the memory controller while no
process sits in an inner node. Version 1 (``memory.limit_in_bytes``, ``memory.memsw.limit_in_bytes``) works beneath
any group we may write.

Whether a mechanism works is found out by doing it (make a group, set a limit, read it back), never by asking for
versions. We only ever make groups below the one we are in (or beside it, where it has no limit of its own that a
child would escape), move nobody but ourselves and our children, and change no group that is not ours. Groups of cores
that died are swept at the next start: the name says which process made them.
"""

from __future__ import annotations

import errno
import os
import re
import signal
from pathlib import Path
from typing import ClassVar

from .base import Memory

PREFIX = "bluerill"


class Unusable(Exception):
    """A mechanism does not work here: why, and the one command that would mend it."""

    def __init__(self, why: str, mend: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.mend = mend


class Files:
    """The file operations cgroupfs understands; a test replaces them by ones that imitate it."""

    def mkdir(self, path: Path) -> None:
        path.mkdir(mode=0o755)

    def rmdir(self, path: Path) -> None:
        path.rmdir()

    def read(self, path: Path) -> str:
        with path.open("rb", buffering=0) as file:
            return file.read().decode("ascii", "replace")

    def write(self, path: Path, text: str) -> None:
        fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)  # no O_CREAT: a missing control must fail
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)

    def number(self, path: Path, default: int = -1) -> int:
        """The number in a one-line file; ``default`` if there is no such file or it says "max"."""
        try:
            return int(self.read(path))
        except (OSError, ValueError):
            return default

    def table(self, path: Path) -> dict[str, int]:
        """A file of ``key number`` lines; empty if there is no such file."""
        try:
            pairs = (line.split() for line in self.read(path).splitlines())
            return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}
        except OSError:
            return {}


_TRIES = 32


class Leaf:
    """The cage of one child."""

    def __init__(self, tree: Tree, path: Path, limit: int) -> None:
        self.path = path
        self.limit = limit
        self._tree = tree
        self._files = tree.files

    @property
    def door(self) -> str:
        """The file a process writes 0 to in order to enter."""
        return str(self.path / "cgroup.procs")

    def pids(self) -> list[int]:
        try:
            return [int(pid) for pid in self._files.read(self.path / "cgroup.procs").split()]
        except OSError:
            return []

    def memory(self) -> Memory:
        return self._tree.measure(self.path)

    def resize(self, limit: int) -> None:
        """Change the cap of a living child. Raises OSError if it holds more than that; then the old cap stands."""
        if limit < self.limit:
            self._tree.fits(self.path, limit)
        try:
            self._tree.limit(self.path, limit, grow=limit > self.limit)
        except OSError:
            self._tree.limit(self.path, self.limit, grow=True)  # of version 1's two limits one may have moved
            raise
        self.limit = limit

    def kill(self) -> None:
        """Kill everything inside."""
        try:
            self._files.write(self.path / "cgroup.kill", "1")  # version 2, Linux 5.14
        except OSError:
            for pid in self.pids():
                _kill(pid)

    def remove(self) -> bool:
        """Remove the group; False if something in it is still dying."""
        try:
            self._files.rmdir(self.path)
        except FileNotFoundError:
            return True
        except OSError as error:
            if error.errno in (errno.EBUSY, errno.ENOTEMPTY):
                return False
            raise
        return True


class Tree:
    """Where the groups of this core live, for one version of the interface. Nothing is made before ``open``."""

    name = ""
    controls = ""
    held: ClassVar[set[Path]] = set()
    """The leaves that devices of this process use."""

    def __init__(self, own: Path | None, files: Files | None = None, proc: Path = Path("/proc")) -> None:
        self.own = own  # our own group's directory; None if this version is not mounted
        self.files = files or Files()
        self.proc = proc
        self.base: Path | None = None
        self._made = 0
        self._undead: list[Leaf] = []

    def open(self) -> Path:
        """Make the core's directory and try it out. Raises Unusable."""
        if self.base is None:
            self.base = self._open()
            self.sweep(self.base.parent)
            self._inherit(self.base)
        return self.base

    def _inherit(self, base: Path) -> None:
        """Remove what an earlier device of this process left dying; leaves that are held by one beside it stay."""
        for path in [p for p in base.iterdir() if p.is_dir() and p not in Tree.held]:
            leaf = Leaf(self, path, 0)
            leaf.kill()
            leaf.remove()

    def leaf(self, name: str, limit: int) -> Leaf:
        """A new cage with a limit in bytes. Raises Unusable or OSError."""
        base = self.open()
        self._undead = [leaf for leaf in self._undead if not leaf.remove()]
        path = self._room(base, re.sub(r"[^A-Za-z0-9_-]", "_", name)[:40])
        Tree.held.add(path)
        leaf = Leaf(self, path, limit)
        try:
            self.limit(path, limit)
        except OSError:
            Tree.held.discard(path)
            leaf.remove()
            raise
        return leaf

    def _room(self, base: Path, name: str) -> Path:
        """A new directory. A device before this one, of the same process, may have left one that is still dying."""
        for _ in range(_TRIES - 1):
            self._made += 1
            try:
                self.files.mkdir(base / f"{name}.{self._made}")
            except FileExistsError:
                continue
            return base / f"{name}.{self._made}"
        self._made += 1
        self.files.mkdir(base / f"{name}.{self._made}")
        return base / f"{name}.{self._made}"

    def bury(self, leaf: Leaf) -> None:
        """Remove a leaf, now or when what is in it has died."""
        Tree.held.discard(leaf.path)
        if not leaf.remove():
            self._undead.append(leaf)

    def close(self) -> None:
        """Remove the core's directory; what is still dying is swept by the next core."""
        if self.base is not None:
            self._undead = [leaf for leaf in self._undead if not leaf.remove()]
            Leaf(self, self.base, 0).remove()
            self.base = None

    def sweep(self, where: Path) -> int:
        """Remove the groups of cores that are dead, and kill what they left; returns how many."""
        swept = 0
        for path in where.glob(f"{PREFIX}.*.*"):
            _, pid, started = path.name.split(".", 2)
            if not pid.isdigit() or start_time(int(pid), self.proc) == started:
                continue
            for inner in [p for p in path.iterdir() if p.is_dir()]:
                leaf = Leaf(self, inner, 0)
                leaf.kill()
                leaf.remove()
            swept += Leaf(self, path, 0).remove()
        return swept

    def measure(self, path: Path) -> Memory:
        raise NotImplementedError

    def limit(self, path: Path, limit: int, grow: bool = False) -> None:
        raise NotImplementedError

    def fits(self, path: Path, limit: int) -> None:
        """Raise OSError if a lower limit would kill instead of being refused."""

    def _open(self) -> Path:
        raise NotImplementedError

    def _make(self, where: Path) -> Path:
        """Make the core's directory in ``where``, or take over ours if it is there already."""
        pid = os.getpid()
        path = where / f"{PREFIX}.{pid}.{start_time(pid, self.proc)}"
        try:
            self.files.mkdir(path)
        except FileExistsError:
            pass
        return path

    def _try(self, base: Path) -> None:
        """Set a limit on a group of ours and read it back."""
        path = base / "probe"
        self.files.mkdir(path)
        try:
            self.limit(path, 16 << 20)
        finally:
            self.files.rmdir(path)


class TreeV1(Tree):
    """Control groups version 1: ``memory.limit_in_bytes``."""

    name = "cgroup-v1"
    controls = "memory.limit_in_bytes and memory.memsw.limit_in_bytes, hard"

    def _open(self) -> Path:
        if self.own is None:
            raise Unusable("no version 1 memory controller is mounted")
        base = None
        try:
            base = self._make(self.own)
            self._try(base)
        except OSError as error:
            if base is not None:
                Leaf(self, base, 0).remove()
            raise Unusable(
                f"{self.own}: {error.strerror}", f"sudo mkdir {self.own}/{PREFIX} && sudo chown -R $USER {self.own}"
            ) from error
        return base

    def limit(self, path: Path, limit: int, grow: bool = False) -> None:
        # memory + swap may never be below memory, so the order of the two writes depends on the direction
        pair = [("memory.limit_in_bytes", True), ("memory.memsw.limit_in_bytes", False)]
        for control, needed in reversed(pair) if grow else pair:
            try:
                self.files.write(path / control, str(limit))
            except FileNotFoundError:
                if needed:
                    raise  # without swap accounting there is no memsw: swappiness 0 must do
        try:
            self.files.write(path / "memory.swappiness", "0")
        except OSError:
            pass  # some kernels allow it at the root only; the limit above holds without it

    def measure(self, path: Path) -> Memory:
        stat = self.files.table(path / "memory.stat")
        return Memory(
            charge=self.files.number(path / "memory.usage_in_bytes"),
            anon=stat.get("rss", -1),
            file=stat.get("cache", -1),
            peak=self.files.number(path / "memory.max_usage_in_bytes"),
            oom_kills=self.files.table(path / "memory.oom_control").get("oom_kill", 0),
        )


class TreeV2(Tree):
    """Control groups version 2: ``memory.max``."""

    name = "cgroup-v2"
    controls = "memory.max, memory.swap.max=0 and memory.oom.group, hard"

    def _open(self) -> Path:
        if self.own is None:
            raise Unusable("no version 2 hierarchy is mounted")
        delegate = "systemd-run --user --scope -p Delegate=yes bluerill watch"
        if "memory" not in self._words(self.own, "cgroup.controllers"):
            if self.own.parent.name and (self.own / "cgroup.type").exists():
                raise Unusable(f"the memory controller is not delegated to {self.own}", delegate)
            raise Unusable(f"{self.own} has no memory controller (it is bound to version 1, or off at boot)")
        refused: list[str] = []
        for where in (self._inside, self._beside):
            base = None
            try:
                base = self._make(where(self.own))
                self.files.write(base / "cgroup.subtree_control", "+memory")
                self._try(base)
                return base
            except OSError as error:
                if base is not None:
                    Leaf(self, base, 0).remove()
                refused.append(f"{error.filename or self.own}: {error.strerror}")
        raise Unusable("; ".join(refused), delegate)

    def _inside(self, own: Path) -> Path:
        """Our own group, once it may have inner groups with the memory controller."""
        if "memory" in self._words(own, "cgroup.subtree_control"):
            return own
        if (own / "cgroup.type").exists():  # not the root of the hierarchy: no process may sit in an inner node
            if any(pid != str(os.getpid()) for pid in self._words(own, "cgroup.procs")):
                raise OSError(errno.EBUSY, "other processes are in this group", str(own))
            core = own / f"{PREFIX}-core"
            try:
                self.files.mkdir(core)
            except FileExistsError:
                pass
            self.files.write(core / "cgroup.procs", "0")
        self.files.write(own / "cgroup.subtree_control", "+memory")
        return own

    def _beside(self, own: Path) -> Path:
        """The group around ours, if it is delegated to us and ours has no limit that a child would escape."""
        around = own.parent
        if self._words(own, "memory.max") not in ([], ["max"]):
            raise OSError(errno.EPERM, "our own group has a memory limit, children may not leave it", str(own))
        if "memory" not in self._words(around, "cgroup.subtree_control"):
            raise OSError(errno.EPERM, "the memory controller is not enabled here", str(around))
        if not os.access(around / "cgroup.procs", os.W_OK):
            raise OSError(errno.EACCES, "not delegated to us", str(around))
        return around

    def limit(self, path: Path, limit: int, grow: bool = False) -> None:
        self.files.write(path / "memory.max", str(limit))
        for control, value in (("memory.swap.max", "0"), ("memory.oom.group", "1")):
            try:
                self.files.write(path / control, value)
            except FileNotFoundError:
                pass  # a kernel without swap, or before 4.19

    def fits(self, path: Path, limit: int) -> None:
        # memory.max below what cannot be reclaimed invokes the OOM killer, where version 1 says EBUSY
        anon = self.files.table(path / "memory.stat").get("anon", 0)
        if anon > limit:
            raise OSError(errno.EBUSY, f"it holds {anon} bytes of anonymous memory", str(path))

    def measure(self, path: Path) -> Memory:
        stat = self.files.table(path / "memory.stat")
        events = self.files.table(path / "memory.events.local") or self.files.table(path / "memory.events")
        return Memory(
            charge=self.files.number(path / "memory.current"),
            anon=stat.get("anon", -1),
            file=stat.get("file", -1),
            peak=self.files.number(path / "memory.peak"),
            oom_kills=events.get("oom_kill", 0),
        )

    def _words(self, group: Path, control: str) -> list[str]:
        try:
            return self.files.read(group / control).split()
        except OSError:
            return []


def start_time(pid: int, proc: Path = Path("/proc")) -> str:
    """When a process started, in clock ticks since boot (proc(5), field 22); "" if there is no such process."""
    try:
        return (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _kill(pid: int) -> None:
    if pid > 1 and pid != os.getpid():
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # it died meanwhile, or is not ours to kill
