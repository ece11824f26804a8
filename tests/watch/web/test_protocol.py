"""What a page may say, and how the device answers."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluerill.agent.messages import CallReport, Turn
from bluerill.kernel.errors import CallerError
from bluerill.modalities.screen.messages import Frame
from bluerill.watch.web import protocol


def test_every_kind_of_message_is_read() -> None:
    said = {
        '{"type":"listen","mode":"wake"}': protocol.Listen("wake"),
        '{"type":"unlisten"}': protocol.Unlisten(),
        '{"type":"talk","down":true}': protocol.Talk(True),
        '{"type":"touch","phase":"down","x":1,"y":2.5}': protocol.Finger("down", 1, 2.5),
        '{"type":"crown","degrees":-30}': protocol.Turned(-30),
        '{"type":"ask","text":"hi","id":7}': protocol.Ask("hi", 7),
        '{"type":"press","button":"snooze","id":"a7"}': protocol.Pressed("snooze", "a7"),
        '{"type":"spoken","active":false}': protocol.Spoken(False),
        '{"type":"synthesise","id":3}': protocol.Synthesise(3),
        '{"type":"monitor","on":true}': protocol.Monitor(True),
        '{"type":"face","ambient":true}': protocol.WearFace("", True),
    }
    for text, wanted in said.items():
        assert protocol.decode(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{", '{"type":"reboot"}', '{"mode":"wake"}', '{"type":"listen","mode":"loud"}',
        '{"type":"talk","down":1}', '{"type":"talk","down":true,"extra":1}', '{"type":"touch","phase":"down","x":1}',
        '{"type":"touch","phase":"down","x":1e9,"y":0}', '{"type":"touch","phase":"down","x":NaN,"y":0}',
        '{"type":"crown","degrees":1e300}', '{"type":"ask","text":""}', '{"type":"ask","text":"\\ud800"}',
        '{"type":"ask","text":"' + "a" * 2001 + '"}', '{"type":"press","button":"explode"}',
        '{"type":"press","button":"stop","id":"' + "a" * 129 + '"}', "[" * 5000 + "]" * 5000,
    ],
)  # fmt: skip
def test_anything_else_is_one_line(text: str) -> None:
    with pytest.raises(CallerError) as caught:
        protocol.decode(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@given(st.binary(max_size=64))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for read in (protocol.decode, protocol.decode_audio):
        try:
            read(data)
        except CallerError:
            pass


def test_audio_is_checked() -> None:
    assert protocol.decode_audio(b"\x01\x07\x00\x00\x00ab") == (7, b"ab")
    for bad in (b"", b"\x01", b"\x02\0\0\0\0ab", b"\x01\0\0\0\0", b"\x01\0\0\0\0abc", b"\x01\0\0\0\0" + b"a" * 4098):
        with pytest.raises(CallerError):
            protocol.decode_audio(bad)


def test_the_device_is_passed_on_under_its_wire_names() -> None:
    turn = Turn(1, "text", "hi", [CallReport("echo", {"a": 1})], "hello", "templates", 1.0, {"plan_ms": 2.0})
    sent = json.loads(protocol.forward(turn))
    assert sent["type"] == "agent.turn"
    assert sent["body"]["calls"] == [{"name": "echo", "arguments": {"a": 1}}]
    assert json.loads(protocol.own("asked", id=3)) == {"type": "page.asked", "body": {"id": 3}}


def test_binary_layouts_are_those_the_page_reads() -> None:
    data = protocol.picture(Frame(258, 1, 2, 300, 4, "jpeg", True), b"xyz")
    assert data[:1] == b"\x02"
    assert data[15:] == b"xyz"
    assert struct.unpack_from("<IHHHHBB", data, 1) == (258, 1, 2, 300, 4, 2, 1)
    assert protocol.speech(5, b"ab") == b"\x03" + struct.pack("<II", 5, 16000) + b"ab"
