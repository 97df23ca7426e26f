"""The parts of a package under change: texts, relationships, content types. Nothing is written here."""

from __future__ import annotations

import posixpath
import re

from xltools.workbook.markup import Attributes, broken, escape
from xltools.workbook.package import Package, read_relationships, relationships_part

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "[Content_Types].xml"
_ELEMENT = r'<(?:\w+:)?{name}\b(?=[^>]*\b{key}="{value}")[^>]*?(?:/>|>\s*</(?:\w+:)?{name}>)'


class Parts:
    """``package`` seen through the changes made so far; ``changed`` holds them (None: part removed)."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.changed: dict[str, bytes | None] = {}

    def has(self, part: str) -> bool:
        """Whether the part exists now."""
        if part in self.changed:
            return self.changed[part] is not None
        return self.package.has(part)

    def text(self, part: str) -> str:
        """The XML of a part as text."""
        content = self.changed.get(part)
        if content is None:
            content = self.package.read(part)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise broken(part) from None

    def put(self, part: str, text: str) -> None:
        """Change or add a part."""
        if not self.has(part) or text != self.text(part):
            self.changed[part] = text.encode("utf-8")

    def copy(self, part: str, to: str) -> None:
        """Add the part ``to`` with the bytes of ``part`` as they were before the edit."""
        self.changed[to] = self.package.read(part)

    def free(self, pattern: str) -> str:
        """The first part name of the form "xl/comments{}.xml" that is not taken."""
        number = 1
        while self.has(pattern.format(number)) or pattern.format(number) in self.changed:
            number += 1
        return pattern.format(number)

    def remove(self, part: str) -> None:
        """Remove a part, its own relationships and its content type; who points at it must let go himself."""
        self.changed[part] = None
        if self.has(relationships_part(part)):
            self.changed[relationships_part(part)] = None
        pattern = _ELEMENT.format(name="Override", key="PartName", value=re.escape("/" + part))
        self.put(_TYPES, re.sub(pattern, "", self.text(_TYPES)))

    def relate(self, part: str, kind: str, target: str, external: bool = False) -> str:
        """Add a relationship of ``part`` of the office type ``kind`` (or a full URI) to the part
        ``target``; its new id."""
        where = relationships_part(part)
        text = self.text(where) if self.has(where) else ""
        if not text:
            text = (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
                f'<Relationships xmlns="{_RELATIONSHIPS}"></Relationships>'
            )
        taken = set(re.findall(r'\bId="([^"]*)"', text))
        number = 1
        while f"rId{number}" in taken:
            number += 1
        kind = kind if "://" in kind else f"{OFFICE}/{kind}"
        mode = ' TargetMode="External"' if external else ""
        to = target if external else posixpath.relpath(target, posixpath.dirname(part) or ".")
        element = f'Relationship Id="rId{number}" Type="{kind}" Target="{escape(to)}"{mode}/>'
        self.put(where, _append_child(text, "Relationships", element, where))
        return f"rId{number}"

    def links(self, part: str) -> dict[str, Attributes]:
        """The relationships of ``part`` by id, as they are now; see ``package.relationships``."""
        where = relationships_part(part)
        if not self.has(where):
            return {}
        return read_relationships(self.text(where).encode("utf-8"), part)

    def unrelate(self, part: str, identity: str) -> None:
        """Remove a relationship of ``part``; the last one takes the relationships part along."""
        where = relationships_part(part)
        pattern = _ELEMENT.format(name="Relationship", key="Id", value=re.escape(identity))
        text = re.sub(pattern, "", self.text(where))
        if re.search(r"<(?:\w+:)?Relationship\b", text):
            self.put(where, text)
        else:
            self.changed[where] = None

    def declare(self, part: str, content_type: str) -> None:
        """State the content type of a new part."""
        text = self.text(_TYPES)
        if f'PartName="/{part}"' not in text:
            element = f'Override PartName="/{escape(part)}" ContentType="{content_type}"/>'
            self.put(_TYPES, _append_child(text, "Types", element, _TYPES))

    def declare_extension(self, extension: str, content_type: str) -> None:
        """State the content type of all parts with this extension."""
        text = self.text(_TYPES)
        if not re.search(rf'\bExtension="{extension}"', text, re.IGNORECASE):
            element = f'Default Extension="{extension}" ContentType="{content_type}"/>'
            self.put(_TYPES, _append_child(text, "Types", element, _TYPES))

    def content_type(self, part: str) -> str:
        """The content type that is declared for a part, "" if only its extension is."""
        for element in re.findall(r"<(?:\w+:)?Override\b[^>]*>", self.text(_TYPES)):
            if f'PartName="/{part}"' in element:
                match = re.search(r'\bContentType="([^"]*)"', element)
                return match[1] if match else ""
        return ""


def _append_child(text: str, root: str, element: str, part: str) -> str:
    """``text`` with one more element (given without "<") at the end of its root."""
    empty = re.search(rf"<((?:\w+:)?){root}\b([^>]*)/>\s*$", text)
    if empty:
        prefix = empty[1]
        return f"{text[: empty.start()]}<{prefix}{root}{empty[2]}><{prefix}{element}</{prefix}{root}>"
    end = re.search(rf"</((?:\w+:)?){root}\s*>\s*$", text)
    if end is None:
        raise broken(part)
    return f"{text[: end.start()]}<{end[1]}{element}{text[end.start() :]}"
