"""Enhanced metafiles: rectangles, lines and text, as [MS-EMF] lays them down.

The reference device has 10 pixels a millimetre, so that a pixel is the tenth of a millimetre in which
drawings are measured.
"""

from __future__ import annotations

import struct
import unicodedata

_HEADER, _EOF = 1, 14
_SET_BACKGROUND, _TEXT_ALIGN, _TEXT_COLOUR = 18, 22, 24
_MOVE, _LINE, _SELECT, _PEN, _BRUSH, _RECTANGLE, _FONT, _TEXT = 27, 54, 37, 38, 39, 43, 82, 84
_DEVICE = (3200, 2400, 320, 240)
_PEN_HANDLE, _FILL_HANDLE, _WHITE_HANDLE, _FONT_HANDLE = 1, 2, 3, 4
_BASELINE, _RIGHT = 24, 2
_GB2312 = 134


class Metafile:
    """Collects records; ``finish`` gives the file. Coordinates are tenths of a millimetre."""

    def __init__(self, width: int, height: int, size: int, font: str, colour: int) -> None:
        self._width, self._height, self._size = width, height, size
        self._records: list[bytes] = []
        ink = (colour & 0xFF) << 16 | colour & 0xFF00 | colour >> 16
        self._add(_SET_BACKGROUND, struct.pack("<I", 1))
        self._add(_PEN, struct.pack("<IIiiI", _PEN_HANDLE, 0, 3, 0, ink))
        self._add(_BRUSH, struct.pack("<IIII", _FILL_HANDLE, 0, ink, 0))
        self._add(_BRUSH, struct.pack("<IIII", _WHITE_HANDLE, 0, 0xFFFFFF, 0))
        self._add(_FONT, struct.pack("<I", _FONT_HANDLE) + _log_font(font, size))
        for handle in (_PEN_HANDLE, _FONT_HANDLE):
            self._add(_SELECT, struct.pack("<I", handle))
        self._add(_TEXT_COLOUR, struct.pack("<I", 0))

    def _add(self, kind: int, content: bytes) -> None:
        self._records.append(struct.pack("<II", kind, len(content) + 8) + content)

    def line(self, x1: int, y1: int, x2: int, y2: int) -> None:
        """A thin line."""
        self._add(_MOVE, struct.pack("<ii", x1, y1))
        self._add(_LINE, struct.pack("<ii", x2, y2))

    def rectangle(self, x: int, y: int, width: int, height: int, filled: bool) -> None:
        """A framed rectangle, filled with ink or white."""
        self._add(_SELECT, struct.pack("<I", _FILL_HANDLE if filled else _WHITE_HANDLE))
        self._add(_RECTANGLE, struct.pack("<iiii", x, y, x + width, y + height))

    def text(self, x: int, y: int, text: str, right: bool) -> None:
        """Text that begins, or with ``right`` ends, at ``x``; ``y`` is its base line."""
        self._add(_TEXT_ALIGN, struct.pack("<I", _BASELINE | (_RIGHT if right else 0)))
        encoded = text.encode("utf-16-le", "ignore")
        count = len(encoded) // 2
        padded = encoded + b"\0" * (-len(encoded) % 4)
        advances = _advances(text, self._size)
        content = struct.pack("<iiiiIff", 0, 0, self._width, self._height, 1, 1, 1)
        start = 8 + len(content) + 40
        content += struct.pack("<iiIIIiiiiI", x, y, count, start, 0, 0, 0, -1, -1, start + len(padded))
        self._add(_TEXT, content + padded + struct.pack(f"<{count}I", *advances))

    def finish(self, title: str) -> bytes:
        """The file; ``title`` is its description."""
        self._add(_EOF, struct.pack("<III", 0, 16, 20))
        described = f"xltools\0{title}\0\0".encode("utf-16-le", "ignore")
        described += b"\0" * (-len(described) % 4)
        size = 88 + len(described)
        body = b"".join(self._records)
        frame = (self._width * 10, self._height * 10)
        header = struct.pack("<II", _HEADER, size)
        header += struct.pack("<iiii", 0, 0, self._width - 1, self._height - 1)
        header += struct.pack("<iiii", 0, 0, *frame)
        header += struct.pack("<IIII", 0x464D4520, 0x10000, size + len(body), len(self._records) + 1)
        header += struct.pack("<HHIII", 5, 0, len(f"xltools\0{title}\0\0"), 88, 0)
        header += struct.pack("<iiii", *_DEVICE)
        return header + described + body


def _log_font(name: str, size: int) -> bytes:
    face = name.encode("utf-16-le")[:62].ljust(64, b"\0")
    logical = struct.pack("<iiiii", -size, 0, 0, 0, 400) + bytes([0, 0, 0, _GB2312, 0, 0, 0, 0]) + face
    return logical.ljust(320, b"\0")


def _advances(text: str, size: int) -> list[int]:
    """The way from each UTF-16 unit to the next: a full or half width; nothing for second halves."""
    result = []
    for character in text:
        result.append(size if unicodedata.east_asian_width(character) in "WFA" else size // 2)
        result += [0] * (len(character.encode("utf-16-le", "ignore")) // 2 - 1)
    return result
