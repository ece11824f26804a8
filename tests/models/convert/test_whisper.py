"""A tiny checkpoint, made here, gives the same transcript by torch and by the converted graphs."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bluerill.kernel.errors import CallerError

torch: Any = pytest.importorskip("torch", reason="torch is not installed")
whisper: Any = pytest.importorskip("whisper", reason="openai-whisper is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

from bluerill.models.convert.whisper import convert_whisper  # noqa: E402
from bluerill.models.engines.whisper_decode import decode, detect_language, words  # noqa: E402
from bluerill.models.engines.whisper_graphs import WhisperGraphs  # noqa: E402

ENGLISH, MANY = 51_864, 51_865
CONTEXT = 100


def tiny(path: Path, vocabulary: int, used: int = 0) -> Any:
    """A Whisper with random weights, saved as its checkpoints are; all but ``used`` word pieces are zero."""
    torch.manual_seed(3)
    dims = whisper.model.ModelDimensions(80, CONTEXT, 48, 2, 2, vocabulary, 64, 48, 2, 2)
    net = whisper.model.Whisper(dims)
    for weight in net.parameters():
        if weight.ndim >= 2:
            torch.nn.init.normal_(weight, std=0.2)
    if used:
        net.decoder.token_embedding.weight.data[used:50_256] = 0
    torch.save({"dims": asdict(dims), "model_state_dict": net.state_dict()}, path)
    return net.eval()


@pytest.fixture
def wave() -> Any:
    return np.random.default_rng(0).normal(0, 0.1, 20_000).astype(np.float32)


def reference(net: Any, wave: Any, most: int) -> Any:
    mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(wave, CONTEXT * 320))
    options = whisper.DecodingOptions(language="en", without_timestamps=True, fp16=False, sample_len=most)
    return whisper.decode(net, mel, options)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("vocabulary", "used"), [(ENGLISH, 0), (ENGLISH, 600), (MANY, 0)])
def test_the_same_tokens_and_confidence(tmp_path: Path, wave: Any, vocabulary: int, used: int) -> None:
    net = tiny(tmp_path / "tiny.pt", vocabulary, used)
    convert_whisper(tmp_path / "tiny.pt", tmp_path / "out", eight_bit=False)
    graphs = WhisperGraphs(tmp_path / "out")
    found, expected = decode(graphs, graphs.hear(wave), most=10), reference(net, wave, 10)
    assert found.tokens == expected.tokens
    assert found.text == expected.text.strip()
    assert found.confidence == pytest.approx(expected.avg_logprob, abs=1e-3)
    assert found.no_speech == pytest.approx(expected.no_speech_prob, abs=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_eight_bits_stay_near(tmp_path: Path, wave: Any) -> None:
    net = tiny(tmp_path / "tiny.pt", ENGLISH)
    convert_whisper(tmp_path / "tiny.pt", tmp_path / "out")
    graphs = WhisperGraphs(tmp_path / "out")
    mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(wave, CONTEXT * 320))
    exact = net.logits(torch.tensor([[5, 6, 7]]), net.embed_audio(mel[None])).detach().numpy()
    heard = graphs.hear(wave)
    near = graphs.step(np.array([[5, 6, 7]]), heard, graphs.fresh()).logits
    assert np.abs(near - exact).max() < 0.1 * np.abs(exact).max()
    first = graphs.step(np.array([[5, 6]]), heard, graphs.fresh())
    again = graphs.step(np.array([[7]]), heard, first.past).logits
    assert np.abs(again[:, 0] - near[:, 2]).max() < 0.05 * np.abs(exact).max()


@pytest.mark.filterwarnings("ignore")
def test_words_get_the_times_that_the_reference_gives(tmp_path: Path, wave: Any) -> None:
    from whisper.timing import find_alignment
    from whisper.tokenizer import get_tokenizer

    net = tiny(tmp_path / "tiny.pt", ENGLISH)
    convert_whisper(tmp_path / "tiny.pt", tmp_path / "out", eight_bit=False)
    graphs = WhisperGraphs(tmp_path / "out")
    heard = graphs.hear(wave)
    spoken = get_tokenizer(False).encode(" set a timer for ten minutes")
    found = words(graphs, heard, decode(graphs, heard, most=1)._replace(tokens=spoken))
    mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(wave, CONTEXT * 320))
    expected = find_alignment(net, get_tokenizer(False), spoken, mel, heard.frames)
    assert [(w.word, w.start_s, w.end_s) for w in found] == [
        (w.word.strip(), w.start, w.end) for w in expected if w.word
    ]
    assert [w.probability for w in found] == pytest.approx([w.probability for w in expected if w.word], abs=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_languages_are_known_and_asked_for(tmp_path: Path, wave: Any) -> None:
    net = tiny(tmp_path / "tiny.pt", MANY)
    convert_whisper(tmp_path / "tiny.pt", tmp_path / "out", eight_bit=False)
    graphs = WhisperGraphs(tmp_path / "out")
    heard = graphs.hear(wave)
    mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(wave, CONTEXT * 320))
    _, chances = whisper.detect_language(net, mel)
    assert detect_language(graphs, heard) == max(chances, key=chances.get)
    assert decode(graphs, heard, "de", most=2).language == "de"
    with pytest.raises(CallerError, match="language must be one of"):
        decode(graphs, heard, "xx")


def test_a_pickle_that_is_more_than_weights_is_refused(tmp_path: Path) -> None:
    torch.save({"dims": print, "model_state_dict": {}}, tmp_path / "bad.pt")
    with pytest.raises(CallerError, match="more than weights"):
        convert_whisper(tmp_path / "bad.pt", tmp_path / "out")


def test_what_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.pt").write_bytes(b"RIFF not a checkpoint")
    with pytest.raises(CallerError, match=r"bad\.pt"):
        convert_whisper(tmp_path / "bad.pt", tmp_path / "out")
    with pytest.raises(CallerError, match=r"absent\.pt"):
        convert_whisper(tmp_path / "absent.pt", tmp_path / "out")
