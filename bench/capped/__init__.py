"""``bluerill bench``: how fast, how good and how safe a workload is under a given amount of memory.

One *cell* is a workload under a cap: a fresh child inside the strongest cage this machine has, asked item by item from
outside of it, its answers marked in the same run. See docs/benchmark.md.
"""
