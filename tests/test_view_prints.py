"""The printed page of a view: its words read back in both languages, its picture unchanged, what is no view refused."""

import asyncio
import base64
import io
import json
import struct
import threading
import zlib
from types import SimpleNamespace

import numpy as np
import pypdf
import pytest
from PIL import Image
from starlette.applications import Starlette

from parks import words
from parks.output import view_prints

WORDS = {
    "zh": {
        "title": "园区空间地图",
        "facts": ["数据截至2026年10月31日", "方案甲", "2027-Q1"],
        "legend": "空置率",
        "labels": ["10%～25%", "未知", "创新核爆点"],
        "note": "图例数字为楼栋数。",
        "credits": ["© OpenStreetMap contributors, ODbL 1.0", "审图号 GS(2024)1234号", "按底图所用的GCJ-02坐标绘制"],
    },
    "en": {
        "title": "Map of the parks",
        "facts": ["Data as of 31 October 2026", "Plan A", "2026-10-31 | 2027-12-31"],
        "legend": "Vacancy",
        "labels": ["10 to 25 %", "Unknown", "Innovation core"],
        "note": "Figures count buildings.",
        "credits": ["© OpenStreetMap contributors, ODbL 1.0", "Map approval number GS(2024)1234"],
    },
}


def picture(wide=60, high=40, mode="RGBA"):
    """Return colours that differ from pixel to pixel, and the same as PNG."""
    drawn = np.random.default_rng(wide).integers(0, 255, (high, wide, 3), dtype=np.uint8)
    return drawn, png(Image.fromarray(drawn).convert(mode))


def png(image, **how):
    held = io.BytesIO()
    image.save(held, "PNG", **how)
    return held.getvalue()


def sent(held, lang="en", **other):
    """Return a view as a browser sends it."""
    told = WORDS[lang]
    looks = zip(told["labels"], ("12", "3", ""), ("#EF8A2E", "#8796a5", "#D55E00"), view_prints.FILLS, strict=True)
    rows = [dict(zip(("label", "count", "colour", "fill"), look, strict=True)) for look in looks]
    view = {
        "lang": lang,
        "title": told["title"],
        "facts": told["facts"],
        "legend": {"title": told["legend"], "rows": rows, "note": told["note"]},
        "scale": {"label": "2 km", "share": 0.1},
        "credits": told["credits"],
        "picture": base64.b64encode(held).decode(),
    }
    return json.dumps(view | other).encode()


def post(body, query="", kind="application/json", chunks=1):
    """Return what the route answers, asked as a server asks it: in so many pieces."""
    app, answered = Starlette(routes=view_prints.routes()), []
    size = max(-(-len(body) // chunks), 1)
    parts = [body[at : at + size] for at in range(0, max(len(body), 1), size)]
    pieces = iter([{"type": "http.request", "body": part, "more_body": part is not parts[-1]} for part in parts])

    async def receive():
        return next(pieces)

    async def send(message):
        answered.append(message)

    head = [(b"content-type", kind.encode())]
    scope = {"type": "http", "method": "POST", "path": "/parks/print", "query_string": query.encode(), "headers": head}
    # A thread of its own: a browser test in this process may have left a running loop in this one.
    thread = threading.Thread(target=lambda: asyncio.run(app(scope, receive, send)))
    thread.start()
    thread.join()
    given = {name.decode(): value.decode() for name, value in answered[0]["headers"]}
    content = b"".join(message.get("body", b"") for message in answered[1:])
    return SimpleNamespace(status=answered[0]["status"], headers=given, body=content)


def opened(content):
    """Return the one page of a PDF, and its text without breaks of lines."""
    (page,) = pypdf.PdfReader(io.BytesIO(content)).pages
    return page, page.extract_text()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("wide", "high"), [(90, 60), (60, 90)])
def test_the_page_holds_the_picture_that_was_sent_and_its_words(lang, wide, high):
    drawn, held = picture(wide, high)
    answer = post(sent(held, lang), f"lang={lang}", chunks=7)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    page, text = opened(answer.body)
    told = WORDS[lang]
    for line in (
        told["title"],
        *told["facts"],
        told["legend"],
        *told["labels"],
        told["note"],
        *told["credits"],
        "2 km",
    ):
        assert line in text, line
    (inside,) = page.images
    assert np.array_equal(np.asarray(inside.image.convert("RGB")), drawn)
    box = page.mediabox
    assert (round(box.width), round(box.height)) == ((842, 595) if wide > high else (595, 842))


def test_the_fonts_are_inside_and_the_same_view_gives_the_same_bytes():
    _, held = picture()
    made = post(sent(held, "zh")).body
    assert made == post(sent(held, "zh")).body
    page, _ = opened(made)
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        (below,) = font["/DescendantFonts"]
        assert {"/FontFile2", "/FontFile3"} & below.get_object()["/FontDescriptor"].get_object().keys()
        assert "NotoSansSC" in font["/BaseFont"]


def test_words_are_data_never_markup():
    _, held = picture()
    evil = '#panic("x") $a$ *b* ]#read("/etc/passwd") <img src=x> \\ " \u0007 🏢'
    _, text = opened(post(sent(held, title=evil, facts=[evil])).body)
    assert '#panic("x") $a$ *b*' in text
    assert 'read("/etc/passwd") <img src=x>' in text


def test_what_is_longest_still_has_room_on_one_page():
    row = {"label": "长" * 40, "count": "300,000", "colour": "#000000", "fill": "plain"}
    for wide, high in ((90, 60), (60, 90)):
        _, held = picture(wide, high)
        lists = {"facts": ["字" * view_prints.LONGEST] * 6, "credits": ["字" * view_prints.LONGEST] * 8}
        legend = {"title": "题", "note": "注", "rows": [row] * 40}
        page, _ = opened(post(sent(held, "zh", legend=legend, **lists)).body)
        assert len(page.images) == 1


def broken():
    """Return what is no picture, by what is wrong with it."""
    _, held = picture()
    grey, small = png(Image.new("L", (4, 4))), png(Image.new("RGB", (4, 4)))
    head = struct.pack(">IIBBBBB", 4, 9, 8, 2, 0, 0, 0)
    claims = small[:16] + head + struct.pack(">I", zlib.crc32(b"IHDR" + head)) + small[33:]
    huge = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = small[:16] + huge + struct.pack(">I", zlib.crc32(b"IHDR" + huge)) + small[33:]
    jpeg = io.BytesIO()
    Image.new("RGB", (4, 4)).save(jpeg, "JPEG")
    return {
        "nothing": (b"", "broken"),
        "another form": (jpeg.getvalue(), "broken"),
        "cut off": (held[:-30], "broken"),
        "damaged": (held[:60] + bytes([held[60] ^ 1]) + held[61:], "broken"),
        "grey": (grey, "broken"),
        "fewer rows than it says": (claims, "broken"),
        "larger than it may be": (bomb, "16 million pixels"),
    }


@pytest.mark.parametrize("name", list(broken()))
def test_a_picture_that_is_none_is_refused(name):
    held, said = broken()[name]
    answer = post(sent(held))
    assert answer.status == 400
    assert said in json.loads(answer.body)["fault"]


GOOD = json.loads(sent(picture()[1]))
ROW = GOOD["legend"]["rows"][0]
WRONG = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"lang": "en"}',
    b"[" * 100_000,
    *(
        json.dumps(GOOD | part).encode()
        for part in (
            {"lang": "fr"},
            {"lang": ["en"]},
            {"title": 7},
            {"title": None},
            {"facts": "abc"},
            {"facts": [["a"]]},
            {"credits": None},
            {"scale": {"label": "2 km", "share": 7}},
            {"scale": {"label": "2 km", "share": "nan"}},
            {"scale": "2 km"},
            {"legend": {"title": "a", "note": "b", "rows": [ROW | {"fill": "url(x)"}]}},
            {"legend": {"title": "a", "note": "b", "rows": [ROW | {"colour": "#fff;x"}]}},
            {"legend": {"title": "a", "note": "b", "rows": [ROW | {"colour": None}]}},
            {"picture": "no base64!"},
            {"picture": 7},
        )
    ),
]


@pytest.mark.parametrize("body", WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_what_is_no_view_is_refused(body):
    answer = post(body, "lang=zh")
    assert answer.status == 400
    assert json.loads(answer.body)["fault"] == words.translator("zh")(
        "This is no view of the map: a part is missing or is of another kind."
    )


def test_too_much_is_refused_with_the_bound(monkeypatch):
    _, held = picture()
    long = post(sent(held, title="a" * (view_prints.LONGEST + 1)))
    assert (long.status, json.loads(long.body)["fault"]) == (400, "A line of this view is longer than 200 letters.")
    many = post(sent(held, facts=["a"] * 7))
    assert (many.status, json.loads(many.body)["fault"]) == (400, "A list of this view is longer than 6 lines.")
    monkeypatch.setattr(view_prints, "MOST_BYTES", 2**20)
    huge = post(b"x" * (2**20 + 1), chunks=50)
    assert huge.status == 413
    assert json.loads(huge.body)["fault"] == "This view is larger than 1 MB: make the window smaller."


def test_a_page_of_another_host_cannot_ask():
    """What a form or a plain request of another site sends is not JSON by its head."""
    answer = post(sent(picture()[1]), kind="text/plain")
    assert answer.status == 415
    assert "JSON" in json.loads(answer.body)["fault"]
