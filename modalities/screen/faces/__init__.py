"""The watch's faces. A face is any object with the protocol in ``face.py``."""

from __future__ import annotations

from .analog import Analog
from .described import Described
from .digital import Digital
from .face import Face
from .minimal import Minimal
from .wardrobe import Wardrobe, bundled

__all__ = ["Analog", "Described", "Digital", "Face", "Minimal", "Wardrobe", "bundled"]
