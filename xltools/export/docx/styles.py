"""styles.xml, fontTable.xml and settings.xml: what GB/T 9704 asks for, as real Word styles."""

from __future__ import annotations

from xltools.export.package import XML
from xltools.export.page import (
    BODY_FONT,
    ERHAO,
    HEADING_FONT,
    KAI_FONT,
    LATIN_FONT,
    LINE,
    SANHAO,
    SIHAO,
    SONG_FONT,
    TITLE_FONT,
    WUHAO,
    XIAOER,
    XIAOWU,
)

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W = f'xmlns:w="{NAMESPACE}"'
_LINE = LINE * 20
_ALTERNATIVES = {
    TITLE_FONT: ("FZXiaoBiaoSong-B05S", "roman", "86"),
    HEADING_FONT: ("SimHei", "modern", "86"),
    KAI_FONT: ("KaiTi", "modern", "86"),
    BODY_FONT: ("FangSong", "modern", "86"),
    SONG_FONT: ("SimSun", "auto", "86"),
    LATIN_FONT: ("", "roman", "00"),
}
"""The other name of each font, its family and character set: what Word goes by when it is missing."""


def exact(points: int) -> str:
    """Lines exactly ``points`` apart."""
    return f'<w:spacing w:before="0" w:after="0" w:line="{points * 20}" w:lineRule="exact"/>'


def _spacing(before: int, after: int, line: int = _LINE) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="exact"/>'


def _style(
    key: str,
    name: str,
    properties: str,
    font: str = "",
    size: int = 0,
    based: str = "Normal",
    extra: str = "",
) -> str:
    fonts = f'<w:rFonts w:ascii="{LATIN_FONT}" w:eastAsia="{font}" w:hAnsi="{LATIN_FONT}"/>' if font else ""
    plain = '<w:b w:val="0"/><w:bCs w:val="0"/>' if key.startswith("Heading") else ""
    letters = f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else ""
    run = f"<w:rPr>{fonts}{plain}{letters}</w:rPr>" if fonts or letters else ""
    custom = ' w:customStyle="1"' if extra == "custom" else ""
    following = "" if extra != "heading" else '<w:next w:val="Body"/>'
    return (
        f'<w:style w:type="paragraph"{custom} w:styleId="{key}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based}"/>{following}<w:qFormat/><w:pPr>{properties}</w:pPr>{run}</w:style>'
    )


def _headings() -> list[str]:
    keep = "<w:keepNext/><w:keepLines/>"
    part = f'{keep}{_spacing(120, 280, 640)}<w:jc w:val="center"/><w:outlineLvl w:val="0"/>'
    indent = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
    result = [_style("Heading1", "heading 1", part, TITLE_FONT, ERHAO, extra="heading")]
    for level, font in ((2, HEADING_FONT), (3, KAI_FONT), (4, BODY_FONT)):
        properties = f'{keep}{_spacing(0, 0)}{indent}<w:jc w:val="left"/><w:outlineLvl w:val="{level - 1}"/>'
        result.append(
            _style(f"Heading{level}", f"heading {level}", properties, font, SANHAO, extra="heading")
        )
    return result


def _front() -> list[str]:
    centre = '<w:jc w:val="center"/>'
    keep = "<w:keepNext/><w:keepLines/>"
    return [
        _style("Title", "Title", f"{_spacing(0, 240, 880)}{centre}", TITLE_FONT, 52),
        _style("CoverFoot", "封面落款", f"{_spacing(0, 0)}{centre}", BODY_FONT, SANHAO, extra="custom"),
        _style("TOCHeading", "TOC Heading", f"{keep}{_spacing(0, 280, 640)}{centre}", TITLE_FONT, ERHAO),
        _style("TOC1", "toc 1", f'{_spacing(0, 0, 440)}<w:jc w:val="left"/>', HEADING_FONT, SIHAO),
        _style("TOC2", "toc 2", f'{_spacing(0, 0, 400)}<w:ind w:left="280"/><w:jc w:val="left"/>', "", SIHAO),
        _style("TOC3", "toc 3", f'{_spacing(0, 0, 400)}<w:ind w:left="560"/><w:jc w:val="left"/>', "", SIHAO),
        _style("NoticeTitle", "草稿说明标题", f"{keep}{_spacing(0, 280, 640)}{centre}", HEADING_FONT, XIAOER,
               extra="custom"),
        _style("NoticeItem", "草稿说明", f'{_spacing(0, 120, 440)}<w:jc w:val="left"/>', BODY_FONT, SIHAO,
               extra="custom"),
    ]  # fmt: skip


def _tables() -> list[str]:
    keep = "<w:keepNext/><w:keepLines/>"
    result = [
        _style("TableTitle", "表题",
               f'{keep}{_spacing(60, 60, 520)}<w:jc w:val="center"/><w:outlineLvl w:val="1"/>',
               TITLE_FONT, XIAOER, extra="custom"),
        _style("TableMeta", "表头说明", f'{keep}{exact(16)}<w:jc w:val="left"/>', SONG_FONT, WUHAO,
               extra="custom"),
        _style("TableNote", "表注", f'<w:keepLines/>{_spacing(40, 0, 280)}<w:jc w:val="left"/>', SONG_FONT,
               WUHAO, extra="custom"),
        _style("Picture", "图", '<w:keepNext/><w:spacing w:before="120" w:after="0"/><w:jc w:val="center"/>',
               extra="custom"),
        _style("PictureTitle", "图题", f'{_spacing(40, 120, 440)}<w:jc w:val="center"/>', HEADING_FONT, SIHAO,
               extra="custom"),
    ]  # fmt: skip
    for key, name, align in (("Left", "左", "left"), ("Centre", "中", "center"), ("Right", "右", "right")):
        for suffix, size, line, small in (("", WUHAO, 14, ""), ("Small", XIAOWU, 12, "小")):
            properties = f'{exact(line)}<w:jc w:val="{align}"/>'
            style = _style(
                f"Table{key}{suffix}", f"表格{name}{small}", properties, SONG_FONT, size, extra="custom"
            )
            result.append(style)
    return result


def styles_xml(justified: bool) -> bytes:
    """styles.xml. Headings are Word's built-in ones, so the navigation pane and contents know them."""
    defaults = (
        "<w:docDefaults><w:rPrDefault><w:rPr>"
        f'<w:rFonts w:ascii="{LATIN_FONT}" w:eastAsia="{BODY_FONT}" w:hAnsi="{LATIN_FONT}"'
        f' w:cs="{LATIN_FONT}"/>'
        f'<w:kern w:val="2"/><w:sz w:val="{SANHAO}"/><w:szCs w:val="{SANHAO}"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )
    align = f'<w:jc w:val="{"both" if justified else "left"}"/>'
    normal = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f"<w:pPr><w:widowControl/>{align}</w:pPr></w:style>"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
        '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    )
    indent = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
    texts = [
        _style("Body", "公文正文", f"{_spacing(0, 0)}{indent}", extra="custom"),
        _style("Centre", "居中正文", f'{_spacing(0, 0)}<w:jc w:val="center"/>', extra="custom"),
        _style("Note", "小注", f'{exact(16)}<w:jc w:val="left"/>', SONG_FONT, WUHAO, extra="custom"),
        _style("Header", "header", f'{exact(12)}<w:jc w:val="center"/>', "", XIAOWU),
        _style("Footer", "footer", f'{exact(18)}<w:jc w:val="center"/>', SONG_FONT, SIHAO),
    ]
    body = "".join([defaults, normal, *texts, *_headings(), *_front(), *_tables()])
    return f"{XML}<w:styles {_W}>{body}</w:styles>".encode()


def fonts_xml() -> bytes:
    """fontTable.xml: the official names with the names by which systems without them know a near one."""
    fonts = "".join(
        f'<w:font w:name="{name}">'
        + (f'<w:altName w:val="{other}"/>' if other else "")
        + f'<w:charset w:val="{charset}"/><w:family w:val="{family}"/></w:font>'
        for name, (other, family, charset) in _ALTERNATIVES.items()
    )
    return f"{XML}<w:fonts {_W}>{fonts}</w:fonts>".encode()


def settings_xml(update_fields: bool) -> bytes:
    """settings.xml: Word keeps no names and dates on saving, and renews the contents where asked to."""
    update = '<w:updateFields w:val="true"/>' if update_fields else ""
    word = "http://schemas.microsoft.com/office/word"
    mode = f'<w:compatSetting w:name="compatibilityMode" w:uri="{word}" w:val="15"/>'
    return (
        f'{XML}<w:settings {_W}><w:zoom w:percent="100"/><w:removePersonalInformation/>'
        f'<w:removeDateAndTime/><w:defaultTabStop w:val="420"/>'
        f'<w:characterSpacingControl w:val="compressPunctuation"/>{update}'
        f"<w:compat><w:useFELayout/>{mode}</w:compat>"
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    ).encode()
