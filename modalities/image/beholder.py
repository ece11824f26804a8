"""What models of the owner's see in a picture: labels, a sentence, a hand. None ships; none is guessed.

    # settings.toml
    [image.labels]                     # an ONNX classifier, or the image encoder of a CLIP-like model
    model = "mobilenet-v3"             # a card (bluerill models add FILE) or a file
    names = "~/imagenet.txt"           # a name a line; or an .npz of "names" and "vectors", for an encoder
    size = 224
    layout = "nchw"                    # or "nhwc"
    normal = "imagenet"                # or "unit" (0 to 1), "half" (-1 to 1), "clip"

    [image.description]                # a multimodal GGUF with its projector
    model = "smolvlm"

    [image.hand]                       # a hand-landmark network as MediaPipe's is exported
    model = "hand_landmark"
    size = 224
    layout = "nchw"
    normal = "unit"

The device's broker of models runs them, each in a process of its own under a cap that is reserved in the ledger before
anything is loaded; one that does not fit is refused there, and the refusal is a note in the answer. The hand is looked
at twice: the whole picture, then the region in which landmarks were found, as MediaPipe does between frames.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...kernel.errors import CallerError, ServiceFault
from ...kernel.service import Port
from ...models import messages as models
from ...models.engines.contract import Payload
from ...models.engines.tensors import packed, unpacked
from ...models.motion.hand import pose_of
from . import views
from .messages import Hand, Label

__all__ = ["Beholder"]

MODELS: Final = "models"
WITHIN_S: Final = 50.0
MOST: Final = 5
LEAST: Final = 0.05
"""A label less likely than this is not told."""
MAX_NAMES: Final = 100_000
MAX_NAMES_BYTES: Final = 64 << 20
DESCRIBED_AT: Final = 448
SENTENCE: Final = "Say in one short sentence what this picture shows."
MAX_TOKENS: Final = 48
SURE: Final = 0.5
"""A hand less sure than this is none."""


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ONNX network, as its table in the settings says."""

    model: str
    names: str = ""
    size: Annotated[int, msgspec.Meta(ge=16, le=1024)] = 224
    layout: views.Layout = "nchw"
    normal: views.Normal | None = None


class Describer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A multimodal language model."""

    model: str
    prompt: str = SENTENCE


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[image]`` of settings.toml."""

    labels: Network | None = None
    description: Describer | None = None
    hand: Network | None = None


class Beholder:
    """Asks the broker through a port. ``table`` is ``[image]`` of the owner's settings."""

    def __init__(self, port: Port, table: Mapping[str, Any]) -> None:
        """Raises CallerError for settings that are none."""
        self._port = port
        try:
            self._named = msgspec.convert(dict(table), Named)
        except msgspec.ValidationError as error:
            raise CallerError(f"settings.toml [image]: {error}") from None
        self._names: tuple[list[str], NDArray[Any] | None] | None = None
        self._inputs: dict[str, str] = {}

    def has(self, what: str) -> bool:
        """Whether a model is named for ``labels``, ``description`` or ``hand``."""
        return getattr(self._named, what) is not None

    async def labels(self, picture: Image.Image) -> list[Label]:
        """The likeliest labels. Raises CallerError, ServiceFault or what the broker says."""
        named = self._network("labels")
        if self._names is None:
            self._names = await asyncio.to_thread(read_names, named.names)
        names, vectors = self._names
        square = views.squared(picture, views.middle(picture), named.size)
        outputs = await self._run(named, square, "clip" if vectors is not None else "imagenet")
        scores = views.fitting(outputs, len(names) if vectors is None else vectors.shape[1])
        return [Label(*each) for each in views.ranked(scores, names, vectors, MOST) if each[1] >= LEAST]

    async def hand(self, picture: Image.Image, scale: float = 1.0) -> Hand | None:
        """The hand in a picture, if there is one, its landmarks multiplied by ``scale``. Raises as ``labels``."""
        named = self._network("hand")
        places, sure = await self._landmarks(named, picture, views.whole(picture))
        again, surer = await self._landmarks(named, picture, views.region(places))
        if surer >= sure:
            places, sure = again, surer
        if sure < SURE:
            return None
        pose, confidence = pose_of(places[:, :2])
        points = [(round(x, 1), round(y, 1), round(z, 1)) for x, y, z in (places * scale).tolist()]
        return Hand(points, round(sure, 4), pose, round(confidence, 4))

    async def description(self, picture: Image.Image) -> str:
        """One sentence. Raises as ``labels``."""
        named = self._named.description
        if named is None:
            raise CallerError("no model is named for descriptions")
        small = picture.copy()
        small.thumbnail((DESCRIBED_AT, DESCRIBED_AT), Image.Resampling.LANCZOS)
        said = [models.ChatMessage("user", named.prompt)]
        body = models.Infer(named.model, messages=said, max_tokens=MAX_TOKENS)
        answer, _ = await self._ask(body, {"picture": np.asarray(small)})
        return " ".join(answer.text.split())

    def _network(self, what: str) -> Network:
        named: Network | None = getattr(self._named, what)
        if named is None:
            raise CallerError(f"no model is named for {what}")
        return named

    async def _landmarks(
        self, named: Network, picture: Image.Image, box: views.Box
    ) -> tuple[NDArray[np.float64], float]:
        outputs = await self._run(named, views.squared(picture, box, named.size), "unit")
        return views.read_hand(outputs, box, named.size)

    async def _run(self, named: Network, square: Image.Image, normal: views.Normal) -> dict[str, NDArray[Any]]:
        """The outputs of a network for a square of the picture."""
        shown = views.tensor(square, named.layout, named.normal or normal)
        answer, data = await self._ask(models.Infer(named.model, "run"), {"": shown})
        return unpacked(Payload(answer.tensors, data))

    async def _ask(self, body: models.Infer, arrays: dict[str, NDArray[Any]]) -> tuple[models.Inference, bytes]:
        tensors, data = packed(arrays)
        inline = len(data) <= models.INLINE
        body = msgspec.structs.replace(body, tensors=tensors, data=data if inline else b"")
        lease = None if inline else self._port.offer(data)
        answer, borrowed = await self._port.ask_any(MODELS, body, within=WITHIN_S, lease=lease)
        made = None if borrowed is None else bytes(borrowed.bytes())
        if borrowed is not None:
            borrowed.release()
        if isinstance(answer, models.Refused):
            raise CallerError(f"model {body.model!r}: {answer.reason}")
        if not isinstance(answer, models.Inference):
            raise ServiceFault(f"{MODELS!r} answered a picture with {answer.wire!r}")
        return answer, answer.data if made is None else made


def read_names(file_name: str) -> tuple[list[str], NDArray[Any] | None]:
    """The names of labels, a line each; of an ``.npz`` also their vectors. Raises CallerError."""
    path = Path(file_name).expanduser()
    try:
        if path.stat().st_size > MAX_NAMES_BYTES:
            raise CallerError(f"{path}: expected at most {MAX_NAMES_BYTES >> 20} MiB of names")
        if path.suffix == ".npz":
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                names, vectors = [str(each) for each in arrays["names"]], np.asarray(arrays["vectors"], float)
        else:
            names, vectors = path.read_text("utf-8").splitlines(), None
    except (OSError, ValueError, KeyError) as error:
        raise CallerError(f"settings.toml [image.labels] names: expected a text or an .npz, got: {error}") from None
    if not 0 < len(names) <= MAX_NAMES or (vectors is not None and vectors.shape[:1] != (len(names),)):
        raise CallerError(f"{path}: expected 1 to {MAX_NAMES} names (and a vector for each), got {len(names)}")
    return names, vectors
