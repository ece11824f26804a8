"""What is measured of a face on its pictures: each measure takes a face and gives metrics.

``face check`` runs them all on a face that is valid. A measure names its metrics after the table in docs/faces.md
(``ambient_lit``, ``burn_in``, ``contrast``, ``legible_time``, ``clipping``, ``frame_time``, ``deterministic``), says
what its limit is, and may raise FaceError where a face cannot be drawn at all.
"""

from __future__ import annotations

from .check import Measure
from .measure_ambient import ambient_lit, ambient_still, burn_in
from .measure_cost import deterministic, frame_time
from .measure_reading import clipping, contrast, legible_time

MEASURES: tuple[Measure, ...] = (
    ambient_lit,
    ambient_still,
    burn_in,
    contrast,
    clipping,
    legible_time,
    frame_time,
    deterministic,
)
"""Every measure, in the order they are told."""
