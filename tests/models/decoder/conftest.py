"""These tests need a process of their own: llama.cpp and the voice detector each bring a ggml, a process holds one.

``engines/test_llama.py`` runs them so. By hand: ``BLUERILL_APART=1 pytest tests/models/decoder``.
"""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("BLUERILL_APART") else ["test_*.py"]
