"""Where units run: here, one after another, or on the nodes of a Ray cluster, one on each at a time.

Both call the same function. Nothing else runs on a node beside a unit of ours: it takes all of the node's processors,
because two measurements on one machine measure each other.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ...kernel.errors import CallerError, ServiceFault
from .plan import Unit
from .unit import Outcome, measure_unit

RAY_WAIT_S = 0.5


class Place(Protocol):
    """``devices`` are names of machines; ``results`` yields units in the order in which they are done."""

    def devices(self) -> list[str]: ...

    def results(self, units: Sequence[Unit], folder: Path, within: float) -> Iterator[tuple[Unit, Outcome]]: ...

    def close(self) -> None: ...


class Here:
    """This machine."""

    def devices(self) -> list[str]:
        return [""]

    def results(self, units: Sequence[Unit], folder: Path, within: float) -> Iterator[tuple[Unit, Outcome]]:
        for unit in units:
            yield unit, measure_unit(unit.words, str(folder / unit.name), within)

    def close(self) -> None:
        """Nothing is held."""


class _Node(NamedTuple):
    name: str
    number: str
    cpus: float


def named_nodes(nodes: Sequence[Mapping[str, Any]]) -> list[_Node]:
    """Those that live and have processors, by the names of their machines; a second node of a machine has a number.
    Names stay the same when a cluster is started anew, so that a sweep of each of them can go on."""
    found: list[_Node] = []
    seen: Counter[str] = Counter()
    for node in sorted(nodes, key=lambda each: (each["NodeManagerHostname"], each["NodeID"])):
        cpus = node["Resources"].get("CPU", 0)
        if node["Alive"] and cpus >= 1:
            name = node["NodeManagerHostname"]
            seen[name] += 1
            found.append(_Node(name if seen[name] == 1 else f"{name}-{seen[name]}", node["NodeID"], cpus))
    return found


class OnRay:
    """A cluster: ``ray`` (one on this machine, started for this), ``auto`` (the one that this machine belongs to), or
    ``ray://HOST:PORT``. Raises ServiceFault if it cannot be had."""

    def __init__(self, address: str) -> None:
        try:
            self._ray: Any = import_module("ray")
        except ImportError:
            raise ServiceFault("sweeps on Ray need the extra 'scale': pip install 'bluerill[scale]'") from None
        own = {"include_dashboard": False} if address == "ray" else {"address": address}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what is wrong comes as an error as well
                self._ray.init(**own, log_to_driver=False, logging_level="error")
        except (ImportError, ConnectionError, RuntimeError, ValueError, OSError, TimeoutError) as error:
            why = str(error).strip().splitlines() or [type(error).__name__]
            raise ServiceFault(f"--on {address}: the cluster cannot be reached: {why[0][:200]}") from None
        self._nodes = named_nodes(self._ray.nodes())
        if not self._nodes:
            raise ServiceFault(f"--on {address}: the cluster has no node with a processor to give")

    def devices(self) -> list[str]:
        return [node.name for node in self._nodes]

    def results(self, units: Sequence[Unit], folder: Path, within: float) -> Iterator[tuple[Unit, Outcome]]:
        """A unit without a device goes to the next node that is free; its device is then that node's name."""
        waiting, busy = list(units), dict[Any, tuple[Unit, _Node]]()
        work = self._ray.remote(max_retries=0)(measure_unit)
        try:
            while waiting or busy:
                taken = {node for _, node in busy.values()}
                for node in self._nodes:
                    unit = next((each for each in waiting if each.device in ("", node.name)), None)
                    if node not in taken and unit is not None:
                        waiting.remove(unit)
                        busy[self._placed(work, node).remote(unit.words, "", within)] = (unit, node)
                if not busy:
                    lost = sorted({unit.device for unit in waiting})
                    raise CallerError(f"the cluster has no node {', '.join(lost)} any more")
                done, _ = self._ray.wait(list(busy), num_returns=1, timeout=RAY_WAIT_S)
                for each in done:
                    unit, node = busy.pop(each)
                    yield Unit(unit.name, unit.words, node.name), self._outcome(each)
        finally:
            for each in busy:
                self._ray.cancel(each, force=True)

    def _placed(self, work: Any, node: _Node) -> Any:
        affinity: Any = import_module("ray.util.scheduling_strategies").NodeAffinitySchedulingStrategy
        strategy = affinity(node_id=node.number, soft=False)
        return work.options(num_cpus=node.cpus, scheduling_strategy=strategy)

    def _outcome(self, done: Any) -> Outcome:
        try:
            found: Outcome = self._ray.get(done)
        except self._ray.exceptions.RayError as error:
            return Outcome(b"", f"its node failed: {str(error).splitlines()[0][:200]}", 0.0)
        return found

    def close(self) -> None:
        self._ray.shutdown()


def place_of(on: str) -> Place:
    """``local``, ``ray``, ``auto`` or ``ray://HOST:PORT``. Raises CallerError, ServiceFault."""
    if on == "local":
        return Here()
    if on in ("ray", "auto") or on.startswith("ray://"):
        return OnRay(on)
    raise CallerError(f"--on: expected local, ray, auto or ray://HOST:PORT, got {on[:60]!r}")
