from __future__ import annotations

from bluerill.models.latency import KEPT, Latencies
from bluerill.models.messages import Latency


def test_percentiles_are_of_the_latest_of_each_class() -> None:
    latencies = Latencies()
    assert latencies.table() == {}
    for at in range(KEPT):
        latencies.add("background", 100.0)
        latencies.add("voice", (at + 1) / 1000)
    assert latencies.table()["voice"] == Latency(101.0, 191.0, KEPT)
    for _ in range(KEPT):
        latencies.add("background", 0.5)
    assert latencies.table()["background"] == Latency(500.0, 500.0, KEPT)
    latencies.add("interactive", 0.04)
    assert latencies.table()["interactive"] == Latency(40.0, 40.0, 1)
