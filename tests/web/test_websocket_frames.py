"""The frame reader without a socket: any cut of the bytes yields the same messages, each wrong is refused."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.web.websocket import frames
from tests.web.socket_client import frame

LIMIT = 1000


def read(data: bytes, cuts: list[int] | None = None) -> tuple[list[Any], int | None]:
    """All messages, and the code of the error that ended them."""
    reader = frames.FrameReader(LIMIT)
    items: list[Any] = []
    places = [0, *sorted({cut % (len(data) + 1) for cut in cuts or []}), len(data)]
    try:
        for start, end in pairwise(places):
            items.extend(reader.feed(data[start:end]))
    except frames.ProtocolError as error:
        return items, error.code
    return items, None


TEXTS = st.text(max_size=300)
WHOLE = st.one_of(
    TEXTS.map(lambda text: ([frame(frames.TEXT, text.encode())], (frames.TEXT, text))),
    st.binary(max_size=300).map(lambda data: ([frame(frames.BINARY, data)], (frames.BINARY, data))),
    st.binary(max_size=125).map(lambda data: ([frame(frames.PING, data)], (frames.PING, data))),
    st.binary(max_size=125).map(lambda data: ([frame(frames.PONG, data)], (frames.PONG, data))),
)


@st.composite
def fragmented(draw: st.DrawFn) -> tuple[list[bytes], Any]:
    """A text cut into fragments anywhere, inside a character too."""
    text = draw(TEXTS)
    data = text.encode()
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), min_size=1, max_size=5)))
    parts = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    made = [frame(frames.TEXT if not index else 0, part, head=0) for index, part in enumerate(parts)]
    made[-1] = frame(0, parts[-1])
    return made, (frames.TEXT, text)


@given(st.lists(st.one_of(WHOLE, fragmented()), max_size=8), st.lists(st.integers(0, 10_000), max_size=20))
def test_any_cut_yields_the_same_messages(made: list[tuple[list[bytes], Any]], cuts: list[int]) -> None:
    data = b"".join(b"".join(parts) for parts, _ in made)
    assert read(data, cuts) == ([item for _, item in made], None)


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=20))
def test_any_cut_of_any_bytes_yields_the_same_end(data: bytes, cuts: list[int]) -> None:
    assert read(data, cuts) == read(data)


@given(fragmented(), st.binary(max_size=125))
def test_control_frames_come_between_fragments(made: tuple[list[bytes], Any], payload: bytes) -> None:
    parts, item = made
    data = frame(frames.PING, payload).join(parts)
    items, error = read(data)
    assert error is None
    assert items == [*[(frames.PING, payload)] * (len(parts) - 1), item]


WRONG = {
    "reserved bit 1": (frame(1, b"x", head=0xC0), 1002),
    "reserved bit 2": (frame(1, b"x", head=0xA0), 1002),
    "reserved bit 3": (frame(9, b"", head=0x90), 1002),
    "reserved opcode": (frame(3, b"x"), 1002),
    "reserved control opcode": (frame(11, b"x"), 1002),
    "unmasked": (frame(1, b"x", masked=False), 1002),
    "fragmented ping": (frame(9, b"x", head=0), 1002),
    "long ping": (frame(9, b"x" * 126), 1002),
    "nothing to continue": (frame(0, b"x"), 1002),
    "message inside a message": (frame(1, b"x", head=0) + frame(1, b"y"), 1002),
    "length not in its shortest form": (frame(1, b"x", size=b"\xfe\x00\x01"), 1002),
    "long length not in its shortest form": (frame(1, b"x", size=b"\xff" + b"\0" * 7 + b"\x7e"), 1002),
    "length with its highest bit set": (frame(1, b"", size=b"\xff\x80" + b"\0" * 7), 1002),
    "bad text": (frame(1, b"\xc3\x28"), 1007),
    "surrogate in text": (frame(1, b"\xed\xa0\x80"), 1007),
    "unfinished text": (frame(1, "好".encode()[:2]), 1007),
    "bad text in an unfinished message": (frame(1, b"ok", head=0) + frame(0, b"\xff", head=0), 1007),
    "unfinished text over fragments": (frame(1, "好".encode()[:1], head=0) + frame(0, b""), 1007),
    "too large": (frame(1, b"", size=b"\xfe\x03\xe9"), 1009),
    "far too large": (frame(1, b"", size=b"\xff" + (1 << 40).to_bytes(8, "big")), 1009),
    "too large in pieces": (frame(1, b"x" * 600, head=0) + frame(0, b"x" * 401), 1009),
    "close with one byte": (frame(8, b"\x03"), 1002),
    "close with 999": (frame(8, (999).to_bytes(2, "big")), 1002),
    "close with 1005": (frame(8, (1005).to_bytes(2, "big")), 1002),
    "close with 1006": (frame(8, (1006).to_bytes(2, "big")), 1002),
    "close with 1015": (frame(8, (1015).to_bytes(2, "big")), 1002),
    "close with 2999": (frame(8, (2999).to_bytes(2, "big")), 1002),
    "close with a bad reason": (frame(8, (1000).to_bytes(2, "big") + b"\xff"), 1007),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_breaks_the_protocol_is_refused(name: str) -> None:
    data, code = WRONG[name]
    before = frame(1, b"before")
    assert read(before + data) == ([(frames.TEXT, "before")], code)


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1014, 3000, 4999])
def test_codes_that_may_be_sent(code: int) -> None:
    data = frame(8, code.to_bytes(2, "big") + "再见".encode())
    assert read(data) == ([(frames.CLOSE, (code, "再见"))], None)


def test_nothing_is_read_after_a_close() -> None:
    assert read(frame(8, b"") + frame(1, b"late")) == ([(frames.CLOSE, (1005, ""))], None)


def test_a_message_of_exactly_the_limit_passes() -> None:
    assert read(frame(1, b"x" * LIMIT)) == ([(frames.TEXT, "x" * LIMIT)], None)


@given(st.binary(max_size=300), st.sampled_from([0, 125, 126, 65535, 65536]))
def test_what_we_encode_is_one_whole_unmasked_frame(start: bytes, size: int) -> None:
    payload = (start * (size // max(1, len(start)) + 1))[:size]
    made = frames.encode(frames.BINARY, payload)
    head = 2 if len(payload) < 126 else 4 if len(payload) < 65536 else 10
    assert made[0] == 0x82
    assert made[1] < 128
    assert made[head:] == payload


def test_a_long_reason_is_cut_between_characters() -> None:
    made = frames.encode_close(1008, "请" * 100)
    assert made[1] == len(made) - 2 <= 125
    assert made[4:].decode() == "请" * 41
