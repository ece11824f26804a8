"""The hundred requests for skills: a spread of them, and that none ends in another skill than was asked for."""

from __future__ import annotations

import asyncio

import pytest

from bluerill.bench.catalogue import NOW, device_catalogue
from bluerill.bench.studio import judge, requests
from bluerill.watch.workshop.sketches.library import sketch
from bluerill.watch.workshop.sketches.sketch import Unmade
from bluerill.watch.workshop.studio import made

REQUESTS = requests()


def test_there_are_a_hundred_and_each_is_read_as_what_it_is_or_refused() -> None:
    assert len(REQUESTS) == 100
    read = 0
    for wanted, words in REQUESTS:
        try:
            found = sketch(words, NOW).sketch
        except Unmade:
            continue
        assert found == wanted, words
        read += 1
    assert read >= 60


@pytest.mark.parametrize(("wanted", "words"), REQUESTS[3::17], ids=lambda each: str(each)[:40])
def test_a_request_ends_in_a_skill_that_works_or_a_refusal(wanted: str, words: str) -> None:
    assert judge(wanted, asyncio.run(made(words, "1.0.0", device_catalogue().actions, NOW, None))) in (
        "made",
        "refused",
        "missed",
    )
