"""Notes of ours on cells (legacy comments with their VML shapes); the user's own notes stay as they are.

Ours are recognised by their author or by how they begin. Source of the format: ECMA-376 part 1, 18.7
(comments), part 4, 19.1 (VML).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from xltools.workbook.address import split
from xltools.workbook.markup import broken, escape, unescape
from xltools.workbook.surgery.cells import escape_text
from xltools.workbook.surgery.layout import Tail
from xltools.workbook.surgery.parts import OFFICE, Parts

AUTHOR = "xltools 决算公开校验"
"""The author of every note of ours that is written into a file."""
NOTE_HEAD = "【校验】"
"""How notes of ours begin: one that is written into an open workbook gets the user for its author, and
programs forget authors."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_COMMENT = re.compile(r'<comment [^>]*?ref="([^"]*)"[^>]*>.*?</comment>', re.DOTALL)
_AUTHOR_ID = re.compile(r'\bauthorId="([0-9]+)"')
_AUTHORS = re.compile(r"<authors>(.*?)</authors>|<authors/>", re.DOTALL)
_ONE_AUTHOR = re.compile(r"<author>(.*?)</author>|<author/>", re.DOTALL)
_TEXT = re.compile(r"<t(?: [^>]*)?>(.*?)</t>", re.DOTALL)
_LIST = re.compile(r"<commentList>(.*?)</commentList>|<commentList/>", re.DOTALL)
_SHAPE = re.compile(r"<v:shape\b(?!type).*?</v:shape>\s*", re.DOTALL)
_SHAPE_ID = re.compile(r'\bid="_x0000_s([0-9]+)"')
_LEGACY = re.compile(r'<legacyDrawing\b[^>]*?\b\w+:id="([^"]*)"[^>]*?(?:/>|></legacyDrawing>)')

_VML_HEAD = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/></o:shapelayout>'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_VML_SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;'
    "margin-top:2pt;width:{width}pt;height:{height}pt;z-index:{order};visibility:hidden"
    '" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 4, {right}, 31, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def set_notes(
    parts: Parts, sheet: str, number: int, tail: Tail, head: str, notes: Mapping[str, str]
) -> list[str]:
    """Let ``notes`` (cell → text) be all notes of ours in the sheet part ``sheet``, the ``number``-th one.

    Returns the cells that got none because the user has a note there. ``tail`` and ``head`` are the sheet's
    text.
    """
    links = parts.links(sheet)
    comments = next((link["part"] for link in links.values() if link["Type"].endswith("/comments")), "")
    legacy = tail.find("legacyDrawing")
    match = _LEGACY.search(tail.text, *legacy[0]) if legacy else None
    drawing = links[match[1]]["part"] if match and match[1] in links else ""
    text = parts.text(comments) if comments else _empty()
    authors, kept, ours = _split(text, comments)
    taken = [cell for cell, _ in kept]
    skipped = [cell for cell in notes if cell in taken]
    wanted = {cell: notes[cell] for cell in sorted(notes, key=split) if cell not in taken}
    if not wanted and not ours:
        return skipped
    shapes = _without(parts.text(drawing), ours) if drawing else _VML_HEAD.format(block=number) + "</xml>"
    if not wanted and not kept:
        _take_away(parts, sheet, tail, comments, drawing, shapes)
        return skipped
    new_text = _join(text, authors, kept, wanted)
    shapes = _with(shapes, wanted, number)
    if not comments:
        comments = parts.free("xl/comments{}.xml")
        parts.relate(sheet, "comments", comments)
        parts.declare(comments, _COMMENTS_TYPE)
    parts.put(comments, new_text)
    if not drawing:
        drawing = parts.free("xl/drawings/vmlDrawing{}.vml")
        identity = parts.relate(sheet, "vmlDrawing", drawing)
        parts.declare_extension("vml", _VML_TYPE)
        declared = "" if "xmlns:r=" in head else f' xmlns:r="{OFFICE}"'
        tail.insert("legacyDrawing", f'<legacyDrawing{declared} r:id="{identity}"/>')
    parts.put(drawing, shapes)
    return skipped


def _empty() -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<comments xmlns="{_MAIN}"><authors></authors><commentList></commentList></comments>'
    )


def _split(text: str, part: str) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """(authors, the user's notes as (cell, XML), cells of our notes) of a comments part."""
    authors, comments = _AUTHORS.search(text), _LIST.search(text)
    if authors is None or comments is None:
        raise broken(part)
    names = [unescape(match[1] or "") for match in _ONE_AUTHOR.finditer(authors[0])]
    kept: list[tuple[str, str]] = []
    ours: list[str] = []
    for match in _COMMENT.finditer(comments[0]):
        index = _AUTHOR_ID.search(match[0])
        name = names[int(index[1])] if index and int(index[1]) < len(names) else ""
        if name == AUTHOR or _words(match[0]).startswith(NOTE_HEAD):
            ours.append(match[1])
        else:
            kept.append((match[1], match[0]))
    return names, kept, ours


def _words(comment: str) -> str:
    """What a note says."""
    return unescape("".join(_TEXT.findall(comment))).lstrip()


def _join(text: str, names: list[str], kept: list[tuple[str, str]], wanted: Mapping[str, str]) -> str:
    """The comments part with these notes. Our author stands last, so that the others keep their numbers."""
    if wanted and AUTHOR not in names:
        names = [*names, AUTHOR]
    elif not wanted and names and names[-1] == AUTHOR:
        names = names[:-1]
    index = names.index(AUTHOR) if wanted else 0
    every = [*kept, *((cell, _comment(cell, note, index)) for cell, note in wanted.items())]
    if wanted:
        every.sort(key=lambda item: split(item[0]))
    comments = "".join(xml for _, xml in every)
    authors = "".join(f"<author>{escape(name)}</author>" for name in names)
    text = _AUTHORS.sub(lambda _: f"<authors>{authors}</authors>", text, count=1)
    return _LIST.sub(lambda _: f"<commentList>{comments}</commentList>", text, count=1)


def _comment(cell: str, note: str, author: int) -> str:
    run = (
        '<r><rPr><sz val="9"/><color indexed="81"/><rFont val="宋体"/><charset val="134"/></rPr>'
        f'<t xml:space="preserve">{escape_text(note)}</t></r>'
    )
    return f'<comment ref="{cell}" authorId="{author}" shapeId="0"><text>{run}</text></comment>'


def _without(shapes: str, cells: list[str]) -> str:
    """A VML drawing without the note shapes of these cells."""
    gone = {
        (f"<x:Row>{row - 1}</x:Row>", f"<x:Column>{column - 1}</x:Column>")
        for row, column in map(split, cells)
    }

    def keep(match: re.Match[str]) -> str:
        shape = match[0]
        if 'ObjectType="Note"' in shape and any(row in shape and column in shape for row, column in gone):
            return ""
        return shape

    return _SHAPE.sub(keep, shapes) if gone else shapes


def _with(shapes: str, notes: Mapping[str, str], block: int) -> str:
    """A VML drawing with note shapes added for these cells."""
    end = shapes.rfind("</xml>")
    if end < 0:
        raise broken("vmlDrawing")
    number = max(map(int, _SHAPE_ID.findall(shapes)), default=block * 1024)
    order = len(_SHAPE_ID.findall(shapes))
    added: list[str] = []
    for offset, (cell, note) in enumerate(notes.items(), 1):
        row, column = split(cell)
        lines = sum(1 + len(line) // 22 for line in note.split("\n"))
        deep = max(4, min(lines + 1, 24))
        added.append(
            _VML_SHAPE.format(
                number=number + offset,
                order=order + offset,
                width=220,
                height=deep * 14,
                left=column,
                right=column + 4,
                top=max(row - 2, 0),
                bottom=max(row - 2, 0) + deep,
                row=row - 1,
                column=column - 1,
            )
        )
    return _with_blocks(shapes[:end] + "".join(added) + shapes[end:])


def _with_blocks(shapes: str) -> str:
    """Let <o:idmap> name every block of 1,024 shape numbers that is used."""
    used = {int(number) // 1024 for number in _SHAPE_ID.findall(shapes)}
    match = re.search(r'(<o:idmap\b[^>]*\bdata=")([0-9, ]*)(")', shapes)
    if match is None:
        return shapes
    named = [int(number) for number in re.findall("[0-9]+", match[2])]
    blocks = ",".join(map(str, [*named, *sorted(used - set(named))]))
    return shapes[: match.start(2)] + blocks + shapes[match.end(2) :]


def _take_away(parts: Parts, sheet: str, tail: Tail, comments: str, drawing: str, shapes: str) -> None:
    """The last note is gone: remove the parts, unless the drawing holds other things."""
    links = parts.links(sheet)
    for identity, link in links.items():
        if link["part"] == comments or (link["part"] == drawing and not _SHAPE.search(shapes)):
            parts.unrelate(sheet, identity)
    parts.remove(comments)
    if _SHAPE.search(shapes):
        parts.put(drawing, shapes)
        return
    if drawing:
        parts.remove(drawing)
        for start, end in tail.find("legacyDrawing"):
            tail.cut(start, end)
