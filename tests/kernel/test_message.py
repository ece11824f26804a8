from __future__ import annotations

import pytest

from bluerill.kernel import message as m
from bluerill.kernel.errors import CallerError, DeadlineExceeded, ServiceFault, error_from
from bluerill.kernel.limits import MAX_FRAME_BYTES
from support.services import Ping


def test_bodies_round_trip() -> None:
    body = Ping(7, b"\x00\xff")
    assert m.decode_body(body.wire, m.encode_body(body)) == body


def test_a_wire_name_belongs_to_one_class() -> None:
    with pytest.raises(CallerError, match=r"'test\.ping' is taken"):

        @m.message("test.ping")
        class Other(m.Body, frozen=True):
            pass


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x93\x01", b"\x81\xa1x\x01"])
def test_garbage_is_one_typed_error(data: bytes) -> None:
    with pytest.raises(CallerError):
        m.decode_body("test.ping", data)
    with pytest.raises(CallerError):
        m.decode_frame(data)


def test_unknown_messages_and_fields_are_refused() -> None:
    with pytest.raises(CallerError, match="no message is named"):
        m.decode_body("test.nobody", b"\x80")
    with pytest.raises(CallerError, match=r"test\.ping"):
        m.decode_body("test.ping", b"\x81\xa5bogus\x01")


def test_frames_are_bounded() -> None:
    with pytest.raises(CallerError, match="send a lease"):
        m.encode_frame(m.Frame(m.Kind.TELL, 1, body=b"x" * MAX_FRAME_BYTES))


def test_errors_cross_as_what_they_are() -> None:
    error = error_from(DeadlineExceeded.code, "too late")
    assert type(error) is DeadlineExceeded
    assert str(error) == "too late"
    assert type(error_from("from the future", "?")) is ServiceFault
