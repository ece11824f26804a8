"""Our table against the official schemas, and our verdicts against Google's labelled cases (public data)."""

from __future__ import annotations

import copy
import random
import warnings
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bluerill.bench.faces_format import labels, schemas
from bluerill.modalities.screen.wff.parse import parse
from bluerill.modalities.screen.wff.problem import valid_versions
from bluerill.modalities.screen.wff.schema import ELEMENTS, identities, validate

SEED = 20261126
VALUES = (
    "", "0", "1", "-1", "1.5", "1e3", "abc", "#ff0000", "#fff0000", "[CONFIGURATION.a.1]", "TRUE", "TAP ON_VISIBLE",
    "256", "60", "0.1 0.2 0.3 0.4", "hh:mm", "hh_10", "hh_12", "SYNC_TO_DEVICE", "GOAL_PROGRESS", "HEART_RATE", "INF",
    " 5 ", "a-b", "1 2f", "CLOCKWISE",
)  # fmt: skip


@pytest.fixture(scope="module")
def oracle(data: Path, request: pytest.FixtureRequest) -> dict[int, Any]:
    """The official schema of each version; read once, for it takes seconds."""
    pytest.importorskip("xmlschema")
    cache = request.config.cache
    return schemas(data, cache.mkdir("official-schemas") if cache is not None else None)


def ours(document: bytes) -> tuple[int, ...]:
    root = parse(document)
    return valid_versions([*validate(root), *identities(root)])


def theirs(oracle: dict[int, Any], document: bytes) -> tuple[int, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = ElementTree.fromstring(document)
        return tuple(version for version, schema in sorted(oracle.items()) if schema.is_valid(root))


def changed(root: ElementTree.Element, dice: random.Random) -> None:
    """One change somewhere: an attribute less, more or other, a child less, twice, new, or elsewhere."""
    elements = list(root.iter())
    parents = {child: parent for parent in elements for child in parent}
    element = dice.choice(elements)
    match dice.randrange(6):
        case 0 if element.attrib:
            del element.attrib[dice.choice(sorted(element.attrib))]
        case 1:
            names = sorted({name for each in ELEMENTS.values() for name in each.attributes})
            element.set(dice.choice(names), dice.choice(VALUES))
        case 2 if element.attrib:
            element.set(dice.choice(sorted(element.attrib)), dice.choice(VALUES))
        case 3 if element in parents:
            parents[element].remove(element)
        case 4 if element in parents:
            parents[element].append(copy.deepcopy(element))
        case _:
            tags = sorted({tag for each in ELEMENTS.values() for tag in each.children})
            ElementTree.SubElement(element, dice.choice(tags))


def test_the_table_agrees_with_the_schemas_on_changed_faces(oracle: dict[int, Any], data: Path) -> None:
    files = sorted((data / "wff_validator_cases").rglob("*.xml")) + sorted(
        (data / "wff_faces_google").rglob("watchface.xml")
    )
    texts = [text for file in files if len(text := file.read_bytes()) < 8_000 and b"<WatchFace" in text]
    dice = random.Random(SEED)
    differ = []
    for _ in range(150):
        root = ElementTree.fromstring(dice.choice(texts))
        changed(root, dice)
        document = ElementTree.tostring(root)
        if ours(document) != theirs(oracle, document):
            differ.append((ours(document), theirs(oracle, document), document.decode()[:2_000]))
    assert not differ, differ[0]


def test_labelled_cases(data: Path) -> None:
    found = labels(data)
    assert found.total > 150
    assert found.plain == found.total, found.misses
    assert found.tolerant >= found.total - 2, found.misses
    assert found.same_class >= 0.95 * found.with_class, found.misses
