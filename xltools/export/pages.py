"""On which pages the outline entries of a PDF lie: enough of PDF to read what LibreOffice writes.

Understands files whose objects lie open (not in object streams) and whose outline points straight at
pages; of any other file it says that it knows nothing.
"""

from __future__ import annotations

import re

_OBJECT = re.compile(rb"(?:^|[\r\n])(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"\bstream\b.*", re.DOTALL)


def outline_pages(pdf: bytes) -> list[tuple[int, int]]:
    """(depth, page) of every outline entry in reading order, both from 1; [] where they cannot be read."""
    objects = {int(n): _STREAM.sub(b"", body) for n, body in _OBJECT.findall(pdf)}
    catalogue = next((body for body in objects.values() if re.search(rb"/Type\s*/Catalog\b", body)), b"")
    order = {page: number for number, page in enumerate(_kids(objects, _one(catalogue, b"Pages")), 1)}
    root = objects.get(_one(catalogue, b"Outlines"), b"")
    result = [(depth, order.get(page, 0)) for depth, page in _entries(objects, _one(root, b"First"), 1)]
    return result if all(page for _, page in result) else []


def _one(body: bytes, key: bytes) -> int:
    """The object that ``key`` refers to; 0 for none."""
    found = re.search(rb"/" + key + rb"\s+(\d+)\s+0\s+R", body)
    return int(found[1]) if found else 0


def _kids(objects: dict[int, bytes], node: int, depth: int = 0) -> list[int]:
    body = objects.get(node, b"")
    kids = re.search(rb"/Kids\s*\[(.*?)\]", body, re.DOTALL)
    if kids is None or depth > 20:
        return [node] if re.search(rb"/Type\s*/Page\b", body) else []
    return [
        page for kid in re.findall(rb"(\d+)\s+0\s+R", kids[1]) for page in _kids(objects, int(kid), depth + 1)
    ]


def _entries(objects: dict[int, bytes], node: int, depth: int) -> list[tuple[int, int]]:
    result = []
    seen = set()
    while node and node not in seen and depth < 10:
        seen.add(node)
        body = objects.get(node, b"")
        target = re.search(rb"/(?:Dest|D)\s*\[\s*(\d+)\s+0\s+R", body)
        result.append((depth, int(target[1]) if target else 0))
        result += _entries(objects, _one(body, b"First"), depth + 1)
        node = _one(body, b"Next")
    return result
