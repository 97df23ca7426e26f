"""The package around document.xml: content types, relations, header, footers, pictures, properties."""

from __future__ import annotations

from dataclasses import dataclass

from xltools.export.charts import Drawing
from xltools.export.document import DRAFT, Chart, Document
from xltools.export.docx.styles import NAMESPACE, fonts_xml, settings_xml, styles_xml
from xltools.export.docx.text import field, paragraph, text_run
from xltools.export.package import XML, pack, xml_text
from xltools.export.page import HEADING_FONT

_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_NAMESPACES = (
    f'xmlns:w="{NAMESPACE}" xmlns:r="{_REL}"'
    f' xmlns:wp="{_DRAWING}/wordprocessingDrawing" xmlns:a="{_DRAWING}/main" xmlns:pic="{_DRAWING}/picture"'
    ' xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:w10="urn:schemas-microsoft-com:office:word"'
)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_EMU = 36000
"""English metric units in a millimetre."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as vectors: SVG for what reads it, EMF for older programs."""

    number: int
    chart: Chart
    drawing: Drawing
    svg: bytes
    emf: bytes


def assemble(document: Document, body: str, pictures: list[Picture], update: bool, justified: bool) -> bytes:
    """The .docx package around the elements of ``body``."""
    parts = {
        "[Content_Types].xml": _content_types(document.draft, bool(pictures)),
        "_rels/.rels": _package_relations(),
        "docProps/core.xml": _core(document),
        "docProps/app.xml": _app(),
        "word/document.xml": f"{XML}<w:document {_NAMESPACES}><w:body>{body}</w:body></w:document>".encode(),
        "word/_rels/document.xml.rels": _relations(document.draft, pictures),
        "word/styles.xml": styles_xml(justified),
        "word/settings.xml": settings_xml(update),
        "word/fontTable.xml": fonts_xml(),
        "word/footer1.xml": _footer(text_run("— ") + field("PAGE", "1") + text_run(" —")),
        "word/footer2.xml": _footer(""),
    }
    if document.draft:
        parts["word/header1.xml"] = _watermark()
    for picture in pictures:
        parts[f"word/media/image{picture.number}.emf"] = picture.emf
        parts[f"word/media/image{picture.number}.svg"] = picture.svg
    return pack(parts)


def _content_types(draft: bool, pictures: bool) -> bytes:
    overrides = {
        "/word/document.xml": f"{_WORD}.document.main+xml",
        "/word/styles.xml": f"{_WORD}.styles+xml",
        "/word/settings.xml": f"{_WORD}.settings+xml",
        "/word/fontTable.xml": f"{_WORD}.fontTable+xml",
        "/word/footer1.xml": f"{_WORD}.footer+xml",
        "/word/footer2.xml": f"{_WORD}.footer+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    }
    if draft:
        overrides["/word/header1.xml"] = f"{_WORD}.header+xml"
    defaults = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
    }
    if pictures:
        defaults |= {"emf": "image/x-emf", "svg": "image/svg+xml"}
    text = "".join(f'<Default Extension="{e}" ContentType="{t}"/>' for e, t in defaults.items())
    text += "".join(f'<Override PartName="{n}" ContentType="{t}"/>' for n, t in overrides.items())
    return f'{XML}<Types xmlns="{_PACKAGE}/content-types">{text}</Types>'.encode()


def _relationships(entries: list[tuple[str, str, str]]) -> bytes:
    text = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{t}"/>' for i, kind, t in entries)
    return f'{XML}<Relationships xmlns="{_PACKAGE}/relationships">{text}</Relationships>'.encode()


def _package_relations() -> bytes:
    core = f"{_PACKAGE}/relationships/metadata/core-properties"
    return _relationships(
        [
            ("rId1", f"{_REL}/officeDocument", "word/document.xml"),
            ("rId2", core, "docProps/core.xml"),
            ("rId3", f"{_REL}/extended-properties", "docProps/app.xml"),
        ]
    )


def _relations(draft: bool, pictures: list[Picture]) -> bytes:
    entries = [
        ("rIdStyles", f"{_REL}/styles", "styles.xml"),
        ("rIdSettings", f"{_REL}/settings", "settings.xml"),
        ("rIdFonts", f"{_REL}/fontTable", "fontTable.xml"),
        ("rIdFooter", f"{_REL}/footer", "footer1.xml"),
        ("rIdNoFooter", f"{_REL}/footer", "footer2.xml"),
    ]
    if draft:
        entries.append(("rIdHeader", f"{_REL}/header", "header1.xml"))
    for picture in pictures:
        for extension in ("emf", "svg"):
            target = f"media/image{picture.number}.{extension}"
            entries.append((f"rId{extension.upper()}{picture.number}", f"{_REL}/image", target))
    return _relationships(entries)


def _core(document: Document) -> bytes:
    """Title, subject and language; no author, no dates."""
    subject = f"<dc:subject>{xml_text(document.entity)}</dc:subject>" if document.entity else ""
    return (
        f'{XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{xml_text(document.title)}</dc:title>{subject}<dc:language>zh-CN</dc:language>"
        "</cp:coreProperties>"
    ).encode()


def _app() -> bytes:
    namespace = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    return f'{XML}<Properties xmlns="{namespace}"><Application>xltools</Application></Properties>'.encode()


def _footer(content: str) -> bytes:
    return f"{XML}<w:ftr {_NAMESPACES}>{paragraph('Footer', content)}</w:ftr>".encode()


def _watermark() -> bytes:
    """A header that lays 草稿 behind the text of every page, the way Word itself does."""
    shape_type = (
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
        ' path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
        '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/>'
        '<v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/>'
        '<v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>'
        '<v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom"'
        ' o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>'
        '<v:textpath on="t" fitshape="t"/></v:shapetype>'
    )
    shape = (
        '<v:shape id="DraftWatermark" o:spid="_x0000_s2049" type="#_x0000_t136" alt="草稿水印"'
        ' style="position:absolute;margin-left:0;margin-top:0;width:340pt;height:170pt;rotation:315;'
        "z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        'mso-position-vertical:center;mso-position-vertical-relative:margin" fillcolor="#bfbfbf" stroked="f">'
        f'<v:fill opacity=".5"/><v:textpath style="font-family:&quot;{HEADING_FONT}&quot;;font-size:1pt"'
        f' string="{DRAFT}"/></v:shape>'
    )
    content = f"<w:r><w:pict>{shape_type}{shape}</w:pict></w:r>"
    return f"{XML}<w:hdr {_NAMESPACES}>{paragraph('Header', content)}</w:hdr>".encode()


def picture_xml(picture: Picture) -> str:
    """The drawing of a chart in the text, with its description."""
    size = f'cx="{picture.drawing.width * _EMU // 10}" cy="{picture.drawing.height * _EMU // 10}"'
    number, title = picture.number, xml_text(picture.chart.title)
    vector = (
        '<a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}">'
        f'<asvg:svgBlip r:embed="rIdSVG{number}"/></a:ext></a:extLst>'
    )
    properties = f'id="{number}" name="图{number} {title}" descr="{xml_text(picture.chart.alt)}"'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
        f'<wp:docPr {properties}/><a:graphic><a:graphicData uri="{_DRAWING}/picture"><pic:pic><pic:nvPicPr>'
        f"<pic:cNvPr {properties}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>"
        f'<a:blip r:embed="rIdEMF{number}">{vector}</a:blip><a:stretch><a:fillRect/></a:stretch>'
        "</pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )
