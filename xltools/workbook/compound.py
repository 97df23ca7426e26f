"""Compound files (CFB), told apart without being read: an old .xls, a workbook with a password, another file.

Source of the format: [MS-CFB] 2.2 (header), 2.6 (directory); [MS-XLS] 2.4.117 (FilePass); [MS-OFFCRYPTO] 1.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN = 0xFFFFFFFA
_MAX_SECTORS = 4_096
_FILEPASS = 0x002F
_MINI = 64
_ROOT = "/"
"""What the mini stream, which belongs to the root, is called here."""


def recognise(data: bytes) -> str:
    """ "xls", "password" (an encrypted workbook of either generation), "other" or "damaged"."""
    try:
        return _recognise(data)
    except (struct.error, IndexError):
        return "damaged"


def _sector_size(data: bytes) -> int:
    shift: int = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        raise IndexError(shift)
    return 1 << shift


def _recognise(data: bytes) -> str:
    size = _sector_size(data)
    first_directory, _, cutoff = struct.unpack_from("<3L", data, 48)
    streams = _streams(data, size, first_directory)
    if "encryptedpackage" in streams:
        return "password"
    book = streams.get("workbook") or streams.get("book")
    if book is None or "worddocument" in streams:
        return "other" if len(streams) > 1 else "damaged"
    start, length = book
    if length >= cutoff and _has_password(data[(start + 1) * size : (start + 1) * size + 512]):
        return "password"
    return "xls"


def _streams(data: bytes, size: int, sector: int) -> dict[str, tuple[int, int]]:
    """(first sector, length) of each stream by lower-case name, storages flattened."""
    table = struct.unpack_from("<109L", data, 76)
    per_sector = size // 4
    streams: dict[str, tuple[int, int]] = {}
    for _ in range(_MAX_SECTORS):
        if sector >= _END_OF_CHAIN:
            break
        base = (sector + 1) * size
        for at in range(base, min(base + size, len(data) - 127), 128):
            name_length, kind = struct.unpack_from("<HB", data, at + 64)
            if kind in (2, 5) and 2 <= name_length <= 64:
                name = data[at : at + name_length - 2].decode("utf-16-le", "replace").lower()
                name = _ROOT if kind == 5 else name
                streams[name] = struct.unpack_from("<LL", data, at + 116)
        allocation = table[sector // per_sector]
        (sector,) = struct.unpack_from("<L", data, (allocation + 1) * size + sector % per_sector * 4)
    return streams


def stream(data: bytes, *names: str) -> bytes:
    """The bytes of the first of these streams that the file has; b"" where it has none of them or is damaged.

    Streams below the cutoff, which lie in the mini stream, are read too.
    """
    try:
        size = _sector_size(data)
        first_directory, _, cutoff, first_mini = struct.unpack_from("<4L", data, 48)
        streams = _streams(data, size, first_directory)
        found = next((streams[name] for name in names if name in streams), None)
        if found is None:
            return b""
        table = _table(data, size)
        start, length = found
        if length >= cutoff:
            return _chain(data, size, table, start)[:length]
        body = _chain(data, size, table, first_mini)
        minis = struct.unpack(f"<{len(body) // 4}L", body)
        root = _chain(data, size, table, streams[_ROOT][0])
        parts = [root[sector * _MINI : (sector + 1) * _MINI] for sector in _sectors(minis, start)]
        return b"".join(parts)[:length]
    except (struct.error, IndexError, KeyError):
        return b""


def _table(data: bytes, size: int) -> list[int]:
    """The allocation table: which sector follows each."""
    places = list(struct.unpack_from("<109L", data, 76))
    sector, count = struct.unpack_from("<2L", data, 68)
    for _ in range(min(count, _MAX_SECTORS)):
        if sector >= _END_OF_CHAIN:
            break
        entries = struct.unpack_from(f"<{size // 4}L", data, (sector + 1) * size)
        places += entries[:-1]
        sector = entries[-1]
    table: list[int] = []
    for place in places:
        if place < _END_OF_CHAIN:
            table += struct.unpack_from(f"<{size // 4}L", data, (place + 1) * size)
    return table


def _sectors(table: Sequence[int], sector: int) -> Iterator[int]:
    """The sectors of a chain; a chain that bites its tail ends."""
    for _ in range(len(table)):
        if sector >= _END_OF_CHAIN:
            return
        yield sector
        sector = table[sector]


def _chain(data: bytes, size: int, table: Sequence[int], sector: int) -> bytes:
    return b"".join(data[(one + 1) * size : (one + 2) * size] for one in _sectors(table, sector))


def _has_password(head: bytes) -> bool:
    """Whether the first records of a BIFF stream hold FILEPASS."""
    at = 0
    while at + 4 <= len(head):
        kind, length = struct.unpack_from("<HH", head, at)
        if kind == _FILEPASS:
            return True
        if kind not in (0x0809, 0x0086, 0x005C, 0x00E1, 0x00C1, 0x00E2, 0x0042) and at:
            return False
        at += 4 + length
    return False
