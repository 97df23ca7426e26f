"""What a published file must not carry: people, comments, hidden parts, formulas, links, paths.

``scan`` looks into .docx, .xlsx, PDF, web pages and plain text alike and lists what it finds; an empty
list is the pass. It reads the bytes themselves, not through the libraries that wrote them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from xltools.export.package import unpack

_PATH = re.compile(
    r"(?i)file:/+[^\s\"'<>]+|\b[A-Z]:[\\/](?![\\/])[\w.\\/ -]+|\\\\[\w.-]+\\[\w.$\\-]+"
    r"|(?<![\w./])/(?:home|Users|root|tmp|var|work|mnt|opt|private)/[\w./-]+"
)
_ADDRESS = re.compile(r"(?i)\b(?:https?|ftp|mailto):[^\s\"'<>)]+")
_NAMESPACES = re.compile(
    r"(?i)https?://(?:schemas\.(?:openxmlformats|microsoft)\.(?:org|com)|www\.w3\.org|purl\.org|ns\.adobe\.com"
    r"|www\.aiim\.org|iso\.org)"
)
_PERSONAL = ("creator", "lastModifiedBy", "manager", "company", "hyperlinkBase", "contentStatus", "keywords")
_PARTS = {
    "comments": "批注",
    "threadedComments": "批注",
    "persons": "人员名单",
    "people": "人员名单",
    "customXml": "自定义数据",
    "docProps/custom": "自定义属性",
    "externalLinks": "外部链接",
    "connections": "数据连接",
    "vbaProject": "宏",
    "embeddings": "嵌入文件",
    "activeX": "控件",
    "printerSettings": "打印机设置",
    "revisions": "修订记录",
    "glossary/": "构建基块",
}
_MARKUP = (
    (r"<(?:\w+:)?f(?:\s[^>]*)?>", "公式", "xl/worksheets/"),
    (r"<sheet\b[^>]*\bstate=\"(?:hidden|veryHidden)\"", "隐藏的工作表", "xl/workbook.xml"),
    (r"<(?:row|col)\b[^>]*\bhidden=\"(?:1|true)\"", "隐藏的行或列", "xl/worksheets/"),
    (r"<hyperlink\b[^>]*r:id=", "超链接", "xl/worksheets/"),
    (r"<w:(?:ins|del|moveFrom|moveTo)\b[^>]*w:author=", "修订记录", "word/"),
    (r"w:author=\"[^\"]+\"", "作者", "word/"),
    (r"\bw:rsid\w*=", "编辑记录", "word/"),
)
_TC_FIELD = re.compile(r"<w:r><w:rPr><w:vanish/></w:rPr><w:(?:fldChar|instrText)\b.*?</w:r>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Leak:
    """``kind`` says what it is (Chinese), ``where`` the part of the file, ``text`` what stands there."""

    kind: str
    where: str
    text: str


def scan(data: bytes, people: Sequence[str] = ()) -> list[Leak]:
    """Everything in a file that should not be published; ``people`` are names to look for."""
    if data.startswith(b"PK"):
        found = list(_package(data))
    elif data.startswith(b"%PDF"):
        found = list(_pdf(data))
    else:
        found = list(_page(data))
    texts = dict(_texts(data))
    found += [
        Leak("人名", where, name) for where, text in texts.items() for name in people if name and name in text
    ]
    found += [Leak("路径", where, hit) for where, text in texts.items() for hit in _PATH.findall(text)]
    return list(dict.fromkeys(found))


def _texts(data: bytes) -> Iterator[tuple[str, str]]:
    """Every piece of text in the file, by part."""
    if data.startswith(b"PK"):
        for name, content in unpack(data).items():
            if name.endswith(".emf"):
                yield name, content.decode("utf-16-le", "replace")
            else:
                yield name, unescape(content.decode("utf-8", "replace"))
    elif data.startswith(b"%PDF"):
        for number, content in enumerate(_pdf_pieces(data)):
            yield f"PDF {number}", _pdf_strings(content)
    else:
        yield "文件", unescape(data.decode("utf-8", "replace"))


def _package(data: bytes) -> Iterator[Leak]:
    for name, content in unpack(data).items():
        for part, kind in _PARTS.items():
            if part in name:
                yield Leak(kind, name, name)
        if not name.endswith((".xml", ".rels", ".svg")):
            continue
        text = content.decode("utf-8", "replace")
        yield from _markup(name, text)
        if name.startswith("docProps/"):
            yield from _properties(name, text)
        if name.endswith(".rels"):
            for relation in re.findall(r"<Relationship\b[^>]*TargetMode=\"External\"[^>]*>", text):
                yield Leak("外部链接", name, relation)
        elif name.endswith(".svg"):
            yield from _addresses(name, text)


def _markup(name: str, text: str) -> Iterator[Leak]:
    for pattern, kind, folder in _MARKUP:
        if name.startswith(folder):
            for hit in re.finditer(pattern, text):
                yield Leak(kind, name, hit[0][:80])
    if name == "xl/workbook.xml":
        for defined in re.findall(r"<definedName\b[^>]*\bname=\"([^\"]+)\"", text):
            if defined != "_xlnm.Print_Titles":
                yield Leak("定义的名称", name, defined)
    if name == "word/document.xml" and "<w:vanish" in _TC_FIELD.sub("", text):
        yield Leak("隐藏的文字", name, "w:vanish")


def _properties(name: str, text: str) -> Iterator[Leak]:
    for key in _PERSONAL:
        for value in re.findall(rf"(?i)<(?:\w+:)?{key}\b[^>]*>([^<]+)<", text):
            yield Leak("文档属性", name, f"{key}: {value}")


def _addresses(where: str, text: str) -> Iterator[Leak]:
    for address in _ADDRESS.findall(text):
        if not _NAMESPACES.match(address):
            yield Leak("外部链接", where, address)


def _pdf_pieces(data: bytes) -> Iterator[bytes]:
    """The open parts of the file, and its streams unpacked where they hold objects or metadata."""
    opened = []
    at = 0
    for found in re.finditer(rb"\bstream\r?\n", data):
        if found.start() < at:
            continue
        end = data.find(b"endstream", found.end())
        end = len(data) if end < 0 else end
        header = data[max(at, data.rfind(b" obj", at, found.start())) : found.start()]
        opened.append(data[at : found.start()])
        at = end
        if b"/ObjStm" in header or b"/Metadata" in header:
            yield _inflated(data[found.end() : end]) if b"FlateDecode" in header else data[found.end() : end]
    yield b"".join([*opened, data[at:]])


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body)
    except zlib.error:
        return body


def _pdf_strings(content: bytes) -> str:
    """Plain text of a piece: as it stands, and its hexadecimal and UTF-16 strings decoded."""
    texts = [content.decode("utf-8", "replace")]
    for digits in re.findall(rb"<(FEFF[0-9A-Fa-f]+)>", content):
        texts.append(bytes.fromhex(digits.decode()[4:]).decode("utf-16-be", "replace"))
    for raw in re.findall(rb"\((\xfe\xff.*?)\)", content, re.DOTALL):
        texts.append(raw[2:].decode("utf-16-be", "replace"))
    return "\n".join(texts)


def _pdf(data: bytes) -> Iterator[Leak]:
    for number, content in enumerate(_pdf_pieces(data)):
        where = f"PDF {number}"
        text = _pdf_strings(content)
        for pattern, kind in (
            (r"/Author\s*(\([^)]+\)|<[0-9A-Fa-f]{6,}>)", "文档属性"),
            (r"<dc:creator>.*?</dc:creator>", "文档属性"),
            (r"/(?:URI|Launch|GoToR|SubmitForm)\b", "外部链接"),
            (r"/(?:JavaScript|JS)\b", "脚本"),
            (r"/EmbeddedFiles?\b", "嵌入文件"),
            (r"/Subtype\s*/(?:Text|FreeText|Popup|Highlight)\b", "批注"),
        ):
            for hit in re.finditer(pattern, text, re.DOTALL):
                yield Leak(kind, where, hit[0][:80])


def _page(data: bytes) -> Iterator[Leak]:
    text = data.decode("utf-8", "replace")
    for pattern, kind in (
        (r"<!--.*?-->", "批注"),
        (r"(?i)<script\b", "脚本"),
        (r"(?i)<[^>]+\son\w+\s*=", "脚本"),
        (r"(?i)<meta\b[^>]*name=\"(?:author|generator)\"[^>]*>", "文档属性"),
        (r"(?i)<(?:img|link|iframe|object|embed|source|video|audio)\b[^>]*>", "外部链接"),
        (r"(?i)\bhref\s*=\s*[\"'](?!#)[^\"']*", "外部链接"),
    ):
        for hit in re.finditer(pattern, text, re.DOTALL):
            yield Leak(kind, "文件", hit[0][:80])
    yield from _addresses("文件", text)
