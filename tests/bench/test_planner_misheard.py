from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bluerill.agent.corpus import kept_back
from bluerill.agent.plan import Planner
from bluerill.bench import planner_misheard
from bluerill.bench.catalogue import device_catalogue
from bluerill.bench.plan import data_folder
from bluerill.bench.planner_examples import measured_texts
from bluerill.bench.planner_misheard import Judge, main
from bluerill.models.train.planner_encoder.misheard import Hearing
from bluerill.models.train.planner_encoder.rows import Row, read_rows


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(device_catalogue())


def row(text: str, label: str) -> Row:
    return Row(text.split(), label, None, "misheard.own")


def test_what_a_template_reads_otherwise_is_not_the_encoders(planner: Planner) -> None:
    judge = Judge(planner, frozenset())
    assert judge(row("set an alarm for seven am", "set_alarm"))
    assert not judge(row("set an alarm for seven am", "start_timer"))
    assert not judge(row("set an alarm for seven am", "other.alarm"))
    assert judge(row("yes wake is me seven", "other.alarm"))


def test_what_is_measured_or_kept_back_is_never_trained_on(planner: Planner) -> None:
    judge = Judge(planner, frozenset(["sing the long song"]))
    assert not judge(row("sing the long song", "play_music"))
    back = next(text for number in range(99) if kept_back(text := f"sing it {'la ' * number}song"))
    assert not judge(row(back, "play_music"))


def examples(path: Path) -> Path:
    rows = [
        Row(text.split(), "get_weather", None, "nlu_eval.weather", split)
        for text, split in (*((text, "train") for text in HEARD), ("is there snow over oslo", "held"))
    ]
    path.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in rows))
    return path


HEARD = {
    "how cold will oslo be": ["how gold will oslo be"],
    "will there be snow over oslo": ["is there snow over oslo", "will there be slow over oslo"],
}


def test_the_command_writes_rows_to_train_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def heard(texts: Iterable[str], jobs: int, opening: Any) -> Iterator[Hearing]:
        assert jobs == 3
        return (Hearing(text, HEARD[text], "skills") for text in texts)

    monkeypatch.setattr(planner_misheard, "_heard", heard)
    monkeypatch.setattr(planner_misheard, "measured_texts", lambda data: frozenset())
    told: list[str] = []
    out = tmp_path / "misheard.jsonl"
    arguments = [str(examples(tmp_path / "examples.jsonl")), str(out), "--jobs", "3", "--data", str(tmp_path)]
    assert main(arguments, told.append) == 0
    rows = read_rows(out)
    assert sorted(" ".join(each.words) for each in rows) == ["how gold will oslo be", "will there be slow over oslo"]
    assert {(each.label, each.tags, each.source, each.split) for each in rows} == {
        ("get_weather", None, "misheard.nlu_eval.weather", "train")
    }
    assert told[-1].startswith("2 misheard")
    before = out.read_bytes()
    monkeypatch.setattr(planner_misheard, "_heard", lambda texts, jobs, opening: iter(()))
    assert main(arguments, told.append) == 0
    assert out.read_bytes() == before  # all of it was heard already


def test_it_must_know_what_is_measured(tmp_path: Path) -> None:
    told: list[str] = []
    assert main([str(tmp_path / "x"), str(tmp_path / "y"), "--data", str(tmp_path / "none")], told.append) == 1
    assert "expected the public data" in told[0]


def test_no_text_that_is_measured_passes(planner: Planner) -> None:
    data = data_folder()
    if data is None:
        pytest.skip("the public data is not here (BLUERILL_DATA)")
    measured = measured_texts(data)
    judge = Judge(planner, measured)
    assert not any(judge(row(text, "get_weather")) for text in sorted(measured)[::40])
