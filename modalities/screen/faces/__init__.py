"""The bundled faces. A face is any object with the protocol in ``face.py``."""

from __future__ import annotations

from .analog import Analog
from .digital import Digital
from .face import Face
from .minimal import Minimal

__all__ = ["Analog", "Digital", "Face", "Minimal", "bundled"]


def bundled() -> list[Face]:
    """New instances of the three faces, in the order in which the crown turns through them."""
    return [Analog(), Digital(), Minimal()]
