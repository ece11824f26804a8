"""A native microphone, by the optional ``sounddevice`` (PortAudio).

PortAudio calls back from a thread of its own every 32 ms. Blocks cross into the event loop through a bounded queue;
when the loop does not keep up, the oldest are dropped and counted, so that what is heard is always recent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from ...kernel.errors import ServiceFault
from .messages import RATE
from .vad import FRAME_SAMPLES

__all__ = ["Microphone", "microphone_problem"]

QUEUED_BLOCKS = 64
"""Two seconds may wait."""


def _open_library() -> Any:
    try:
        import sounddevice
    except ImportError:
        raise ServiceFault("a native microphone needs sounddevice: pip install 'bluerill[mic]'") from None
    except OSError as error:  # the wheel has no PortAudio on Linux
        raise ServiceFault(f"a native microphone needs PortAudio: apt-get install libportaudio2 ({error})") from None
    return sounddevice


def microphone_problem() -> str:
    """Why there is no microphone, in one line; '' if there is one."""
    try:
        library = _open_library()
        library.check_input_settings(samplerate=RATE, channels=1, dtype="int16")
    except ServiceFault as error:
        return str(error)
    except (ValueError, RuntimeError) as error:
        return f"no microphone can be opened at {RATE} Hz mono: {' '.join(str(error).split())}"
    except Exception as error:
        if type(error).__name__ != "PortAudioError":
            raise
        return f"no microphone can be opened at {RATE} Hz mono: {' '.join(str(error).split())}"
    return ""


class Microphone:
    """Frames of 512 samples (1,024 bytes), as they are heard. Raises ServiceFault when there is no microphone."""

    def __init__(self, device: int | str | None = None) -> None:
        self._library = _open_library()
        self._device = device
        self.dropped = 0

    async def frames(self) -> AsyncIterator[bytes]:
        """Until the consumer stops."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUED_BLOCKS)

        def put(block: bytes) -> None:
            if queue.full():
                queue.get_nowait()
                self.dropped += 1
            queue.put_nowait(block)

        def heard(data: Any, _frames: int, _time: Any, _status: Any) -> None:
            loop.call_soon_threadsafe(put, bytes(data))

        try:
            stream = self._library.RawInputStream(
                samplerate=RATE, blocksize=FRAME_SAMPLES, channels=1, dtype="int16", device=self._device, callback=heard
            )
        except (ValueError, self._library.PortAudioError) as error:
            raise ServiceFault(f"no microphone can be opened: {' '.join(str(error).split())}") from None
        with stream:
            while True:
                yield await queue.get()
