"""A compiled face: its parts, the boards they read, and what of it cannot be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .affine import Affine
from .build import group
from .colour import BLACK, Colour, read_colour
from .complications import Complications, Policy, read_policy
from .configuration import read_configurations
from .device import Device
from .expression import Value
from .face import Face
from .live import Board, Frame
from .maker import Locale, Maker, Note
from .parts.element import Group
from .problem import FaceError
from .sources import Sources
from .stamp import Stamp

FLAVOR: Final = "flavor"


class CompiledScene:
    """A face ready to be drawn.

    ``wishes`` are what the owner chose: option ids by configuration id, and ``flavor``. ``locale`` chooses its texts.
    Raises FaceError if it has no Scene.
    """

    def __init__(self, face: Face, wishes: Mapping[str, str] | None = None, locale: str = "") -> None:
        node = face.scene
        if node is None:
            raise FaceError(f"{face.name}: expected a Scene, found none")
        self.face = face
        self._maker = Maker(face, locale)
        board = self._maker.boards.setdefault(Locale(), Board())
        scope = self._maker.scope(node)
        root = group(self._maker, node, scope)
        assert isinstance(root, Group), "a scene is a group"
        self._root = root
        self._ground = self._maker.attribute(node, "backgroundColor", "#FF000000", scope)
        self._maker.notes[:] = [n for n in self._maker.notes if "'backgroundColor'" not in n.message]
        board.watch(frozenset(reference.name for reference in self._maker.references))
        self.configurations = read_configurations(face.root)
        self.slots = tuple(one for one in node.walk() if one.tag == "ComplicationSlot")
        self.choose(wishes or {})

    @property
    def notes(self) -> list[Note]:
        """What is not drawn, or not as it was meant; more may be found while drawing."""
        maker = self._maker
        found = list(maker.notes)
        found += [Note(f"no font here has {character!r}", "", 0) for character in sorted(maker.words.unknown)]
        found += [
            Note(f"the font {family!r} is not in the face; Inter is used", "", 0)
            for family in sorted(maker.letters.substituted)
        ]
        return sorted(found, key=lambda note: note.line or 1_000_000)

    def choose(self, wishes: Mapping[str, str]) -> None:
        """Other options for the configurations."""
        found = self.configurations
        values = dict(found.values(wishes))
        for option_id, option in found.chosen(wishes).items():
            values[f"OPTION.{option_id}"] = option
        self._chosen: Mapping[str, Value] = values
        flavor = found.flavored(wishes)
        hidden = found.hidden_slots(wishes)
        policies = {}
        for slot in self.slots:
            id_ = slot.get("slotId")
            own = slot.first("DefaultProviderPolicy")
            policy = flavor.policies.get(id_, own) if flavor is not None else own
            policies[id_] = read_policy(None if id_ in hidden else policy)
            who, _, kind = wishes.get(f"slot.{id_}", "").partition(":")
            if who:
                kinds = (kind,) if kind else tuple(slot.get("supportedTypes").split())
                policies[id_] = Policy(tuple((who, one) for one in kinds))
        supported = {slot.get("slotId"): frozenset(slot.get("supportedTypes").split()) for slot in self.slots}
        self._complications = Complications(policies, supported)

    @property
    def sources(self) -> frozenset[str]:
        """Every source it reads."""
        return frozenset(name for board in self._maker.boards.values() for name in board.names)

    def stamps(self, frame: Frame, device: Device, matrix: Affine) -> tuple[list[Stamp], Colour]:
        """What it shows now: stamps from the lowest up, over a colour."""
        for locale, board in self._maker.boards.items():
            board.update(Sources(device, self._complications, self._chosen, zone=locale.zone, locales=locale.locales))
        self._publish(frame)
        stamps = [stamp for _, stamps in self._root.parts(frame, matrix, None) for stamp in stamps]
        return stamps, read_colour(self._ground.get(frame)) or BLACK

    def _publish(self, frame: Frame) -> None:
        """References: each attribute once, in the document's order; a circle of them sees the last frame's value."""
        period = frame.period
        for reference in self._maker.references:
            value = reference.attribute.get(frame)
            for board in self._maker.boards.values():
                board.put(reference.name, reference.default if value is None else value)
        frame.period = period
