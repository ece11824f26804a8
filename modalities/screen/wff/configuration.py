"""The owner's configurations of a face: what can be chosen, what is chosen, and what that makes the sources say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .expression import Colour, Value, colour
from .node import Node

KINDS = ("ListConfiguration", "BooleanConfiguration", "ColorConfiguration", "PhotosConfiguration")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One thing that can be chosen. ``options`` are ids in order, ``colours`` the colours of each."""

    id: str
    kind: str
    default: str
    options: tuple[str, ...] = ()
    colours: Mapping[str, tuple[Colour, ...]] = field(default_factory=dict)
    slots: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Complication slots that are there only while an option is chosen."""


@dataclass(frozen=True, slots=True)
class Flavor:
    """A ready-made choice of everything: options by configuration, and a default provider by slot."""

    id: str
    choices: Mapping[str, str]
    policies: Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Configurations:
    """All configurations of a face."""

    all: tuple[Configuration, ...] = ()
    flavors: tuple[Flavor, ...] = ()
    flavor: str = ""

    def chosen(self, wishes: Mapping[str, str]) -> dict[str, str]:
        """The option of every configuration: wished for, else the flavor's, else the default.

        A wish for ``flavor`` names a flavor. A wish that no configuration offers is left out.
        """
        flavor = self.flavored(wishes)
        found: dict[str, str] = {}
        for one in self.all:
            option = wishes.get(one.id, "")
            if one.kind == "BooleanConfiguration":
                option = option.upper()
            if option not in one.options:
                option = flavor.choices.get(one.id, one.default) if flavor is not None else one.default
            found[one.id] = option
        return found

    def flavored(self, wishes: Mapping[str, str]) -> Flavor | None:
        """The flavor wished for, else the default one; None if the face has none."""
        wish = wishes.get("flavor", self.flavor)
        by_id = {flavor.id: flavor for flavor in self.flavors}
        return by_id.get(wish) or by_id.get(self.flavor)

    def values(self, wishes: Mapping[str, str]) -> dict[str, Value]:
        """What the sources ``CONFIGURATION.…`` say."""
        chosen = self.chosen(wishes)
        found: dict[str, Value] = {}
        for one in self.all:
            option = chosen[one.id]
            name = f"CONFIGURATION.{one.id}"
            if one.kind == "ColorConfiguration":
                colours = one.colours.get(option, ())
                found[name] = colours
                for index, each in enumerate(colours):
                    found[f"{name}.{index}"] = each
            elif one.kind == "BooleanConfiguration":
                found[name] = option == "TRUE"
            else:
                found[name] = option
        return found

    def hidden_slots(self, wishes: Mapping[str, str]) -> frozenset[str]:
        """Slots that belong to options which are not chosen."""
        chosen = self.chosen(wishes)
        owned = {slot for one in self.all for slots in one.slots.values() for slot in slots}
        shown = {slot for one in self.all for slot in one.slots.get(chosen[one.id], ())}
        return frozenset(owned - shown)


def read_configurations(root: Node) -> Configurations:
    """The UserConfigurations of a face."""
    holder = root.first("UserConfigurations")
    if holder is None:
        return Configurations()
    found: list[Configuration] = []
    for node in holder.all(*KINDS):
        options = node.all("ListOption", "BooleanOption", "ColorOption")
        ids = tuple(option.get("id") for option in options)
        if node.tag == "BooleanConfiguration":
            ids = ("TRUE", "FALSE")
        colours = {o.get("id"): tuple(c for part in o.get("colors").split() if (c := colour(part))) for o in options}
        slots = {o.get("id"): frozenset(o.get("complicationSlotIds").split()) for o in options}
        default = node.get("defaultValue", ids[0] if ids else "")
        found.append(Configuration(node.get("id"), node.tag, default, ids, colours, slots))
    flavors = holder.first("Flavors")
    return Configurations(
        tuple(found),
        tuple(_flavor(node) for node in flavors.all("Flavor")) if flavors is not None else (),
        flavors.get("defaultValue") if flavors is not None else "",
    )


def _flavor(node: Node) -> Flavor:
    choices = {child.get("id"): child.get("optionId") for child in node.all("Configuration")}
    policies = {
        slot.get("slotId"): policy
        for slot in node.all("ComplicationSlot")
        if (policy := slot.first("DefaultProviderPolicy")) is not None
    }
    return Flavor(node.get("id"), choices, policies)
