"""The C library of llama.cpp as llama-cpp-python carries it: opened once, its log caught, its graphs abortable.

Only the module of declarations is imported. The package around it brings a client class, jinja2, and a disk cache:
11 MB that a model server has better use for. Source: ``include/llama.h`` of llama.cpp.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import logging
import os
import sys
import types
from collections import deque
from typing import Any, Final

from ....kernel.errors import ServiceFault

__all__ = ["KV_TYPES", "Abort", "errors_said", "library", "multimodal"]

KV_TYPES: Final = {"f32": 0, "f16": 1, "q4_0": 2, "q4_1": 3, "q5_0": 6, "q5_1": 7, "q8_0": 8, "bf16": 30}
"""enum ggml_type, for the keys and values."""
_WARN, _ERROR, _CONTINUED = 3, 4, 5
_log = logging.getLogger("bluerill.llama")
_said: deque[str] = deque(maxlen=8)
_opened: Any = None
_kept: list[Any] = []  # callbacks must outlive the library


def library() -> Any:
    """The declarations (``llama_cpp.llama_cpp``). Raises ServiceFault when the extra is missing or broken."""
    global _opened
    if _opened is None:
        _opened = _open()
    return _opened


def _open() -> Any:
    _bare_package()
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")  # else an abort starts a debugger inside the capped child
    try:
        lib: Any = importlib.import_module("llama_cpp.llama_cpp")
    except ImportError:
        raise ServiceFault("engine 'llama' is not installed: pip install 'bluerill[llama]'") from None
    except (OSError, RuntimeError) as error:  # also beside another library that brought a ggml of its own
        raise ServiceFault(f"llama.cpp does not load here: {' '.join(str(error).split())[-200:]}") from None

    def said(level: int, text: bytes, _data: object) -> None:
        line = text.decode("utf-8", "replace").rstrip()
        if level == _ERROR and line:
            _said.append(line)
        _log.debug("%s", line)  # what matters is raised, with these words; an aborted graph logs an error too

    _kept.append(lib.llama_log_callback(said))
    lib.llama_log_set(_kept[-1], None)
    lib.llama_backend_init()
    return lib


def _bare_package() -> None:
    """Stand in for the package, so that importing one of its modules does not run its ``__init__``."""
    if "llama_cpp" in sys.modules:
        return
    spec = importlib.util.find_spec("llama_cpp")
    if spec is None or spec.submodule_search_locations is None:
        return
    package = types.ModuleType("llama_cpp")
    package.__path__ = list(spec.submodule_search_locations)
    package.__spec__ = spec
    sys.modules["llama_cpp"] = package


def multimodal() -> Any:
    """The declarations of libmtmd. Raises ServiceFault when this build has none."""
    library()
    try:
        lib: Any = importlib.import_module("llama_cpp.mtmd_cpp")
        lib.mtmd_log_set(_kept[0], None)
        lib.mtmd_helper_log_set(_kept[0], None)
        return lib
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise ServiceFault(
            f"this build of llama-cpp-python has no multimodal library: {' '.join(str(error).split())[:120]}"
        ) from None


def errors_said() -> str:
    """The errors that the library logged since the last call, as one line."""
    text = "; ".join(_said)
    _said.clear()
    return " ".join(text.split())[:300]


class Abort:
    """The flag that llama.cpp looks at before every node of a graph.

    The callback it calls is the C library's own ``strlen`` on one byte: 0 for an empty string, 1 once the byte is set.
    A Python callback would take the interpreter's lock thousands of times a second, from a compute thread.
    """

    def __init__(self) -> None:
        self._byte = ctypes.create_string_buffer(b"\0\0", 3)
        self.address = ctypes.addressof(self._byte)
        self.function = ctypes.cast(ctypes.CDLL(None).strlen, ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p))

    def set(self) -> None:
        self._byte[0] = b"\x01"

    def clear(self) -> None:
        self._byte[0] = b"\0"

    def is_set(self) -> bool:
        return self._byte[0] != b"\0"
