"""The VBA project writer, read back by two readers that share no code with it or with each other."""

from __future__ import annotations

import io
import itertools
import random
import struct

import olefile
import pytest
from oletools.olevba import decompress_stream

from xltools.addin import compound, vba
from xltools.errors import XltoolsError


def project(count: int) -> list[vba.Module]:
    """Two documents, a class and ``count`` modules of growing length, with Chinese in them."""
    body = 'Public Sub Do{0}()\n    Debug.Print "合计 {0}"\nEnd Sub\n'
    return [
        vba.Module("ThisWorkbook", "Option Explicit", vba.Kind.DOCUMENT, vba.WORKBOOK_BASE),
        vba.Module("Sheet1", "Option Explicit", vba.Kind.DOCUMENT, vba.SHEET_BASE),
        vba.Module("Watcher", "Option Explicit\nPublic Name As String", vba.Kind.CLASS),
        *(
            vba.Module(f"Part{n}", "\n".join(body.format(f"{n}_{k}") for k in range(1 + n * n)))
            for n in range(count)
        ),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 4095, 4096, 4097, 12_345])
@pytest.mark.parametrize("kind", ["same", "few", "text", "random"])
def test_compression_is_read_back(kind: str, size: int) -> None:
    source = random.Random(size)
    data = {
        "same": b"A" * size,
        "few": bytes(source.choice(b"ab\r\n") for _ in range(size)),
        "text": (b"Public Function XT_TOTAL(values)\r\n    XT_TOTAL = 1\r\n" * 999)[:size],
        "random": bytes(source.randrange(256) for _ in range(size)),
    }[kind]
    back = bytes(decompress_stream(bytearray(vba.compress(data))))
    # a raw chunk has a fixed length: noise is padded, text never is
    assert back[: len(data)] == data
    assert kind == "random" or len(back) == len(data)


def test_compression_of_the_specification() -> None:
    """MS-OVBA 3.2.3: the maximum compression of a run."""
    expected = bytes.fromhex("01 03 b0 02 61 45 00")
    assert vba.compress(b"a" * 73) == expected


@pytest.mark.parametrize("count", [0, 1, 4, 9, 30])
def test_modules_are_read_back_byte_for_byte(count: int) -> None:
    modules = project(count)
    ole = olefile.OleFileIO(
        io.BytesIO(vba.project("xltools", modules)), raise_defects=olefile.DEFECT_POTENTIAL
    )
    for module in modules:
        stream = ole.openstream(f"VBA/{module.name}").read()
        assert bytes(decompress_stream(bytearray(stream))) == module.text.encode("gbk")
    names = [line.partition("=")[2].partition("/")[0] for line in _project_lines(ole) if _is_module(line)]
    assert names == [module.name for module in modules]


def _project_lines(ole: olefile.OleFileIO) -> list[str]:
    return str(ole.openstream("PROJECT").read().decode("gbk")).split("\r\n")


def _is_module(line: str) -> bool:
    return line.startswith(("Module=", "Class=", "Document="))


def test_no_caches_and_the_dir_stream_in_order() -> None:
    ole = olefile.OleFileIO(io.BytesIO(vba.project("xltools", project(3))))
    assert ole.openstream("VBA/_VBA_PROJECT").read() == bytes.fromhex("cc61ffff000000")
    data = bytes(decompress_stream(bytearray(ole.openstream("VBA/dir").read())))
    assert _record_ids(data)[:9] == [0x01, 0x02, 0x14, 0x03, 0x04, 0x05, 0x40, 0x06, 0x3D]
    assert struct.pack("<HIH", 0x03, 2, 936) in data
    assert struct.pack("<HII", 0x02, 4, 0x0409) in data and struct.pack("<HII", 0x14, 4, 0x0409) in data
    assert struct.pack("<HIH", 0x0F, 2, 6) in data, "six modules"


def _record_ids(data: bytes) -> list[int]:
    found, position = [], 0
    while position < len(data):
        identifier, size = struct.unpack_from("<HI", data, position)
        found.append(identifier)
        position += 6 + size + (2 if identifier == 0x09 else 0)
    return found


@pytest.mark.parametrize("count", [*range(1, 20), 31, 32, 64, 100])
def test_directory_is_a_red_black_search_tree(count: int) -> None:
    names = [f"{'x' * (n % 5)}S{n}" for n in range(count)]
    data = compound.write({name: name.encode() for name in names})
    entries = _directory(data)
    ordered = sorted(names, key=lambda name: (len(name), name.upper()))
    assert _walk(entries, entries[0]["child"]) == ordered
    _black_height(entries, entries[0]["child"], parent_red=True)


def _directory(data: bytes) -> list[dict[str, object]]:
    ole = olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_POTENTIAL)
    found = []
    for entry in ole.direntries:
        if entry is not None:
            fields = {"name": entry.name, "left": entry.sid_left, "right": entry.sid_right}
            found.append({**fields, "child": entry.sid_child, "red": entry.color == 0})
    return found


def _walk(entries: list[dict[str, object]], number: object) -> list[object]:
    if number == compound.NO_STREAM:
        return []
    entry = entries[number]  # type: ignore[call-overload]
    return [*_walk(entries, entry["left"]), entry["name"], *_walk(entries, entry["right"])]


def _black_height(entries: list[dict[str, object]], number: object, parent_red: bool) -> int:
    """The number of black nodes to every leaf; fails where two paths differ or red follows red."""
    if number == compound.NO_STREAM:
        return 0
    entry = entries[number]  # type: ignore[call-overload]
    assert not (parent_red and entry["red"])
    left, right = (_black_height(entries, entry[side], bool(entry["red"])) for side in ("left", "right"))
    assert left == right
    return left + (not entry["red"])


def test_large_streams_leave_the_mini_stream() -> None:
    tree = {"small": b"s" * 4095, "large": b"l" * 4096, "huge": b"h" * 300_000, "empty": b""}
    ole = olefile.OleFileIO(io.BytesIO(compound.write(tree)), raise_defects=olefile.DEFECT_POTENTIAL)
    assert {name: ole.openstream(name).read() for name in tree} == tree


def test_same_input_same_bytes() -> None:
    assert vba.project("xltools", project(4)) == vba.project("xltools", project(4))


def test_not_protected_no_password_visible() -> None:
    """The three obfuscated values of PROJECT, decoded as MS-OVBA 2.4.3.3 says."""
    ole = olefile.OleFileIO(io.BytesIO(vba.project("xltools", project(1))))
    values = dict(line.split("=", 1) for line in _project_lines(ole) if "=" in line)
    decoded = {name: _reveal(values[name].strip('"')) for name in ("CMG", "DPB", "GC")}
    assert decoded == {"CMG": bytes(4), "DPB": bytes(1), "GC": b"\xff"}


def _reveal(text: str) -> bytes:
    seed, *encrypted = bytes.fromhex(text)
    plain = [encrypted[1] ^ seed]
    for position in itertools.count(2):
        if position == len(encrypted):
            break
        plain.append(encrypted[position] ^ ((encrypted[position - 2] + plain[-1]) & 0xFF))
    assert encrypted[0] ^ seed == 2
    body = bytes(plain[1 + (seed & 6) // 2 :])
    assert struct.unpack("<I", body[:4])[0] == len(body) - 4
    return body[4:]


def test_characters_outside_the_code_page_fail_with_their_place() -> None:
    with pytest.raises(XltoolsError, match="模块 Part 第 3 行的字符“ñ”"):
        vba.project("xltools", [vba.Module("Part", "Option Explicit\n' ñ")])
