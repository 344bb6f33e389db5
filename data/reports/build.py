"""Builds the Word template of this folder: `python data/reports/build.py`, or `--check` to see whether it is there.

The template is made once and then belongs to the bureau: open it in a word processor and change fonts, colours, header
and cover. `--check` only asks that the styles and places which the report fills are in it.
"""

from __future__ import annotations

import argparse
import re
import sys
import zipfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent / "report.docx"
MAIN = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LINKS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
INK, ACCENT, QUIET, BAND, FILL, WARNING = "1F2A36", "0B4F82", "5D6D7E", "F5F8FB", "DCE6F0", "FFF3CD"
FONTS = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri" w:eastAsia="Microsoft YaHei"/>'
STYLES = {
    "ParksTitle": ("Parks Title", "", 52, ACCENT, "b", '<w:spacing w:before="120" w:after="240"/>'),
    "ParksDistrict": ("Parks District", "", 26, QUIET, "", '<w:spacing w:before="1600" w:after="0"/>'),
    "ParksFact": ("Parks Fact", "", 20, INK, "", '<w:spacing w:before="40" w:after="40"/>'),
    "ParksNotice": (
        "Parks Notice",
        "",
        20,
        INK,
        "b",
        f'<w:spacing w:before="200" w:after="80"/><w:shd w:val="clear" w:color="auto" w:fill="{WARNING}"/>',
    ),
    "ParksContents": ("Parks Contents", "", 30, ACCENT, "b", '<w:pageBreakBefore/><w:spacing w:after="160"/>'),
    "ParksLine": ("Parks Line", "", 18, QUIET, "", '<w:spacing w:after="40"/>'),
    "ParksNote": ("Parks Note", "", 15, QUIET, "", '<w:spacing w:before="20" w:after="20"/>'),
    "ParksCell": ("Parks Cell", "", 14, INK, "", '<w:spacing w:before="10" w:after="10"/>'),
    "ParksNumber": ("Parks Number", "ParksCell", 14, INK, "", '<w:jc w:val="right"/>'),
    "ParksPicture": ("Parks Picture", "", 18, INK, "", '<w:keepLines/><w:spacing w:before="160" w:after="120"/>'),
}
"""Style → its name, what it rests on, size [half points], colour, b for bold, paragraph properties."""
TOP = "{{ district }} · {{ title }}    {{ notice }}"
PLACES = ("district", "title", "facts", "notice", "contents", "chapters", "body", "footer")
"""What the report fills: each stands in the template as a paragraph with {{ name }} in it."""


def parts() -> dict[str, str]:
    """Return the parts of the file by name."""
    return {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations({"document": "word/document.xml"}, core=True),
        "docProps/core.xml": _core(),
        "word/document.xml": _document(),
        "word/_rels/document.xml.rels": _relations(
            {"styles": "styles.xml", "settings": "settings.xml", "header": "header1.xml", "footer": "footer1.xml"}
        ),
        "word/styles.xml": _styles(),
        "word/settings.xml": f"{HEAD}<w:settings {MAIN}><w:zoom w:percent='100'/>"
        '<w:defaultTabStop w:val="420"/><w:characterSpacingControl w:val="compressPunctuation"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" '
        'w:val="15"/></w:compat><w:themeFontLang w:val="en-GB" w:eastAsia="zh-CN"/></w:settings>',
        "word/header1.xml": f"{HEAD}<w:hdr {MAIN}>{_paragraph(TOP, 'Header')}</w:hdr>",
        "word/footer1.xml": f"{HEAD}<w:ftr {MAIN}>{_footer()}</w:ftr>",
    }


def write(path: Path) -> None:
    """Write the template; the same parts give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts().items():
            file.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), text.encode())


def missing(path: Path) -> list[str]:
    """Return the styles and places that the template at `path` lacks."""
    with zipfile.ZipFile(path) as file:
        held = {name: file.read(name).decode() for name in file.namelist() if name.endswith(".xml")}
    plain = re.sub(r"<[^>]+>", "", "".join(text for name, text in held.items() if name.startswith("word/")))
    styles = [style for style in (*STYLES, "ParksTable") if f'w:styleId="{style}"' not in held["word/styles.xml"]]
    return styles + [name for name in PLACES if not re.search(rf"{{{{\s*{name}\s*}}}}", plain)]


def _types() -> str:
    kinds = {"document": "document.main", "styles": "styles", "settings": "settings"}
    kinds |= {"header1": "header", "footer1": "footer"}
    listed = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{KIND}.{kind}+xml"/>' for part, kind in kinds.items()
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        f"{listed}</Types>"
    )


def _relations(targets: dict[str, str], *, core: bool = False) -> str:
    kinds = {"document": f"{OFFICE}/officeDocument"} | {
        name: f"{OFFICE}/{name}" for name in targets if name != "document"
    }
    listed = [
        f'<Relationship Id="rId{number}" Type="{kinds[name]}" Target="{target}"/>'
        for number, (name, target) in enumerate(targets.items(), start=1)
    ]
    if core:
        kind = f"{PACKAGE}/relationships/metadata/core-properties"
        listed.append(f'<Relationship Id="rId9" Type="{kind}" Target="docProps/core.xml"/>')
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{"".join(listed)}</Relationships>'


def _core() -> str:
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>Parks</dc:title></cp:coreProperties>'
    )


def _document() -> str:
    styles = {"district": "ParksDistrict", "title": "ParksTitle", "facts": "ParksFact", "notice": "ParksNotice"}
    styles |= {"contents": "ParksContents", "chapters": "TOC1", "body": "Normal"}
    body = "".join(_paragraph(f"{{{{ {name} }}}}", style) for name, style in styles.items())
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/>'
        '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
        '<w:pgMar w:top="964" w:right="794" w:bottom="850" w:left="794" w:header="480" w:footer="420" w:gutter="0"/>'
        "<w:titlePg/></w:sectPr>"
    )
    return f"{HEAD}<w:document {MAIN} {LINKS}><w:body>{body}{section}</w:body></w:document>"


def _paragraph(text: str, style: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def _footer() -> str:
    def field(code: str) -> str:
        return (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )

    said = '<w:r><w:t xml:space="preserve">{{ footer }}</w:t></w:r><w:r><w:tab/></w:r>'
    stroke = '<w:r><w:t xml:space="preserve"> / </w:t></w:r>'
    return f'<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{said}{field("PAGE")}{stroke}{field("NUMPAGES")}</w:p>'


def _styles() -> str:
    base = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{FONTS}<w:color w:val='{INK}'/><w:sz w:val='19'/><w:szCs w:val='19'/>"
        '<w:lang w:val="en-GB" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )
    normal = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
    )
    own = "".join(_style(code, *said) for code, said in STYLES.items())
    heads = "".join(
        _style(
            f"Heading{level}", f"heading {level}", "", size, colour, "b", f'{more}<w:outlineLvl w:val="{level - 1}"/>'
        )
        for level, size, colour, more in (
            (1, 30, ACCENT, '<w:keepNext/><w:pageBreakBefore/><w:spacing w:after="120"/>'),
            (2, 22, INK, '<w:keepNext/><w:spacing w:before="240" w:after="80"/>'),
        )
    )
    tab = '<w:tabs><w:tab w:val="right" w:pos="15200"/></w:tabs>'
    rest = (
        _style("TOC1", "toc 1", "", 20, INK, "", '<w:spacing w:before="40" w:after="40"/>')
        + _style("Header", "header", "", 15, QUIET, "", tab)
        + _style("Footer", "footer", "", 15, QUIET, "", tab)
    )
    return f"{HEAD}<w:styles {MAIN}>{base}{normal}{own}{heads}{rest}{_table_style()}</w:styles>"


def _style(code: str, name: str, on: str, size: int, colour: str, bold: bool, more: str) -> str:  # noqa: FBT001 - one row of STYLES
    return (
        f'<w:style w:type="paragraph" w:customStyle="{int(code.startswith("Parks"))}" w:styleId="{code}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="{on or "Normal"}"/><w:qFormat/><w:pPr>{more}</w:pPr>'
        f'<w:rPr>{"<w:b/>" if bold else ""}<w:color w:val="{colour}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        "</w:style>"
    )


def _table_style() -> str:
    def part(kind: str, fill: str, bold: str, edge: str) -> str:
        border = f'<w:tcBorders><w:{edge} w:val="single" w:sz="6" w:color="{QUIET}"/></w:tcBorders>' if edge else ""
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
        weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
        return f'<w:tblStylePr w:type="{kind}">{weight}<w:tcPr>{border}{shade}</w:tcPr></w:tblStylePr>'

    margins = "".join(f'<w:{side} w:w="{wide}" w:type="dxa"/>' for side, wide in (("left", 60), ("right", 60)))
    return (
        '<w:style w:type="table" w:customStyle="1" w:styleId="ParksTable"><w:name w:val="Parks Table"/><w:qFormat/>'
        f'<w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        + part("firstRow", FILL, "b", "bottom")
        + part("lastRow", "", "b", "top")
        + part("band2Horz", BAND, "", "")
        + "</w:style>"
    )


def main() -> int:
    """Build the template, or say what it lacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only see whether the template can be filled")
    if not parser.parse_args().check:
        write(TARGET)
        return 0
    lacks = missing(TARGET) if TARGET.exists() else [TARGET.name]
    for name in lacks:
        sys.stderr.write(f"{TARGET.name} lacks {name}: build it anew, or put it back\n")
    return 1 if lacks else 0


if __name__ == "__main__":
    sys.exit(main())
