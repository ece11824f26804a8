"""Which model is in memory and whose turn it is: a pure policy. Events go in, decisions come out, nothing is awaited.

| file | noun |
|---|---|
| ``events``, ``decisions`` | what the policy is told, what it says |
| ``scheduler`` | one step |
| ``board`` | the state all parts share |
| ``admission`` | is a job taken on |
| ``loader``, ``eviction``, ``room`` | what is in memory, who goes for it, the ledger |
| ``dispatch``, ``queue``, ``job`` | whose turn it is |
| ``ageing``, ``squeeze``, ``recovery`` | starvation, shrinking memory, failures |
| ``profile``, ``costs``, ``percentiles``, ``calibration``, ``backlog`` | what things cost |
"""

from .scheduler import Scheduler
from .tuning import Tuning

__all__ = ["Scheduler", "Tuning"]
