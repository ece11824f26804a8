"""Speech from text by espeak-ng, a formant synthesiser reached as a C library.

espeak-ng is GPL-3.0, so it is an optional extra (``bluerill[speak]``) and never linked: the wheel of
``espeakng-loader`` carries the shared library and its data, and this module calls it through :mod:`ctypes` as
``speak_lib.h`` of espeak-ng 1.52 describes. The library keeps global state and is not re-entrant, so there is one
:class:`EspeakEngine` a process, and its calls are serialised by a lock.

Synthesis is synchronous: the library calls back with blocks of samples, and a callback that answers 1 stops it;
that is how a reply is cut off within one block (about 60 ms of audio, well under a millisecond of work).
"""

from __future__ import annotations

import ctypes
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError, ServiceFault

__all__ = ["MAX_TEXT", "EspeakEngine"]

RATE = 16_000
MAX_TEXT = 2_000
"""Characters spoken at once: about two minutes of speech."""
MAX_SECONDS = 180

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples are handed to the callback inside espeak_Synth
_DONT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT: report missing data instead of calling exit()
_CHARS_UTF8 = 1
_RATE, _VOLUME, _PITCH = 1, 2, 3  # espeak_PARAMETER
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
_VOICE = re.compile(r"[A-Za-z0-9+_-]{1,40}")

_lock = threading.Lock()
_library: tuple[Any, int] | None = None


def _open() -> tuple[Any, int]:
    """The loaded library and its sample rate; loaded once a process."""
    global _library
    if _library is not None:
        return _library
    try:
        import espeakng_loader
    except ImportError:
        raise ServiceFault(
            "espeak-ng is not installed; speech output needs it: pip install 'bluerill[speak]'"
        ) from None
    path, data = Path(espeakng_loader.get_library_path()), espeakng_loader.get_data_path()
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise ServiceFault(f"espeak-ng at {path} does not load: {error}") from error
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
        ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, str(data).encode(), _DONT_EXIT)
    if rate <= 0:
        raise ServiceFault(f"espeak-ng refused its data at {data} (status {rate})")
    _library = (library, int(rate))
    return _library


class EspeakEngine:
    """Text in, 16 kHz mono samples out.

    ``voice`` is an espeak voice with an optional variant (``en-us``, ``en-gb+f3``), ``words_per_minute`` 80-450,
    ``pitch`` 0-99. Raises CallerError for values out of range, ServiceFault when the extra is missing.
    """

    name = "espeak-ng"

    def __init__(self, voice: str = "en-us", words_per_minute: int = 165, pitch: int = 50) -> None:
        if not _VOICE.fullmatch(voice):
            raise CallerError(f"espeak voice must look like 'en-us' or 'en-gb+f3', got {voice[:60]!r}")
        if not 80 <= words_per_minute <= 450:
            raise CallerError(f"words_per_minute must be 80-450, got {words_per_minute}")
        if not 0 <= pitch <= 99:
            raise CallerError(f"pitch must be 0-99, got {pitch}")
        self.voice, self.words_per_minute, self.pitch = voice, words_per_minute, pitch
        self._cancelled = threading.Event()
        with _lock:
            self._library, self.native_rate = _open()
            self._set_voice()

    def _set_voice(self) -> None:
        if self._library.espeak_SetVoiceByName(self.voice.encode()) != 0:
            raise CallerError(f"espeak-ng has no voice {self.voice!r}")
        self._library.espeak_SetParameter(_RATE, self.words_per_minute, 0)
        self._library.espeak_SetParameter(_PITCH, self.pitch, 0)

    def cancel(self) -> None:
        """Stop the synthesis that runs in another thread; it returns what it has."""
        self._cancelled.set()

    def say(self, text: str) -> npt.NDArray[np.int16]:
        """Samples of ``text`` at :data:`RATE`; empty for text without sound. Raises CallerError above MAX_TEXT."""
        if len(text) > MAX_TEXT:
            raise CallerError(f"at most {MAX_TEXT} characters are spoken at once, got {len(text)}")
        if not text.strip():
            return np.zeros(0, np.int16)
        data = text.replace("\0", " ").encode("utf-8", "replace")
        blocks: list[npt.NDArray[np.int16]] = []
        limit = MAX_SECONDS * self.native_rate
        taken = 0

        def collect(samples: Any, count: int, _events: int | None) -> int:
            nonlocal taken
            if samples and count > 0:
                blocks.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
                taken += count
            return 1 if self._cancelled.is_set() or taken > limit else 0

        callback = _CALLBACK(collect)
        with _lock:
            self._cancelled.clear()
            self._set_voice()  # another engine object may have spoken in between
            self._library.espeak_SetSynthCallback(callback)
            status = self._library.espeak_Synth(data, len(data) + 1, 0, 0, 0, _CHARS_UTF8, None, None)
        if status != 0:
            raise ServiceFault(f"espeak-ng could not speak {text[:40]!r} (status {status})")
        if not blocks:
            return np.zeros(0, np.int16)
        native = np.concatenate(blocks)
        if self.native_rate == RATE:
            return native
        import soxr

        resampled: npt.NDArray[np.int16] = soxr.resample(native, self.native_rate, RATE)
        return resampled
