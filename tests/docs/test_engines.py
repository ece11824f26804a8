"""The engine of docs/engines.md is run, through a model server's own steps."""

from __future__ import annotations

import re
from typing import Any

from bluerill.models.engines.contract import Engine
from bluerill.models.messages import InferStart
from house.house import ROOT
from support.model_engines import NOTHING, loaded, quantum


def test_the_engine_of_the_page_works() -> None:
    text = (ROOT / "docs" / "engines.md").read_text("utf-8")
    [code] = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    made: dict[str, Any] = {"__name__": "page"}
    exec(code, made)
    engine: Engine = made["Reverser"]()
    info = loaded(engine)
    assert (info.engine, info.kinds) == ("reverser", ["generate"])
    session = engine.start(InferStart(1, prompt="hello"), NOTHING)
    assert session.step(quantum(2)).text == "ol"
    assert session.pause("memory") == ("memory", 0)
    assert session.resume() == ("kept", 0)
    last = session.step(quantum(9))
    assert (last.text, last.finish) == ("leh", "stop")


def test_the_page_names_the_engines_that_there_are() -> None:
    from bluerill.models.engines.registry import MODEL_ENGINES

    text = (ROOT / "docs" / "engines.md").read_text("utf-8")
    ours = [name for name, where in MODEL_ENGINES.items() if where.startswith(".")]  # tests add their own
    assert [name for name in ours if f"| `{name}` |" not in text] == []
