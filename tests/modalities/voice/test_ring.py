from bluerill.modalities.voice.ring import PreRoll


def test_it_keeps_the_newest_in_order() -> None:
    ring = PreRoll(3)
    for frame in (b"a", b"b", b"c", b"d"):
        ring.push(frame)
    assert (ring.newest(2), ring.newest(99), len(ring)) == (b"cd", b"bcd", 3)


def test_cleared_it_has_nothing() -> None:
    ring = PreRoll(3)
    ring.push(b"a")
    ring.clear()
    assert ring.newest(3) == b""
    assert ring.newest(-1) == b""
