"""Write vbaProject.bin from text (MS-OVBA), on any machine, without Office.

The project is source-only: no performance caches, so Office compiles the text when it loads it, as it
does with projects written by other tools. The same modules always give the same bytes.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xltools.addin import compound
from xltools.errors import XltoolsError

CODE_PAGE = 936
"""Simplified Chinese: what the users' Windows works with, and all that a VBA project can hold."""
ENCODING = "gbk"
"""Python's name for it. Not cp936's private extensions: what GBK lacks fails the build."""
CHUNK = 4096

_STDOLE = r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"
_OFFICE = (
    r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared"
    r"\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library"
)
REFERENCES = (("stdole", _STDOLE), ("Office", _OFFICE))
"""The libraries every project made by Excel names; found by their GUID, the paths are hints."""


class Kind(StrEnum):
    """What a module is."""

    MODULE = "Module"
    CLASS = "Class"
    DOCUMENT = "Document"


@dataclass(frozen=True, slots=True)
class Module:
    """A module and its source as the editor shows it, without the attribute lines of its head; procedure
    attributes stay in the source. ``base`` is the class id of a document module."""

    name: str
    source: str
    kind: Kind = Kind.MODULE
    base: str = ""

    @property
    def text(self) -> str:
        """The whole text of the stream: attributes, source, lines ended by CR LF."""
        lines = [f'Attribute VB_Name = "{self.name}"', *self._class_attributes()]
        body = self.source.replace("\r\n", "\n").strip("\n")
        return "\r\n".join([*lines, *body.split("\n"), ""])

    def _class_attributes(self) -> list[str]:
        if self.kind is Kind.MODULE:
            return []
        document = self.kind is Kind.DOCUMENT
        values = {
            "VB_Base": f'"0{self.base or "{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"}"',
            "VB_GlobalNameSpace": "False",
            "VB_Creatable": "False",
            "VB_PredeclaredId": str(document),
            "VB_Exposed": str(document),
            "VB_TemplateDerived": "False",
            "VB_Customizable": str(document),
        }
        return [f"Attribute {name} = {value}" for name, value in values.items()]


WORKBOOK_BASE = "{00020819-0000-0000-C000-000000000046}"
SHEET_BASE = "{00020820-0000-0000-C000-000000000046}"


def project(name: str, modules: Sequence[Module]) -> bytes:
    """vbaProject.bin with ``modules`` in this order.

    Raises XltoolsError when a character does not exist in code page 936, naming module and line.
    """
    texts = {module.name: _encode(module) for module in modules}
    vba: dict[str, bytes | compound.Tree] = {name: compress(text) for name, text in texts.items()}
    vba["dir"] = compress(_dir_stream(name, modules))
    vba["_VBA_PROJECT"] = struct.pack("<HHBH", 0x61CC, 0xFFFF, 0, 0)
    names = b"".join(
        n.encode(ENCODING) + b"\0" + n.encode("utf-16-le") + b"\0\0" for n in (m.name for m in modules)
    )
    return compound.write(
        {"VBA": vba, "PROJECT": _project_stream(name, modules), "PROJECTwm": names + b"\0\0"}
    )


def _encode(module: Module) -> bytes:
    try:
        return module.text.encode(ENCODING)
    except UnicodeEncodeError as error:
        line = module.text.count("\n", 0, error.start) + 1
        character = module.text[error.start]
        raise XltoolsError(
            f"模块 {module.name} 第 {line} 行的字符“{character}”(U+{ord(character):04X})不在代码页 936 中，"
            "无法写入加载宏。",
            "请改用其他字符。",
        ) from error


# The dir stream (MS-OVBA 2.3.4.2)


def _record(identifier: int, content: bytes) -> bytes:
    return struct.pack("<HI", identifier, len(content)) + content


def _both(identifier: int, unicode_identifier: int, text: str) -> bytes:
    """A text in the code page and, behind it, in UTF-16."""
    return _record(identifier, text.encode(ENCODING)) + _record(unicode_identifier, text.encode("utf-16-le"))


def _dir_stream(name: str, modules: Sequence[Module]) -> bytes:
    long, short = struct.Struct("<I").pack, struct.Struct("<H").pack
    parts = [
        _record(0x01, long(3)),  # 64-bit Windows
        _record(0x02, long(0x0409)),  # the only language that the specification allows
        _record(0x14, long(0x0409)),
        _record(0x03, short(CODE_PAGE)),
        _record(0x04, name.encode(ENCODING)),
        _both(0x05, 0x40, ""),
        _record(0x06, b"") + _record(0x3D, b""),
        _record(0x07, long(0)),
        _record(0x08, long(0)),
        # PROJECTVERSION: its "size" counts the major version only
        struct.pack("<HIIH", 0x09, 4, 1, 0),
        _both(0x0C, 0x3C, ""),
    ]
    for reference, library in REFERENCES:
        libid = library.encode(ENCODING)
        parts += [_both(0x16, 0x3E, reference), _record(0x0D, long(len(libid)) + libid + bytes(6))]
    parts += [_record(0x0F, short(len(modules))), _record(0x13, short(0xFFFF))]
    parts += [_module_record(module) for module in modules]
    return b"".join([*parts, _record(0x10, b"")])


def _module_record(module: Module) -> bytes:
    """MS-OVBA 2.3.4.2.3.2; the source begins at offset 0, there is no cache before it."""
    kind = 0x21 if module.kind is Kind.MODULE else 0x22
    return b"".join(
        [
            _both(0x19, 0x47, module.name),
            _both(0x1A, 0x32, module.name),
            _both(0x1C, 0x48, ""),
            _record(0x31, struct.pack("<I", 0)),
            _record(0x1E, struct.pack("<I", 0)),
            _record(0x2C, struct.pack("<H", 0xFFFF)),
            _record(kind, b""),
            _record(0x2B, b""),
        ]
    )


# The PROJECT stream (MS-OVBA 2.3.1)


def _project_stream(name: str, modules: Sequence[Module]) -> bytes:
    identifier = "{" + str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:xltools:vba:{name}")).upper() + "}"
    suffix = {Kind.DOCUMENT: "/&H00000000"}
    lines = [f'ID="{identifier}"']
    lines += [f"{m.kind}={m.name}{suffix.get(m.kind, '')}" for m in modules]
    lines += [f'Name="{name}"', 'HelpContextID="0"', 'VersionCompatible32="393222000"']
    lines += [
        f'CMG="{_hidden(identifier, bytes(4))}"',  # not protected
        f'DPB="{_hidden(identifier, bytes(1))}"',  # no password
        f'GC="{_hidden(identifier, bytes([0xFF]))}"',  # visible
    ]
    lines += ["", "[Host Extender Info]"]
    lines += ["&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000"]
    lines += ["", "[Workspace]", *(f"{module.name}=0, 0, 0, 0, C" for module in modules), ""]
    return "\r\n".join(lines).encode(ENCODING)


def _hidden(identifier: str, data: bytes, seed: int = 0x1A) -> str:
    """``data`` in the obfuscation of MS-OVBA 2.4.3.2, with a fixed seed, as hexadecimal text."""
    key = sum(identifier.encode("ascii")) & 0xFF
    encrypted = [seed ^ 2, seed ^ key]
    plain = key
    ignored = bytes((seed & 6) // 2)
    for byte in ignored + struct.pack("<I", len(data)) + data:
        encrypted.append(byte ^ ((encrypted[-2] + plain) & 0xFF))
        plain = byte
    return bytes([seed, *encrypted]).hex().upper()


# Compression (MS-OVBA 2.4.1)


def compress(data: bytes) -> bytes:
    """``data`` as a compressed container of MS-OVBA 2.4.1."""
    chunks = (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))
    return b"\x01" + b"".join(_compress_chunk(chunk) for chunk in chunks)


def _compress_chunk(chunk: bytes) -> bytes:
    tokens = b"".join(_flag_groups(_tokens(chunk)))
    if len(tokens) > CHUNK:
        # incompressible: the raw form, which is always of full length
        return struct.pack("<H", 0x3000 | (CHUNK - 1)) + chunk.ljust(CHUNK, b"\0")
    return struct.pack("<H", 0xB000 | (len(tokens) - 1)) + tokens


def _flag_groups(tokens: Iterable[bytes]) -> Iterable[bytes]:
    """Groups of eight tokens, each after a byte that tells literals (1 byte) from copies (2 bytes)."""
    group: list[bytes] = []
    for token in tokens:
        group.append(token)
        if len(group) == 8:
            yield _group(group)
            group = []
    if group:
        yield _group(group)


def _group(tokens: list[bytes]) -> bytes:
    flags = sum(1 << position for position, token in enumerate(tokens) if len(token) == 2)
    return bytes([flags]) + b"".join(tokens)


def _tokens(chunk: bytes) -> Iterable[bytes]:
    """Literals and copy tokens, greedy; candidates of a match are found by their first three bytes."""
    seen: dict[bytes, list[int]] = {}
    position = 0
    while position < len(chunk):
        bits = max(4, (position - 1).bit_length()) if position else 4
        longest = (0xFFFF >> bits) + 3
        length, offset = _match(chunk, position, seen.get(chunk[position : position + 3], []), longest)
        step = length if length >= 3 else 1
        if length >= 3:
            yield struct.pack("<H", ((offset - 1) << (16 - bits)) | (length - 3))
        else:
            yield chunk[position : position + 1]
        for start in range(position, position + step):
            seen.setdefault(chunk[start : start + 3], []).append(start)
        position += step


def _match(chunk: bytes, position: int, candidates: list[int], longest: int) -> tuple[int, int]:
    """Length and distance of the longest earlier match; the nearest one of equal length."""
    best, distance = 0, 0
    for start in reversed(candidates[-32:]):
        length = 0
        limit = min(longest, len(chunk) - position)
        while length < limit and chunk[start + length] == chunk[position + length]:
            length += 1
        if length > best:
            best, distance = length, position - start
    return best, distance
