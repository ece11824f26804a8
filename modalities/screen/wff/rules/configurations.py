"""What the user may choose: options that exist, defaults among them, and uses of them in the scene."""

from __future__ import annotations

from collections.abc import Iterator

from ..face import Face
from ..node import Node
from ..problem import Kind, Problem
from ..schema.identity import unique

_OPTIONS = {"ListConfiguration": "ListOption", "ColorConfiguration": "ColorOption"}


def configurations(face: Face) -> Iterator[Problem]:
    """Defaults that are no option, identifiers used twice, and references to what is not declared."""
    declared: dict[str, Node] = {}
    for settings in face.root.all("UserConfigurations"):
        yield from unique(settings.children, "id", "configurations")
        for setting in settings.children:
            declared.setdefault(setting.get("id"), setting)
            yield from _default(setting)
            if setting.tag in _OPTIONS:
                yield from unique(setting.children, "id", "options of a configuration", kind=Kind.ADVICE)
        for flavors in settings.all("Flavors"):
            yield from _flavors(face, flavors, declared)
    if face.scene is not None:
        yield from _uses(face.scene, declared)


def _default(setting: Node) -> Iterator[Problem]:
    default = setting.attributes.get("defaultValue")
    tag = _OPTIONS.get(setting.tag) or ("Flavor" if setting.tag == "Flavors" else "")
    options = [each.get("id") for each in setting.all(tag)] if tag else []
    if options and default is not None and default not in options:
        yield Problem(
            Kind.REQUIRED,
            f"defaultValue: expected the id of one of its options, found {default[:60]!r}",
            setting.path,
            setting.line,
            "write one of " + ", ".join(options[:8]),
            attribute="defaultValue",
        )


def _flavors(face: Face, flavors: Node, declared: dict[str, Node]) -> Iterator[Problem]:
    yield from unique(flavors.all("Flavor"), "id", "flavors", kind=Kind.ADVICE)
    slots = {each.get("slotId") for each in face.scene.all("ComplicationSlot")} if face.scene else set()
    for flavor in flavors.all("Flavor"):
        for each in flavor.all("Configuration"):
            setting = declared.get(each.get("id"))
            if setting is None:
                yield _advice(each, f"no configuration is called {each.get('id')!r}", "declare it before the flavors")
            elif each.get("optionId") not in _option_ids(setting):
                yield _advice(
                    each,
                    f"{each.get('id')!r} has no option {each.get('optionId')!r}",
                    "write one of " + ", ".join(sorted(_option_ids(setting))[:8]),
                )
        for each in flavor.all("ComplicationSlot"):
            if each.get("slotId") not in slots:
                yield _advice(each, f"the scene has no slot {each.get('slotId')!r}", "add it, or leave this out")


def _option_ids(setting: Node) -> set[str]:
    if setting.tag == "BooleanConfiguration":
        return {"TRUE", "FALSE"}
    return {each.get("id") for each in setting.children}


def _uses(scene: Node, declared: dict[str, Node]) -> Iterator[Problem]:
    for node in scene.walk():
        if node.tag in ("ListConfiguration", "BooleanConfiguration"):
            yield from unique(node.children, "id", "options of a configuration")
            setting = declared.get(node.get("id"))
            if setting is None:
                yield _advice(
                    node, f"no configuration is called {node.get('id')!r}", "declare it in UserConfigurations"
                )
            elif setting.tag != node.tag:
                yield _advice(node, f"{node.get('id')!r} is declared as a {setting.tag}", f"use a {setting.tag} here")
            else:
                for each in node.children:
                    if each.get("id") not in _option_ids(setting):
                        yield _advice(
                            each,
                            f"{node.get('id')!r} has no option {each.get('id')!r}",
                            "declare it, or leave this out",
                        )
        elif node.tag == "Photos":
            name = node.get("source").strip("[]").removeprefix("CONFIGURATION.")
            setting = declared.get(name)
            if setting is None or setting.tag != "PhotosConfiguration":
                yield _advice(node, f"no PhotosConfiguration is called {name!r}", "declare it in UserConfigurations")


def _advice(node: Node, message: str, mend: str) -> Problem:
    return Problem(Kind.ADVICE, message, node.path, node.line, mend)
