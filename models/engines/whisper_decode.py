"""Greedy decoding of a converted Whisper checkpoint, and when each word was said.

The rules are those of the reference implementation at temperature 0 (``whisper/decoding.py``): the sequence that begins
a transcript, tokens that are suppressed always or at the first place, the mean log probability as confidence, the
probability of "no speech" at the first mark. Word times follow its ``timing.py``: the attention of the alignment heads,
normalised over the tokens, smoothed by a median, and the cheapest monotonic path through it (dynamic time warping).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError
from .whisper_graphs import Heard, WhisperGraphs

__all__ = ["Decoded", "Word", "decode", "detect_language", "text_of", "words"]

Array = npt.NDArray[np.float32]
TOKENS_A_SECOND = 50
MEDIAN = 7


class Decoded(NamedTuple):
    """A transcript; ``confidence`` is the mean log probability of its tokens and its end."""

    text: str
    tokens: list[int]
    confidence: float
    no_speech: float
    language: str


class Word(NamedTuple):
    """A word and its time in seconds."""

    word: str
    start_s: float
    end_s: float
    probability: float


def _log_softmax(logits: Array, missing: int) -> Array:
    """Log probabilities of a row of logits when ``missing`` further ones are 0."""
    top = max(float(logits.max()), 0.0 if missing else -np.inf)
    total = float(np.exp(logits - top).sum()) + missing * float(np.exp(-top))
    return np.asarray(logits - (top + np.log(total)), np.float32)


def text_of(net: WhisperGraphs, tokens: list[int]) -> str:
    """The text of tokens, marks left out."""
    spelled = net.files.spelled()
    return b"".join(spelled.get(token, b"") for token in tokens if token < net.files.marks.end).decode(
        "utf-8", "replace"
    )


def prefix_of(net: WhisperGraphs, language: str, *, translate: bool = False) -> list[int]:
    """The tokens before a transcript without times. Raises CallerError for a language the model lacks."""
    marks, languages = net.files.marks, net.files.languages
    if not languages:
        if language not in ("", "en"):
            raise CallerError(f"this model hears English only, asked was {language[:20]!r}")
        return [marks.start, marks.no_timestamps]
    if language not in languages:
        raise CallerError(f"language must be one of {', '.join(sorted(languages))}; got {language[:20]!r}")
    task = marks.translate if translate else marks.transcribe
    return [marks.start, languages[language], task, marks.no_timestamps]


def detect_language(net: WhisperGraphs, heard: Heard) -> str:
    """The likeliest language of what was heard; "en" where there is no other."""
    if not net.files.languages:
        return "en"
    first = net.step(np.array([[net.row_of[net.files.marks.start]]]), heard, net.fresh()).logits[0, -1]
    return max(net.files.languages, key=lambda code: float(first[net.row_of[net.files.languages[code]]]))


def decode(net: WhisperGraphs, heard: Heard, language: str = "en", most: int = 0) -> Decoded:
    """The greedy transcript. ``language`` "" asks the model; ``most`` tokens (0: half the context, as there)."""
    language = language or detect_language(net, heard)
    marks = net.files.marks
    said = prefix_of(net, language)
    limit = most or net.dims["n_text_ctx"] // 2
    never = [marks.transcribe, marks.translate, marks.start, marks.previous, marks.begin_lm, marks.no_speech]
    banned = [net.row_of[token] for token in (*net.files.suppress, *never) if token in net.row_of]
    first = [net.row_of[token] for token in (*net.files.blank, marks.end) if token in net.row_of]
    step = net.step(np.array([[net.row_of[token] for token in said]]), heard, net.fresh())
    missing = net.missing - sum(token not in net.row_of for token in (*net.files.suppress, *never))
    silent = net.row_of.get(marks.no_speech)
    no_speech = 0.0 if silent is None else float(np.exp(_log_softmax(step.logits[0, 0], net.missing)[silent]))
    tokens: list[int] = []
    total = 0.0
    while True:
        logits = step.logits[0, -1].copy()
        logits[banned] = -np.inf
        if not tokens:
            logits[first] = -np.inf
        row = int(logits.argmax())
        # Rows left out of the graph have logit 0 and spell nothing that was trained: they only weigh in the sum.
        total += float(_log_softmax(logits, missing)[row])
        if net.rows[row] == marks.end:
            break
        tokens.append(net.rows[row])
        if len(tokens) >= limit:
            break
        step = net.step(np.array([[row]]), heard, step.past)
    return Decoded(text_of(net, tokens).strip(), tokens, total / (len(tokens) + 1), no_speech, language)


def words(net: WhisperGraphs, heard: Heard, decoded: Decoded) -> list[Word]:
    """When each word of a transcript was said."""
    tokens = [token for token in decoded.tokens if token < net.files.marks.end]
    if not tokens:
        return []
    prefix = prefix_of(net, decoded.language)
    rows = [net.row_of[token] for token in (*prefix, *tokens, net.files.marks.end)]
    step = net.step(np.array([rows]), heard, net.fresh())
    skip = len(prefix) - 1  # everything before the mark "no timestamps"
    chances = [
        float(np.exp(_log_softmax(step.logits[0, skip + n], net.missing)[net.row_of[token]]))
        for n, token in enumerate(tokens)
    ]
    weights = _softmax(step.heads[0, :, :, : max(1, heard.frames // 2)])
    spread = weights.std(axis=-2, keepdims=True)
    weights = _median((weights - weights.mean(axis=-2, keepdims=True)) / np.maximum(spread, 1e-9))
    tokens_at, frames_at = cheapest_path(-weights.mean(axis=0)[skip:-1])
    jumps = np.pad(np.diff(tokens_at), (1, 0), constant_values=1).astype(bool)
    times = frames_at[jumps] / TOKENS_A_SECOND
    found: list[Word] = []
    place = 0
    for group in _by_word(net, tokens):
        text = text_of(net, group).strip()
        after = place + len(group)
        probability = float(np.mean(chances[place:after]))
        found.append(Word(text, float(times[place]), float(times[min(after, len(times) - 1)]), probability))
        place = after
    return found


def _by_word(net: WhisperGraphs, tokens: list[int]) -> list[list[int]]:
    """Tokens grouped into words: one begins with a space."""
    spelled = net.files.spelled()
    groups: list[list[int]] = []
    for token in tokens:
        if groups and not spelled.get(token, b"").startswith(b" "):
            groups[-1].append(token)
        else:
            groups.append([token])
    return groups


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def _median(values: Array) -> Array:
    """The running median over the last axis, mirrored at its ends."""
    half = MEDIAN // 2
    if values.shape[-1] <= half:
        return values
    padded = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(half, half)], mode="reflect")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, MEDIAN, axis=-1), axis=-1), np.float32)


def cheapest_path(cost: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Dynamic time warping of a matrix (tokens, frames): the pairs on the cheapest monotonic path through all of it."""
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    came = np.zeros((rows + 1, columns + 1), np.int8)
    for j in range(1, columns + 1):
        for i in range(1, rows + 1):
            both, down, along = total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]
            way = 0 if both < down and both < along else 1 if down < both and down < along else 2
            total[i, j] = cost[i - 1, j - 1] + (both, down, along)[way]
            came[i, j] = way
    came[0, :], came[:, 0] = 2, 1
    i, j = rows, columns
    path = []
    while i > 0 or j > 0:
        path.append((i - 1, j - 1))
        way = int(came[i, j])
        i, j = i - int(way != 2), j - int(way != 1)
    pairs = np.array(path[::-1], np.int64)
    return pairs[:, 0], pairs[:, 1]
