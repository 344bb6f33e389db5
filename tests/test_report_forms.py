"""The report in every format, read back by readers that have no part in writing it; the same bytes, both languages."""

import datetime as dt
import html.parser
import io
import re
import sqlite3
import subprocess
import sys
import unicodedata
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import district
import docx
import numpy as np
import pyogrio
import pypdf
import pytest
import python_calamine
from fontTools.ttLib import TTFont
from PIL import Image

from parks import schema, words
from parks.output import content, documents, figures, fonts, geopackages, markup, prints, reports, seals, webpages

LANGUAGES = ("zh", "en")
TEMPLATES = prints.TEMPLATES
UNSEEN = re.compile(r"[\s\u200b]+")
MARK = "sha256:" + "0" * 64 + "/" + "1" * 16


@pytest.fixture(scope="module")
def drawn() -> reports.Draft:
    """Return the figures of the small district, whose applicant has a name that is markup."""
    needs = district.tables()["needs"].assign(tenant_id="T1")
    return reports.draft(district.park("illustrative", needs=needs), district.rules())


@pytest.fixture(scope="module")
def said(drawn: reports.Draft) -> dict[str, content.Report]:
    return {lang: drawn.report(lang) for lang in LANGUAGES}


@pytest.fixture(scope="module")
def files(drawn: reports.Draft, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Return the whole set, written as the command writes it."""
    folder = tmp_path_factory.mktemp("set")
    places = {
        (lang, form): folder / reports.name(drawn.made.park, lang, form) for lang in LANGUAGES for form in reports.FORMS
    }
    told: list[tuple[float, str]] = []
    reports.files(drawn, places, tell=lambda share, what: told.append((share, what)))
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert told[-1][0] == 1.0
    return places


def close(text: str) -> str:
    """Return a text without what a page breaks lines by."""
    return UNSEEN.sub("", unicodedata.normalize("NFC", text))


def cells(block: content.Block, lang: str, *, paper: bool) -> list[list[str]]:
    """Return the texts of a table as they are to be read on a page."""
    t = words.translator(lang)
    rows = [*(content.on_paper(block) if paper else block.rows), *([block.total] if block.total is not None else [])]
    heads = [column.heading for column in block.columns]
    kinds = [column.kind for column in block.columns]
    return [heads, *([figures.cell(cell, kind, t) for cell, kind in zip(row, kinds, strict=True)] for row in rows)]


def blocks(report: content.Report) -> list[content.Block]:
    return [block for chapter in report.chapters for block in chapter.blocks]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_document_holds_every_cell(lang: str, said, files) -> None:
    book = docx.Document(str(files[lang, "docx"]))
    found = [[[close(cell.text) for cell in row.cells] for row in table.rows] for table in book.tables]
    facts = [[close(label), close(value)] for label, value in said[lang].facts]
    assert found[0] == facts
    wanted = [cells(block, lang, paper=True) for block in blocks(said[lang])]
    assert found[1:] == [[[close(text) for text in row] for row in table] for table in wanted]
    texts = [close(paragraph.text) for paragraph in book.paragraphs]
    for chapter in said[lang].chapters:
        assert close(chapter.title) in texts
    assert not [text for text in texts if "{{" in text]
    section = book.sections[0]
    assert close(said[lang].title) in close(section.header.paragraphs[0].text)
    fields = re.findall(
        r"<w:instrText[^>]*>\s*(\w+)", zipfile.ZipFile(files[lang, "docx"]).read("word/footer1.xml").decode()
    )
    assert fields == ["PAGE", "NUMPAGES"]
    assert (book.core_properties.created.date(), book.core_properties.language) == (
        district.DAY,
        {"zh": "zh-CN", "en": "en-GB"}[lang],
    )
    assert len(book.inline_shapes) == sum(
        (block.graph is not None and len(block.rows) > 0) + (block.picture is not None) for block in blocks(said[lang])
    )


def test_a_chapter_of_one_page_is_set_closer_with_smaller_drawings() -> None:
    draft = reports.draft(district.park(), district.rules(), wanted=reports.Wanted(chapters=["summary"]))
    one, lines = draft.report("en"), []
    for chapter in (one.chapters[0], replace(one.chapters[0], one_page=False)):
        made = documents.docx_bytes(replace(one, chapters=(chapter,)), MARK)
        book = docx.Document(io.BytesIO(made))
        cell = book.tables[1].rows[1].cells[1].paragraphs[0]
        heading = next(part for part in book.paragraphs if part.style.name.lower() == "heading 2")
        lines.append((cell.paragraph_format.line_spacing, heading.paragraph_format.space_before, book.inline_shapes[0]))
    (close, before, small), (usual, own, large) = lines
    assert (close, usual, own) == (0.9, None, None)
    assert before.pt == 7
    assert small.width / large.width == pytest.approx(documents.SMALL / documents.SHARE, rel=0.01)


def test_the_document_names_its_chinese_fonts() -> None:
    styles = zipfile.ZipFile(TEMPLATES / documents.TEMPLATE).read("word/styles.xml").decode()
    assert 'w:eastAsia="Microsoft YaHei"' in styles
    assert 'w:eastAsia="zh-CN"' in styles


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pdf_holds_every_text(lang: str, said, files) -> None:
    pages = pypdf.PdfReader(files[lang, "pdf"]).pages
    text = close("".join(page.extract_text() for page in pages))
    wanted = {close(cell) for block in blocks(said[lang]) for row in cells(block, lang, paper=True) for cell in row}
    wanted |= {close(line) for chapter in said[lang].chapters for line in (chapter.title, *chapter.lines)}
    wanted |= {close(note) for block in blocks(said[lang]) for note in (block.title, *block.notes)}
    wanted |= {close(word) for fact in said[lang].facts for word in fact}
    # a cell that goes over two pages, or a sign that the reader sees as another, would be missing
    assert sorted(part for part in wanted if part not in text) == []


def test_the_pdf_has_its_fonts_inside_and_its_day(files) -> None:
    reader = pypdf.PdfReader(files["zh", "pdf"])
    assert reader.metadata["/CreationDate"] == "D:20260630000000Z"
    assert reader.metadata["/Title"] == "空间容量报告"
    names = set()
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & inner.keys()
            names.add(inner["/FontName"])
    assert all("NotoSansSC" in name for name in names), "another font has stood in for a sign"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_is_blank_or_runs_over_its_edge(lang: str, said) -> None:
    for number, png in enumerate(prints.pages(said[lang], ppi=48), start=1):
        page = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
        ink = page < 200
        assert ink.mean() > 0.001, f"page {number} is blank"
        edge = 12
        assert not ink[:, :edge].any(), f"page {number} is cut on the left"
        assert not ink[:, -edge:].any(), f"page {number} is cut on the right"


def test_every_sign_that_we_say_is_in_the_font() -> None:
    file = next(fonts.folders(TEMPLATES)[-1].glob("*.ttf"))
    held = set(TTFont(file).getBestCmap())
    tables = [schema.DATA / "sample" / f"{name}.csv" for name in ("parks", "tenants", "buildings", "projects")]
    texts = [*words.catalogue("zh").values(), *words.catalogue("zh"), *(path.read_text("utf-8") for path in tables)]
    told = ("documents", "zones", "sectors", "targets", "counting", "bases", "assumptions")
    texts += [(schema.DATA / "policy" / f"{name}.csv").read_text("utf-8") for name in told]
    signs = {sign for text in texts for sign in text if not sign.isspace() and sign not in "\u200b\ufeff"}
    assert sorted(sign for sign in signs if ord(sign) not in held) == []


class Reader(html.parser.HTMLParser):
    """Collects the cells of tables, the texts, the elements and the addresses of a page."""

    def __init__(self) -> None:  # noqa: D107
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.open = False

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "href", "data", "srcset", "action"}]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")
            self.open = True

    def handle_endtag(self, tag) -> None:
        self.open = self.open and tag not in {"td", "th"}

    def handle_data(self, data) -> None:
        if self.open:
            self.tables[-1][-1][-1] += data


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_web_page_holds_every_cell_and_asks_for_nothing(lang: str, said, files) -> None:
    text = files[lang, "html"].read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    assert reader.tables == [cells(block, lang, paper=False) for block in blocks(said[lang])]
    assert "script" not in reader.tags
    assert "img" not in reader.tags
    assert all(address.startswith("#") for address in reader.addresses)
    assert not re.search(r"url\((?!data:)|@import", text)
    assert "default-src 'none'" in text
    assert "@media print" in text
    assert text.count("<svg") == len(prints_of(said[lang]))


def prints_of(report: content.Report) -> list[content.Block]:
    """Return a block for each drawing."""
    charts = [block for block in blocks(report) if block.graph is not None and block.rows]
    return charts + [block for block in blocks(report) if block.picture is not None]


def test_what_was_imported_is_text_in_every_format(files) -> None:
    page = files["en", "html"].read_text(encoding="utf-8")
    assert district.MARKUP not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    book = docx.Document(str(files["en", "docx"]))
    assert district.MARKUP in {
        markup_free(cell.text) for table in book.tables for row in table.rows for cell in row.cells
    }


def markup_free(text: str) -> str:
    return text.replace(markup.BREAK, "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_holds_every_number(lang: str, said, files) -> None:
    book = python_calamine.CalamineWorkbook.from_path(files[lang, "xlsx"])
    t = words.translator(lang)
    held = [sheet for chapter in said[lang].chapters for sheet in content.sheets_of(chapter)]
    assert book.sheet_names == [t("Cover"), *(sheet.name for sheet in held)]
    for chapter in held:
        lines = book.get_sheet_by_name(chapter.name).to_python(skip_empty_area=False)
        found = [[shown(cell) for cell in line] for line in lines]
        for block in chapter.blocks:
            for row in [*block.rows, *([block.total] if block.total is not None else [])]:
                wanted = [shown(t("unknown") if figures.missing(cell) else cell) for cell in row]
                assert any(line[: len(wanted)] == wanted for line in found), (chapter.name, wanted)


def shown(cell: object) -> object:
    if isinstance(cell, dt.date):
        return cell.isoformat()[:10]
    return round(float(cell), 6) if isinstance(cell, int | float | np.number) else str(cell)


def test_the_geopackage_holds_the_figures_and_the_cover(drawn, said, files) -> None:
    path = files["en", "gpkg"]
    layers = dict(pyogrio.list_layers(path).tolist())
    assert layers.keys() == {"zones", "parks", "buildings", "units", "projects", "facilities", "outlines", "metadata"}
    zones = pyogrio.read_dataframe(path, layer="zones").set_index("zone_id")
    assert (zones.loc["Z-A", "vacant_m2"], zones.loc["Z-A", "new_build_done_m2"]) == (500.0, 3000.0)
    assert np.isnan(zones.loc["Z-B", "vacant_m2"])
    assert zones.crs.to_epsg() == 4326
    buildings = pyogrio.read_dataframe(path, layer="buildings").set_index("building_id")
    assert (buildings.loc["B1", "lettable_m2"], buildings.loc["B1", "unknown_units"]) == (1750.5, 1)
    projects = pyogrio.read_dataframe(path, layer="projects").set_index("project_id")
    assert list(projects["part"]) == ["done", "under_way", "planned", "planned"]
    facilities = pyogrio.read_dataframe(path, layer="facilities").set_index("facility_id")
    assert facilities["in_use"].tolist() == [True, True, False]
    assert facilities.geometry.isna().tolist() == [False, False, True]
    assert facilities.loc["F2", "capacity"] == 300.0
    with sqlite3.connect(path) as asked:
        facts = dict(asked.execute("SELECT fact, value FROM metadata"))
        moments = {row[0] for row in asked.execute("SELECT last_change FROM gpkg_contents")}
        spoken = {row[0] for row in asked.execute("SELECT description FROM gpkg_contents WHERE table_name = 'units'")}
    asked.close()
    assert facts["Hash of the inputs (SHA-256)"] == said["en"].seal == drawn.made.seal
    assert moments == {"2026-06-30T00:00:00.000Z"}
    assert "Illustrative" in spoken.pop()


def test_the_clock_of_the_geopackage_is_put_back(drawn, said, tmp_path: Path) -> None:
    before = pyogrio.get_gdal_config_option(geopackages.CLOCK)
    geopackages.write(tmp_path / "a.gpkg", drawn.made, said["en"], MARK)
    assert pyogrio.get_gdal_config_option(geopackages.CLOCK) == before


def test_the_same_inputs_give_the_same_bytes(files, tmp_path: Path) -> None:
    needs = district.tables()["needs"].assign(tenant_id="T1")
    again = reports.draft(district.park("illustrative", needs=needs), district.rules())
    reports.files(again, {key: tmp_path / path.name for key, path in files.items()})
    different = [path.name for path in files.values() if (tmp_path / path.name).read_bytes() != path.read_bytes()]
    assert different == []
    packs = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for pack, folder in zip(packs, (tmp_path, None), strict=True):
        listed = [(folder / path.name) if folder else path for path in files.values()]
        reports.zipped(listed, pack)
    assert packs[0].read_bytes() == packs[1].read_bytes()
    with zipfile.ZipFile(packs[0]) as pack:
        assert pack.namelist() == [path.name for path in files.values()]


def test_both_languages_have_the_same_numbers(said, files) -> None:
    for chinese, english in zip(blocks(said["zh"]), blocks(said["en"]), strict=True):
        assert numbers(chinese) == numbers(english)
    pages = {lang: files[lang, "html"].read_text(encoding="utf-8") for lang in LANGUAGES}
    told = {
        lang: [re.sub("未知", "unknown", cell) for cell in re.findall(r'<td class="n[^>]*>([^<]*)<', pages[lang])]
        for lang in LANGUAGES
    }
    assert told["zh"] == told["en"]
    books = {lang: python_calamine.CalamineWorkbook.from_path(files[lang, "xlsx"]) for lang in LANGUAGES}
    sums = {
        lang: [
            cell
            for name in book.sheet_names[1:]
            for row in book.get_sheet_by_name(name).to_python()
            for cell in row
            if isinstance(cell, float)
        ]
        for lang, book in books.items()
    }
    assert sums["zh"] == sums["en"]


def numbers(block: content.Block) -> list[list[object]]:
    """Return the cells of a table that are no texts; those that are unknown as None."""
    rows = [*block.rows, *([block.total] if block.total is not None else [])]
    kept = [index for index, column in enumerate(block.columns) if column.kind != "text"]
    return [[None if figures.missing(row[index]) else row[index] for index in kept] for row in rows]


def test_a_file_says_what_it_was_made_from_and_is_left_alone_until_that_changes(drawn, files, tmp_path: Path) -> None:
    marks = {key: seals.read(path) for key, path in files.items()}
    assert marks == {key: drawn.sealed.mark(*key) for key in files}
    assert len(set(marks.values())) == len(marks), "language and format are part of it"
    assert drawn.sealed.due(files) == {}
    missing = {("en", "pdf"): tmp_path / "none.pdf"}
    assert drawn.sealed.due(files | missing) == missing
    park, rules, place = district.park("stated"), district.rules(), {("en", "html"): tmp_path / "report.html"}
    other = reports.sealed(park, rules, reports.Wanted(chapters=["summary"]))
    assert other.due(place) == place
    reports.files(reports.draft(park, rules, given=other), place)
    assert other.due(place) == {}
    assert reports.sealed(park, rules, reports.Wanted(chapters=["summary", "demand"])).due(place) == place
    assert reports.sealed(park, rules, reports.Wanted("started", chapters=["summary"])).due(place) == place


def test_a_report_of_one_language_is_made_once(monkeypatch, tmp_path: Path) -> None:
    made = []
    summary = reports.CHAPTERS["summary"]
    monkeypatch.setitem(reports.CHAPTERS, "summary", lambda one: made.append(one.lang) or summary(one))
    draft = reports.draft(district.park(), district.rules(), wanted=reports.Wanted(chapters=["summary"]))
    places = {(lang, form): tmp_path / f"{lang}.{form}" for form in ("html", "xlsx") for lang in LANGUAGES}
    reports.files(draft, places)
    assert draft.report("en") is draft.report("en")
    assert made == ["zh", "en"]


def test_a_file_that_is_none_of_ours_carries_nothing(tmp_path: Path) -> None:
    assert seals.read(tmp_path / "none.pdf") == ""
    (tmp_path / "text.html").write_text("<html>", encoding="utf-8")
    assert seals.read(tmp_path / "text.html") == ""
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as pack:
        pack.writestr("other.txt", MARK)
    assert seals.read(tmp_path / "pack.zip") == ""


def test_the_hash_is_of_the_inputs_alone() -> None:
    park, rules = district.park(), district.rules()
    seal = seals.of(park, rules, "completed")
    assert seal == seals.of(district.park(), district.rules(), "completed")
    assert re.fullmatch("[0-9a-f]{64}", seal)
    units = park.units[park.units.columns[::-1]]
    assert seals.of(replace(park, units=units), rules, "completed") == seal, "the order of columns does not count"
    changed = park.units.assign(lettable_m2=park.units["lettable_m2"] + 0.1)
    others = [
        seals.of(replace(park, units=changed), rules, "completed"),
        seals.of(replace(park, day=dt.date(2026, 7, 1)), rules, "completed"),
        seals.of(replace(park, scenario="A"), rules, "completed"),
        seals.of(park, rules, "started"),
        seals.of(park, rules, "completed", park.units),
    ]
    rules.targets = rules.targets.assign(value_min=1.0)
    others.append(seals.of(park, rules, "completed"))
    assert len({seal, *others}) == len(others) + 1


def test_a_format_that_is_none_is_refused(drawn, said, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no report is written as 'odt'"):
        reports.put(tmp_path / "a.odt", drawn, said["en"], "odt")
    assert list(tmp_path.iterdir()) == []


def test_a_chapter_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        reports.Wanted(chapters=["summary", "nonsense"]).codes(plan=False)
    assert "plan" not in reports.Wanted().codes(plan=False)
    assert reports.Wanted().codes(plan=True) == list(reports.CHAPTERS)


def test_a_long_list_is_cut_on_paper_and_says_so() -> None:
    t = words.translator("en")
    block = content.Block("", (content.Column("n", "count"),), [(number,) for number in range(5)], most=2)
    assert prints.notes(block, t) == ("2 of 5 rows; the workbook and the web page hold all.",)
    assert prints.notes(replace(block, rows=[]), t) == ("None.",)
    chapter = content.Chapter(
        "A", "A", (block, replace(block, rows=[]), content.Block("Text", (), [], notes=("Said.",)))
    )
    report = content.Report("en", "Report", "District", (), "", (chapter,), district.DAY, "0" * 64)
    book = docx.Document(io.BytesIO(documents.docx_bytes(report, MARK)))
    assert [len(table.rows) for table in book.tables[1:]] == [3, 1]
    assert webpages.page(report).count("<td class=") == 5


def test_a_template_that_a_word_processor_has_cut_into_runs_is_filled(tmp_path: Path, said) -> None:
    book = docx.Document(str(TEMPLATES / documents.TEMPLATE))
    place = next(paragraph for paragraph in book.paragraphs if "title" in paragraph.text)
    place.runs[0].text = "{"
    for piece in ("{ ti", "tle }", "}"):
        place.add_run(piece)
    book.save(str(tmp_path / documents.TEMPLATE))
    made = docx.Document(io.BytesIO(documents.docx_bytes(said["en"], MARK, templates=tmp_path)))
    texts = [paragraph.text for paragraph in made.paragraphs]
    assert "Space capacity report" in texts
    assert not [text for text in texts if "{{" in text]


def test_the_template_has_all_that_is_filled() -> None:
    script = TEMPLATES / "build.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_bureau_can_put_its_own_fonts_beside_the_template(tmp_path: Path, monkeypatch) -> None:
    assert len(fonts.folders(tmp_path)) == 1
    (tmp_path / fonts.OWN).mkdir()
    assert fonts.folders(tmp_path)[0] == tmp_path / fonts.OWN
    monkeypatch.setattr(fonts, "PACKAGE", "no_such_package")
    with pytest.raises(ModuleNotFoundError, match="install Parks anew"):
        fonts.folders(tmp_path)


def test_the_pdf_keeps_the_rules_of_archives(files) -> None:
    xmp = pypdf.PdfReader(files["en", "pdf"]).xmp_metadata
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = xmp.stream.get_data().decode() if hasattr(xmp, "stream") else ""
    assert "pdfaid:part" in text


def test_long_words_can_be_broken_and_nothing_forbidden_is_written() -> None:
    word = "a" * 30
    assert markup.breakable(word) == f"{'a' * 12}\u200b{'a' * 12}\u200b{'a' * 6}"
    assert markup.breakable("short words stay") == "short words stay"
    assert (
        markup.breakable("path/to/some-long_file.name.csv").replace(markup.BREAK, "")
        == "path/to/some-long_file.name.csv"
    )
    assert markup.sound("a\x00b\ud800") == "a�b�"
    assert markup.escape('<a href="x">&') == "&lt;a href=&quot;x&quot;&gt;&amp;"
