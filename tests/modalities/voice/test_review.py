from pathlib import Path

from bluerill.modalities.voice.review import ReviewLog


def test_what_was_not_heard_is_kept_newest_last(tmp_path: Path) -> None:
    log = ReviewLog(tmp_path / "review.jsonl")
    log.add(1.0, "gibberish one", "vocabulary", 0.4, 1.5, "pocketsphinx")
    log.add(2.0, "gibberish two", "vocabulary", 0.5, 1.5, "pocketsphinx")
    assert [entry["raw"] for entry in log.entries()] == ["gibberish one", "gibberish two"]
    assert log.entries(1)[0]["at"] == 2.0


def test_it_never_grows_beyond_twice_its_size(tmp_path: Path) -> None:
    log = ReviewLog(tmp_path / "review.jsonl", max_bytes=2_000)
    for number in range(200):
        log.add(number, "x" * 5_000, "vocabulary", 0.0, 1.0, "e")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 4_000
    assert log.entries()[-1]["at"] == 199


def test_a_device_that_cannot_write_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = ReviewLog(tmp_path / "file" / "review.jsonl")
    log.add(1.0, "lost", "vocabulary", 0.0, 1.0, "e")
    assert (log.unwritten, log.entries()) == (1, [])


def test_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    log = ReviewLog(tmp_path / "review.jsonl")
    log.add(1.0, "good", "vocabulary", 0.0, 1.0, "e")
    with log.path.open("ab") as file:
        file.write(b'{"at": 2, "ra')
    assert [entry["raw"] for entry in log.entries()] == ["good"]
