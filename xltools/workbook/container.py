"""The zip container of a workbook: a strict directory, bounded inflating, untouched entries copied packed.

Python's ``zipfile`` costs a fifth of a cold check to import, trusts declared sizes and cannot copy a packed
entry; the little that a workbook needs of zip (stored and deflated entries, zip64) is read here.
Source of the format: PKWARE APPNOTE 6.3.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from xltools.errors import XltoolsError

MAX_ENTRIES = 5_000
"""Entries in one container; a large workbook with pictures has some hundreds."""
MAX_PART = 128 * 2**20
"""Bytes of one part after inflating."""
MAX_TOTAL = 384 * 2**20
"""Bytes of all parts after inflating."""
MAX_RATIO = 250
"""How many times smaller than itself a part may be packed (worksheets reach 10 to 40, bombs 1,000)."""
RATIO_MATTERS = 4 * 2**20
"""Parts below this size may be packed at any ratio: they cannot do harm."""

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1 | 0x40
_DESCRIPTOR = 0x8
_BIG = 0xFFFFFFFF

_DAMAGED = "请从备份或发件人处重新取得该文件；若 Excel 还能打开，请用“打开并修复”后另存为 .xlsx。"


class Entry(NamedTuple):
    """One entry of the directory; ``start`` is where its packed bytes begin in the container."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    header: int
    start: int


def damaged(why: str) -> XltoolsError:
    """The error for a container whose structure is broken; ``why`` is a short Chinese clause."""
    return XltoolsError(f"文件已损坏或不完整（{why}）。", _DAMAGED)


def bomb(why: str) -> XltoolsError:
    """The error for a container that would fill the memory."""
    return XltoolsError(
        f"文件展开后异常巨大（{why}），为安全起见没有打开。",
        "请在 Excel 里删除多余的空行、空列和图片后另存，或确认文件来源。",
    )


def _end_record(data: bytes) -> int:
    """Where the end record begins; -1 where there is none. A comment may look like another one."""
    last = at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    while at >= 0:
        if at + _END.size + int.from_bytes(data[at + 20 : at + 22], "little") == len(data):
            return at
        at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557), at)
    return last


def _entry_count(data: bytes) -> tuple[int, int, int]:
    """(number of entries, offset and size of the directory), from the end record."""
    at = _end_record(data)
    if at < 0 or at + _END.size > len(data):
        raise damaged("找不到压缩包的目录，可能没有下载完整")
    _, disk, start_disk, here, count, size, offset, _ = _END.unpack_from(data, at)
    if count == 0xFFFF or _BIG in (size, offset):
        locator = at - 20
        if locator < 0 or data[locator : locator + 4] != b"PK\x06\x07":
            raise damaged("压缩包目录有误")
        (where,) = struct.unpack_from("<Q", data, locator + 8)
        if where + _END64.size > len(data) or data[where : where + 4] != b"PK\x06\x06":
            raise damaged("压缩包目录有误")
        _, _, _, _, disk, start_disk, here, count, size, offset = _END64.unpack_from(data, where)
    if disk or start_disk or here != count:
        raise damaged("这是分卷压缩包")
    if offset + size > at:
        raise damaged("压缩包目录越界")
    return count, offset, size


def _wide(extra: bytes, values: list[int]) -> list[int]:
    """``values`` (size, packed, header offset) with those that say "too big" taken from the zip64 field."""
    if _BIG not in values:
        return values
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + length]
            wide = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
            try:
                return [next(wide) if value == _BIG else value for value in values]
            except StopIteration:
                break
        at += 4 + length
    raise damaged("压缩包目录有误")


def check_name(name: str) -> None:
    """Refuse names that point out of the container, as a part of a workbook never does."""
    if (
        not name
        or name.startswith("/")
        or "\\" in name
        or "\x00" in name
        or ":" in name.split("/", 1)[0]
        or ".." in name.split("/")
    ):
        raise XltoolsError(
            "文件内部含有可疑的路径名，不是正常保存的工作簿，没有打开。",
            "请确认文件来源；若确系本单位文件，请用 Excel 打开后另存为 .xlsx 再试。",
        )


def directory(data: bytes) -> dict[str, Entry]:
    """The entries of the container by name, in the order of the file.

    Raises XltoolsError for a truncated or damaged directory, names that point outside, names that occur
    twice, entries that overlap, password-protected entries and anything over the limits of this module.
    """
    count, at, length = _entry_count(data)
    if count > MAX_ENTRIES:
        raise bomb(f"内含 {count} 个部件")
    end = at + length
    entries: dict[str, Entry] = {}
    seen: set[str] = set()
    for _ in range(count):
        if at + _CENTRAL.size > end:
            raise damaged("压缩包目录不完整")
        (
            magic,
            _,
            _,
            flags,
            method,
            time,
            date,
            crc,
            packed,
            size,
            name_len,
            extra_len,
            note_len,
            _,
            _,
            _,
            header,
        ) = _CENTRAL.unpack_from(data, at)
        if magic != b"PK\x01\x02":
            raise damaged("压缩包目录有误")
        raw = data[at + 46 : at + 46 + name_len]
        extra = data[at + 46 + name_len : at + 46 + name_len + extra_len]
        at += 46 + name_len + extra_len + note_len
        size, packed, header = _wide(extra, [size, packed, header])
        name = raw.decode("utf-8" if flags & _UTF8_NAME or raw.isascii() else "cp437", "replace")
        if name.endswith("/"):
            continue  # a folder: holds nothing
        check_name(name)
        if name.casefold() in seen:
            raise damaged("内部有重名部件")
        seen.add(name.casefold())
        entries[name] = Entry(
            name, raw, flags, method, time, date, crc, packed, size, header, _start(data, header, packed)
        )
    _within_limits(entries)
    return entries


def _start(data: bytes, header: int, packed: int) -> int:
    """Where the packed bytes of the entry with this local header begin."""
    if header + _LOCAL.size > len(data) or data[header : header + 4] != b"PK\x03\x04":
        raise damaged("部件位置有误")
    name_len, extra_len = struct.unpack_from("<HH", data, header + 26)
    start: int = header + _LOCAL.size + name_len + extra_len
    if start + packed > len(data):
        raise damaged("部件不完整")
    return start


def _within_limits(entries: Mapping[str, Entry]) -> None:
    total = 0
    end = 0
    for entry in sorted(entries.values(), key=lambda entry: entry.header):
        if entry.header < end:
            raise bomb("部件相互重叠")
        end = entry.start + entry.packed
        total += entry.size
        if entry.flags & _ENCRYPTED:
            raise XltoolsError("压缩包设有密码，无法打开。", "请去掉密码后再试。")
        if entry.method not in (0, 8):
            raise damaged("使用了 Excel 不支持的压缩方法")
        if entry.size > MAX_PART:
            raise bomb(f"部件 {entry.name} 展开后 {entry.size // 2**20} MB")
        if entry.size > RATIO_MATTERS and entry.size > entry.packed * MAX_RATIO:
            raise bomb(f"部件 {entry.name} 的压缩比为 {entry.size // max(entry.packed, 1)} 倍")
    if total > MAX_TOTAL:
        raise bomb(f"全部展开后 {total // 2**20} MB")


def inflate(data: bytes, entry: Entry) -> bytes:
    """The bytes of one entry: never more than its declared size, its checksum verified."""
    packed = data[entry.start : entry.start + entry.packed]
    if entry.method == 0:
        plain = packed
    else:
        engine = zlib.decompressobj(-15)
        try:
            plain = engine.decompress(packed, entry.size + 1)
        except zlib.error:
            raise damaged(f"部件 {entry.name} 无法解压") from None
    if len(plain) != entry.size or zlib.crc32(plain) != entry.crc:
        raise damaged(f"部件 {entry.name} 校验不符")
    return plain


class _Packed(NamedTuple):
    raw_name: bytes
    flags: int
    method: int
    time: int
    date: int
    crc: int
    size: int
    body: bytes | memoryview


_NEW_TIME, _NEW_DATE = 0, (1980 - 1980) << 9 | 1 << 5 | 1


def _pack(name: str, content: bytes, level: int) -> _Packed:
    engine = zlib.compressobj(level, zlib.DEFLATED, -15)
    body = engine.compress(content) + engine.flush()
    return _Packed(
        name.encode("utf-8"), _UTF8_NAME, 8, _NEW_TIME, _NEW_DATE, zlib.crc32(content), len(content), body
    )


def _copied(data: memoryview, entry: Entry) -> _Packed:
    body = data[entry.start : entry.start + entry.packed]
    flags = entry.flags & ~_DESCRIPTOR  # sizes go into our local header, no descriptor follows
    return _Packed(entry.raw_name, flags, entry.method, entry.time, entry.date, entry.crc, entry.size, body)


def rebuild(
    data: bytes, entries: Mapping[str, Entry], changed: Mapping[str, bytes | None], level: int = 6
) -> bytes:
    """The container again with ``changed`` parts (None: removed, unknown name: added at the end).

    All other entries keep their place in the order and their packed bytes, untouched.
    """
    view = memoryview(data)
    packed: list[_Packed] = []
    for name, entry in entries.items():
        if name not in changed:
            packed.append(_copied(view, entry))
        elif (content := changed[name]) is not None:
            packed.append(_pack(name, content, level))
    for name, content in changed.items():
        if name not in entries and content is not None:
            packed.append(_pack(name, content, level))
    return _write(packed)


def _write(items: Iterable[_Packed]) -> bytes:
    out: list[bytes | memoryview] = []
    central: list[bytes] = []
    at = 0
    for item in items:
        length = len(item.body)
        common = (
            item.flags,
            item.method,
            item.time,
            item.date,
            item.crc,
            length,
            item.size,
            len(item.raw_name),
            0,
        )
        local = _LOCAL.pack(b"PK\x03\x04", 20, *common)
        central.append(_CENTRAL.pack(b"PK\x01\x02", 20, 20, *common, 0, 0, 0, 0, at) + item.raw_name)
        out += (local, item.raw_name, item.body)
        at += len(local) + len(item.raw_name) + length
    size = sum(map(len, central))
    end = _END.pack(b"PK\x05\x06", 0, 0, len(central), len(central), size, at, 0)
    return b"".join([*out, *central, end])
