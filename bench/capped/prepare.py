"""From a name to a prepared workload: the bundled ones, the name of a model card, or a model's path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ...kernel.errors import CallerError
from .options import BUNDLED, KERNEL, OTHERS
from .work import Prepared, Wanted

if TYPE_CHECKING:
    from ...models.cards import Card


def prepare(name: str, wanted: Wanted) -> Prepared:
    """Prepare it. Raises Unavailable, and CallerError for a model that is not there or not readable."""
    if name in (*BUNDLED, *OTHERS):
        return _bundled(name)(wanted)
    path = model_path(name)
    from ...models.describe import describe

    known = _card(name)
    if known is not None and known.engine in ("nano", "whisper", "pocketsphinx"):
        from .works.speech import prepare as prepare_card

        return prepare_card(wanted, known.engine, path if known.engine == "nano" else None, name)
    about = describe(path)
    if about.engine == "llama":
        from .works.gguf import prepare as prepare_gguf

        return prepare_gguf(wanted, path, about)
    if about.engine == "onnx":
        from .works.graph import prepare as prepare_graph

        return prepare_graph(wanted, path, about)
    from .works.speech import prepare as prepare_speech

    return prepare_speech(wanted, about.engine, path, path.stem)


def check(name: str) -> None:
    """Look whether a model is there and can be read, before anything else is measured. Raises CallerError."""
    path = model_path(name)
    if _card(name) is None:
        from ...models.describe import describe

        describe(path)


def model_path(name: str) -> Path:
    """Where a model lies: a path, or the files of a card. Raises CallerError."""
    path = Path(name).expanduser()
    if path.exists():
        return path
    from ...models.cards import folders_of, locate

    known = _card(name)
    if known is None:
        raise CallerError(
            f"--models {name}: expected a model's file or folder, or the name of a card (bluerill models list); "
            "found neither"
        )
    found = [locate(file, folders_of(known)) for file in known.files if not file.role]
    if not found or found[0] is None:
        mend = f"bluerill models pull {name}" if known.pullable else f"bluerill models add FILE --name {name}"
        raise CallerError(f"--models {name}: its files are not on this machine; {mend}")
    return found[0] if len(found) == 1 else found[0].parent


def _card(name: str) -> Card | None:
    from ...models.cards import cards

    return None if Path(name).expanduser().exists() else next((each for each in cards() if each.name == name), None)


def _bundled(name: str) -> Callable[[Wanted], Prepared]:
    if name.startswith("asr-"):
        from .works.speech import prepare as speech

        return lambda wanted: speech(wanted, name.removeprefix("asr-"))
    if name in KERNEL:
        from .works.kernel import prepare as kernel

        return lambda wanted: kernel(wanted, name)
    from .works import codes, device, faces, gesture, keyword, mixed, planner, sandbox

    return {
        "planner": planner.prepare, "keyword": keyword.prepare, "face": faces.prepare, "codes": codes.prepare,
        "gesture-wrist": gesture.prepare_wrist, "gesture-strokes": gesture.prepare_strokes, "sandbox": sandbox.prepare,
        "device": device.prepare, "talk": device.prepare_talk, "mixed": mixed.prepare,
    }[name]  # fmt: skip
