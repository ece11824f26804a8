import numpy as np

from bluerill.models.engines.whisper_decode import cheapest_path


def test_the_cheapest_path_follows_the_diagonal_of_what_fits() -> None:
    cost = np.ones((3, 6), np.float32)
    for token in range(3):
        cost[token, 2 * token : 2 * token + 2] = 0.0
    tokens, frames = cheapest_path(cost)
    assert list(zip(tokens.tolist(), frames.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 2), (1, 3), (2, 4), (2, 5)]


def test_a_path_visits_every_token_and_every_frame() -> None:
    tokens, frames = cheapest_path(np.random.default_rng(1).random((5, 9)).astype(np.float32))
    assert set(tokens.tolist()) == set(range(5))
    assert set(frames.tolist()) == set(range(9))
    assert (np.diff(tokens) >= 0).all()
    assert (np.diff(frames) >= 0).all()
