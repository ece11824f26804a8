from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

from bluerill.kernel.errors import CallerError
from bluerill.models.decoder.prompt import Parameter, Tool
from bluerill.models.decoder.stems import word_list
from bluerill.models.encoder import tools
from bluerill.models.encoder.network import Network, shipped
from bluerill.models.encoder.tools import FEATURES, Chooser, Weights

TOOLS = [
    Tool("get_weather", "Get the weather forecast of a city", [Parameter("city", "string", "the city")]),
    Tool("calculate_loan", "Monthly payment of a loan", [Parameter(n, "number") for n in ("amount", "rate", "years")]),
    Tool("findRecipe", "How to cook a dish", [Parameter("dish")]),
]


@pytest.fixture(scope="module")
def chooser() -> Chooser:
    return Chooser(Network(shipped()), shipped() / "tools.json")


@pytest.mark.parametrize(
    ("request_", "best"),
    [("will it be sunny in Rome", 0), ("what would I pay each month for 20000 at 5% over 10 years", 1),
     ("how do I make lasagna", 2)],
)  # fmt: skip
def test_the_tool_that_serves_is_the_likeliest(chooser: Chooser, request_: str, best: int) -> None:
    scores = chooser.scores(request_, TOOLS)
    assert max(range(3), key=scores.__getitem__) == best
    assert all(0 <= score <= 1 for score in scores)


def test_what_nothing_serves_is_believed_of_nothing(chooser: Chooser) -> None:
    for said in ("who was the first man on the moon", "tell me a joke", ""):
        assert max(chooser.scores(said, TOOLS)) < chooser.weights.sure
    assert chooser.scores("hello", []) == []


def test_a_tool_is_computed_once_and_not_kept_for_ever(chooser: Chooser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_MOST", 2)
    chooser.scores("hello", TOOLS)
    assert len(chooser._tools) == 2


def test_names_come_apart_into_words() -> None:
    assert word_list("getHTTPStatus_code.v2") == ["get", "http", "status", "code", "v", "2"]


def test_weights_of_another_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "tools.json").write_text('{"weights":[1.0],"bias":0.0,"sure":0.5}')
    with pytest.raises(CallerError, match=f"expected {len(FEATURES)} weights, got 1"):
        Chooser(Network(shipped()), tmp_path / "tools.json")
    with pytest.raises(CallerError, match="no weights of a chooser"):
        Chooser(Network(shipped()), tmp_path / "none.json")
    assert Weights([], 0.0, 0.5).sure == 0.5
