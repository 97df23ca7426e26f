"""Compound files (CFB), told apart without being read: an old .xls, a workbook with a password, another file.

Source of the format: [MS-CFB] 2.2 (header), 2.6 (directory); [MS-XLS] 2.4.117 (FilePass); [MS-OFFCRYPTO] 1.3.
"""

from __future__ import annotations

import struct

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN = 0xFFFFFFFA
_MAX_SECTORS = 4_096
_FILEPASS = 0x002F


def recognise(data: bytes) -> str:
    """ "xls", "password" (an encrypted workbook of either generation), "other" or "damaged"."""
    try:
        return _recognise(data)
    except (struct.error, IndexError):
        return "damaged"


def _recognise(data: bytes) -> str:
    size = 1 << min(struct.unpack_from("<H", data, 30)[0], 16)
    first_directory, _, cutoff = struct.unpack_from("<3L", data, 48)
    streams = _streams(data, size, first_directory)
    if "encryptedpackage" in streams:
        return "password"
    book = streams.get("workbook") or streams.get("book")
    if book is None or "worddocument" in streams:
        return "other" if streams else "damaged"
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
            if kind == 2 and 2 <= name_length <= 64:
                name = data[at : at + name_length - 2].decode("utf-16-le", "replace").lower()
                streams[name] = struct.unpack_from("<LL", data, at + 116)
        allocation = table[sector // per_sector]
        (sector,) = struct.unpack_from("<L", data, (allocation + 1) * size + sector % per_sector * 4)
    return streams


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
