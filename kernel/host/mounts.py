"""Where the control group of this process is seen in the file system: /proc/self/cgroup and mountinfo (proc(5)).

A container may see only part of the hierarchy, mounted anywhere; both files together tell.
"""

from __future__ import annotations

import re
from pathlib import Path


def find(proc: Path = Path("/proc")) -> tuple[Path | None, Path | None]:
    """The directories of our own group: (version 2, version 1 memory), None where not mounted. See proc(5)."""
    paths: dict[str, str] = {}
    try:
        for line in (proc / "self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            for controller in controllers.split(","):
                paths[controller] = path
        mounts = (proc / "self/mountinfo").read_text().splitlines()
    except (OSError, ValueError):
        return None, None
    v2 = v1 = None
    for line in mounts:
        head, _, tail = line.partition(" - ")
        fields, kind = head.split(" "), tail.split(" ")
        if len(fields) < 5 or len(kind) < 3:
            continue
        root, mount = _unescape(fields[3]), _unescape(fields[4])
        if kind[0] == "cgroup2" and "" in paths and v2 is None:
            v2 = _below(mount, root, paths[""])
        elif kind[0] == "cgroup" and "memory" in kind[2].split(",") and "memory" in paths and v1 is None:
            v1 = _below(mount, root, paths["memory"])
    return v2, v1


def _below(mount: str, root: str, path: str) -> Path | None:
    """Where a group's path is visible, given which part of the hierarchy is mounted there."""
    if root.startswith("/.."):
        root = "/"
    inner = path if root == "/" else path.removeprefix(root) if (path + "/").startswith(root.rstrip("/") + "/") else ""
    found = Path(mount + inner.rstrip("/"))
    return found if found.is_dir() else None


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
