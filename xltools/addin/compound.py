"""Write an OLE compound file (MS-CFB version 3): the container that vbaProject.bin is.

Deterministic: no timestamps, no class ids, siblings in the order of the specification in a balanced
red-black tree, so the same streams always give the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

SECTOR = 512
MINI_SECTOR = 64
MINI_CUTOFF = 4096
"""Streams shorter than this live in the mini stream (MS-CFB 2.6.4)."""
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NO_STREAM = 0xFFFFFFFF
_HEADER_FAT_SLOTS = 109
_UNKNOWN, _STORAGE, _STREAM, _ROOT = 0, 1, 2, 5
_RED, _BLACK = 0, 1

Tree = Mapping[str, "bytes | Tree"]
"""A storage: names to the content of streams, or to storages inside."""


@dataclass(slots=True)
class _Entry:
    """One directory entry; ``left``, ``right`` and ``child`` are numbers of entries."""

    name: str
    kind: int
    data: bytes = b""
    colour: int = _BLACK
    left: int = NO_STREAM
    right: int = NO_STREAM
    child: int = NO_STREAM
    start: int = END
    size: int = 0

    def packed(self) -> bytes:
        """The 128 bytes of MS-CFB 2.6.1."""
        name = self.name.encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            name,
            len(name) + 2 if name else 0,
            self.kind,
            self.colour,
            self.left,
            self.right,
            self.child,
            b"",
            0,
            0,
            0,
            self.start,
            self.size,
        )


@dataclass(slots=True)
class _Sectors:
    """Sectors of one size with their allocation table."""

    size: int
    data: bytearray = field(default_factory=bytearray)
    table: list[int] = field(default_factory=list)

    def add(self, content: bytes) -> int:
        """Store ``content`` as a chain; the number of its first sector, END for nothing."""
        if not content:
            return END
        first = len(self.table)
        count = -(-len(content) // self.size)
        self.data += content.ljust(count * self.size, b"\0")
        self.table += [*range(first + 1, first + count), END]
        return first


def write(tree: Tree) -> bytes:
    """The compound file that holds ``tree``. Names have at most 31 characters."""
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _add_children(entries, tree)
    sectors, mini = _Sectors(SECTOR), _Sectors(MINI_SECTOR)
    for entry in entries:
        if entry.kind == _STREAM:
            entry.size = len(entry.data)
            home = mini if entry.size < MINI_CUTOFF else sectors
            entry.start = home.add(entry.data)
    entries[0].start, entries[0].size = sectors.add(bytes(mini.data)), len(mini.data)
    directory = b"".join(entry.packed() for entry in entries)
    blank = _Entry("", _UNKNOWN, start=0).packed()
    directory += blank * (-len(entries) % (SECTOR // 128))
    directory_start = sectors.add(directory)
    mini_fat = _table(mini.table)
    mini_start = sectors.add(mini_fat)
    fat = _add_fat(sectors)
    return _header(directory_start, mini_start, len(mini_fat) // SECTOR, fat) + bytes(sectors.data)


def _add_children(entries: list[_Entry], tree: Tree) -> int:
    """Append the entries of ``tree`` in their sorted order; the number of the tree's root."""
    numbers = []
    for name in sorted(tree, key=lambda name: (len(name.encode("utf-16-le")), name.upper())):
        content = tree[name]
        if len(name) > 31:
            raise ValueError(f"name of more than 31 characters: {name}")
        entry = _Entry(name, _STREAM, content) if isinstance(content, bytes) else _Entry(name, _STORAGE)
        entries.append(entry)
        numbers.append(len(entries) - 1)
    for number in numbers:
        content = tree[entries[number].name]
        if not isinstance(content, bytes):
            entries[number].child = _add_children(entries, content)
    return _balance(entries, numbers, _full_levels(len(numbers)))


def _full_levels(count: int) -> int:
    """How many levels of a balanced tree of ``count`` nodes are completely filled."""
    return (count + 1).bit_length() - 1


def _balance(entries: list[_Entry], numbers: list[int], black_levels: int) -> int:
    """Link sorted ``numbers`` as a balanced tree. Nodes below the filled levels are red, so every path
    to a leaf has as many black nodes and no red one has a red child."""
    if not numbers:
        return NO_STREAM
    middle = len(numbers) // 2
    entry = entries[numbers[middle]]
    entry.colour = _BLACK if black_levels > 0 else _RED
    entry.left = _balance(entries, numbers[:middle], black_levels - 1)
    entry.right = _balance(entries, numbers[middle + 1 :], black_levels - 1)
    return numbers[middle]


def _table(chain: list[int]) -> bytes:
    padded = chain + [FREE] * (-len(chain) % (SECTOR // 4))
    return struct.pack(f"<{len(padded)}I", *padded)


def _add_fat(sectors: _Sectors) -> list[int]:
    """Append the allocation table, which describes itself too; the numbers of its sectors."""
    used, per_sector = len(sectors.table), SECTOR // 4
    count = -(-used // per_sector)
    while count * per_sector < used + count:
        count += 1
    if count > _HEADER_FAT_SLOTS:
        raise ValueError("project of more than 6.8 MB")
    numbers = list(range(used, used + count))
    sectors.data += _table(sectors.table + [FAT_SECTOR] * count)
    return numbers


def _header(directory: int, mini_start: int, mini_count: int, fat: list[int]) -> bytes:
    """MS-CFB 2.2."""
    slots = fat + [FREE] * (_HEADER_FAT_SLOTS - len(fat))
    return struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        b"",
        0,
        len(fat),
        directory,
        0,
        MINI_CUTOFF,
        mini_start,
        mini_count,
        END,
        0,
    ) + struct.pack(f"<{_HEADER_FAT_SLOTS}I", *slots)
