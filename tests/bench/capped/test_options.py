from __future__ import annotations

import argparse

import pytest

from bluerill.bench.capped.command import arguments, options_of
from bluerill.bench.capped.options import AS_IT_IS, BUNDLED, KERNEL, caps_of, changed, chosen, size_text, variants_of
from bluerill.kernel.errors import CallerError
from bluerill.kernel.limits import MIB
from bluerill.models.messages import LoadOptions


def test_caps_are_taken_from_the_largest_down_and_once() -> None:
    assert caps_of("32M, none,1G,64M,32M") == (None, 1024 * MIB, 64 * MIB, 32 * MIB)


@pytest.mark.parametrize("text", ["5M", "64M,5M", "0M"])
def test_a_cap_without_room_for_python_is_refused(text: str) -> None:
    with pytest.raises(CallerError, match="expected 8M or more"):
        caps_of(text)


@pytest.mark.parametrize("text", ["", ",", "much"])
def test_what_is_no_cap_is_refused(text: str) -> None:
    with pytest.raises(CallerError, match="expected"):
        caps_of(text)


def test_an_unknown_workload_is_named_with_those_there_are() -> None:
    assert chosen("face, planner,face", BUNDLED, "--workloads") == ("face", "planner")
    with pytest.raises(CallerError, match=r"planner.*got 'chess'"):
        chosen("chess", BUNDLED, "--workloads")


def test_sizes_are_written_as_they_are_read() -> None:
    assert [size_text(cap) for cap in (None, 48 * MIB, 1536 * MIB)] == ["none", "48M", "1.5G"]


def test_every_combination_of_options_is_a_variant() -> None:
    found = variants_of(["ctx=256,512", "mmap=false"])
    assert [each.suffix for each in found] == [" ctx=256 mmap=false", " ctx=512 mmap=false"]
    assert found[1].changes == {"ctx": 512, "mmap": False}
    assert variants_of([]) == (AS_IT_IS,)
    loaded = changed(LoadOptions(), found[0])
    assert (loaded.ctx, loaded.batch, loaded.ubatch, loaded.mmap) == (256, 256, 256, False)


@pytest.mark.parametrize(
    ("words", "workloads", "scenarios"),
    [
        (["--scenario", "kernel"], KERNEL, ()),
        (["--scenario", "mixed,server", "--workloads", "planner"], ("planner", "mixed"), ("server",)),
        (["--scenario", "server"], BUNDLED, ("server",)),
        (["--models", "a.gguf"], (), ()),
    ],
)
def test_a_suite_is_its_workloads(words: list[str], workloads: tuple[str, ...], scenarios: tuple[str, ...]) -> None:
    parser = argparse.ArgumentParser()
    arguments(parser)
    found = options_of(parser.parse_args(words))
    assert (found.workloads, found.scenarios) == (workloads, scenarios)


@pytest.mark.parametrize("pair", ["ctx", "ctx=", "ctx=many", "seqs=2", "kv_type=q9"])
def test_options_that_cannot_be_are_refused(pair: str) -> None:
    with pytest.raises(CallerError, match="--set"):
        variants_of([pair])
