"""A Whisper checkpoint (``.pt``) looked into without running it.

A checkpoint is a ZIP archive with a pickle, and a pickle is a program. Here it is only disassembled
(``pickletools``): the dimensions are read off its opcodes, and a pickle that names anything but what tensors are made
of is refused before torch, which would refuse it too, ever sees it. Raises nothing but CallerError.
"""

from __future__ import annotations

import pickletools
import struct
from pathlib import Path

from ...kernel.errors import CallerError
from ..shapes import WhisperShape
from .bounded import BoundedFile
from .zipped import Member, members, stored

__all__ = ["read_checkpoint", "whisper_parameters"]

MAX_PICKLE = 8 << 20
MAX_DIMENSION = 1 << 20
DIMENSIONS = (
    "n_mels", "n_audio_ctx", "n_audio_state", "n_audio_head", "n_audio_layer",
    "n_vocab", "n_text_ctx", "n_text_state", "n_text_head", "n_text_layer",
)  # fmt: skip
_CALLS = {
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
    ("collections", "OrderedDict"),
    ("torch", "Size"),
}
_STORAGES = {f"{kind}Storage" for kind in ("Float", "Half", "BFloat16", "Double", "Long", "Int", "Bool")}
_REFUSED = {"STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4"}
"""Other ways to name and to make things; torch saves with protocol 2 and uses none of them."""
_MEMO = ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE")
_TEXT = ("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE")
_NUMBER = ("BININT", "BININT1", "BININT2")


def read_checkpoint(path: Path) -> WhisperShape:
    """The shape of a checkpoint. Raises CallerError if it is none of Whisper's, or holds more than weights."""
    with BoundedFile(path, most=1 << 62) as file:
        found = members(file)
        pickle = next((each for each in found if each.name.endswith("/data.pkl") and each.name.count("/") == 1), None)
        if pickle is None:
            file.fail("a checkpoint with a data.pkl", f"an archive of {len(found)} members without")
        folder = pickle.name.removesuffix("data.pkl") + "data/"
        weights = _weights(file, found, folder)
        dims = _dimensions(path, stored(file, pickle, MAX_PICKLE))
    shape = WhisperShape(stored_bytes=weights, parameters=0, **dims)
    parameters = whisper_parameters(shape)
    if weights < parameters:  # less than a byte for each
        raise CallerError(f"{path}: dimensions of {parameters} parameters, but {weights} bytes of weights")
    return WhisperShape(stored_bytes=weights, parameters=parameters, **dims)


def _weights(file: BoundedFile, found: list[Member], folder: str) -> int:
    total = 0
    for each in found:
        if each.name.startswith(folder):
            if each.method or each.size != each.packed:
                file.fail(f"{each.name} stored", f"method {each.method}", each.offset)
            total += each.size
    return total


def _dimensions(path: Path, pickle: bytes) -> dict[str, int]:
    """Read the dimensions off the opcodes: a name of one, then its number."""
    dims: dict[str, int] = {}
    name = ""
    try:
        for code, value, at in pickletools.genops(pickle):
            if code.name in _MEMO:
                continue
            if code.name in _TEXT and value in DIMENSIONS:
                name = str(value)
                continue
            if code.name in _NUMBER and name and isinstance(value, int):
                dims.setdefault(name, value)
            elif code.name == "GLOBAL":
                module, _, called = str(value).partition(" ")
                if (module, called) not in _CALLS and not (module == "torch" and called in _STORAGES):
                    raise _more(path, at, f"a call of {module[:80]}.{called[:80]}")
            elif code.name in _REFUSED:
                raise _more(path, at, f"opcode {code.name}")
            name = ""
    except (ValueError, IndexError, OverflowError, struct.error, UnicodeError) as error:
        raise CallerError(f"{path}: data.pkl is no pickle: {' '.join(str(error).split())[:100]}") from None
    missing = [each for each in DIMENSIONS if each not in dims]
    if missing:
        raise CallerError(f"{path}: expected the dimensions of a Whisper model, found none of {', '.join(missing[:3])}")
    wrong = [f"{key} {value}" for key, value in dims.items() if not 1 <= value <= MAX_DIMENSION]
    if wrong:
        raise CallerError(f"{path}: expected dimensions from 1 to {MAX_DIMENSION}, found {wrong[0]}")
    return dims


def _more(path: Path, at: int | None, found: str) -> CallerError:
    return CallerError(f"{path}: at byte {at} of data.pkl: expected weights only, found {found}")


def whisper_parameters(shape: WhisperShape) -> int:
    """The number of parameters of these dimensions (Radford et al. 2022; layers as in openai-whisper's model.py)."""

    def block(width: int, attentions: int) -> int:
        attention = 4 * width * width + 3 * width + 2 * width  # q, k (without bias), v, out, and its layer norm
        return attentions * attention + 8 * width * width + 5 * width + 2 * width

    audio, text = shape.n_audio_state, shape.n_text_state
    encoder = 3 * shape.n_mels * audio + audio + 3 * audio * audio + audio + 2 * audio
    decoder = shape.n_vocab * text + shape.n_text_ctx * text + 2 * text
    return encoder + shape.n_audio_layer * block(audio, 1) + decoder + shape.n_text_layer * block(text, 2)
