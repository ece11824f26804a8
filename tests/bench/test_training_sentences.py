import re

from bluerill.agent.corpus import Sampler, kept_back
from bluerill.agent.plan import Planner
from bluerill.bench.domain import NOW, SEED, device_catalogue
from bluerill.bench.training_sentences import LONGEST, sentences


def test_nothing_that_is_measured_is_trained_on() -> None:
    drawn = list(sentences(1_500, None))
    held = {each.text for each in Sampler(Planner(device_catalogue()).templates).held_out(300, SEED, NOW)}
    assert not held & set(drawn)
    assert not any(map(kept_back, drawn))
    assert all(re.fullmatch(r"[a-z' ]+", line) and len(line.split()) <= LONGEST for line in drawn)
    assert len(set(drawn)) > 1_250
