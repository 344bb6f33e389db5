"""The page of reports: what is chosen is made beside the session, looked at, downloaded; another choice says so."""

import io
import time
import zipfile
from dataclasses import replace

import pytest

from parks import policy, store
from parks.matching import allocation
from parks.pages import plans, reports
from parks.status import vacancy

pytestmark = pytest.mark.usefixtures("patient")
PATIENCE = 180


def made(at) -> reports.Made:
    """Press the button and wait for the files."""
    next(button for button in at.button if button.key == "report_make").click().run()
    begun = time.monotonic()
    while reports.MADE not in at.session_state:
        assert time.monotonic() - begun < PATIENCE, "the report is not made"
        time.sleep(0.2)
        at.run()
    assert not at.exception
    return at.session_state[reports.MADE]


def said(at) -> str:
    return "\n".join(part.value for kind in ("caption", "info") for part in at.get(kind))


def chosen(lang: str, *forms: str, chapters: tuple[str, ...] = ("summary",), plan: bool = False, **state):
    return {
        "forms": list(forms),
        f"report_langs_{lang}": ["zh", "en"],
        f"report_chapters_{plan}": list(chapters),
    } | state


def test_a_set_is_made_looked_at_and_packed(show, loaded) -> None:
    at = show("reports", loaded, lang="zh", **chosen("zh", "xlsx", "pdf", "html"))
    assert "生成报告后在此预览" in said(at)
    found = made(at)
    day = at.session_state[reports.MADE].asked.key[2].isoformat()
    names = [f"parks-{day}-{lang}.{form}" for lang in ("zh", "en") for form in ("xlsx", "pdf", "html")]
    assert list(found.files) == names
    name, pack = found.pack
    assert name == f"parks-{day}.zip"
    with zipfile.ZipFile(io.BytesIO(pack)) as held:
        assert {entry: held.read(entry) for entry in held.namelist()} == found.files
    assert len(found.pages) == 3, "cover, contents, and a summary on one page"
    labels = [button.label for button in at.get("download_button")]
    assert [f"下载{name}" for name in names] == labels[:6]
    at.session_state["report_page"] = 3
    at.run()
    assert not at.exception
    at.session_state["report_way_2"] = "网页"
    at.run()
    assert not at.exception
    at.session_state["forms"] = ["html"]
    at.run()
    assert "请重新生成报告" in said(at)


def test_other_forms_of_the_same_report_are_drawn_from_the_same_figures(show, loaded) -> None:
    at = show("reports", loaded, **chosen("en", "html"))
    first = made(at)
    at.session_state["forms"] = ["xlsx"]
    at.run()
    next(button for button in at.button if button.key == "report_make").click().run()
    begun = time.monotonic()
    while at.session_state[reports.MADE] is first:
        assert time.monotonic() - begun < PATIENCE, "the report is not made"
        time.sleep(0.2)
        at.run()
    second = at.session_state[reports.MADE]
    assert second.draft is first.draft
    assert second.draft.report("en") is first.draft.report("en")
    assert [name.rpartition(".")[2] for name in second.files] == ["xlsx", "xlsx"]


def test_figures_serve_only_what_they_answer() -> None:
    asked = reports.Asked((1, 2), None, ("zh",), ("pdf",), ("summary",), "completed", "gross", "")
    held = reports.Made(asked, None, None, {}, ("", b""), [])
    assert held.serves(replace(asked, forms=("xlsx",), langs=("en",)), object())
    assert not held.serves(replace(asked, basis="above_ground"), None)
    assert not held.serves(replace(asked, key=(1, 3)), None)
    planned = replace(asked, plan="scenario")
    told = reports.Made(planned, None, None, {}, ("", b""), [])
    assert told.serves(replace(planned, forms=("html",)), None)
    assert not told.serves(replace(planned, langs=("en",)), None), "its reasons were told in another language"
    found = object()
    last = reports.Made(replace(asked, plan=reports.FOUND), found, None, {}, ("", b""), [])
    assert last.serves(replace(asked, plan=reports.FOUND), found)
    assert not last.serves(replace(asked, plan=reports.FOUND), object())


def test_nothing_chosen_makes_nothing(show, loaded) -> None:
    at = show("reports", loaded, **chosen("en"))
    assert "Choose at least one language" in said(at)
    assert next(button for button in at.button if button.key == "report_make").disabled
    one = show("reports", loaded, **chosen("en", "gpkg"))
    made(one)
    assert "the other formats are downloaded" in said(one)


def test_the_plan_of_a_scenario_or_the_one_found_is_told(show, own) -> None:
    rules = policy.load()
    with store.open(str(own)) as held:
        held.create_scenario("A", by="test")
        day = held.data_day()
        park = held.as_of(day, "A")
        space = vacancy.by_unit(park)
        case = allocation.case(park, rules, space)
        plan = allocation.allocate(park, rules, space, given=case, steps=2)
        few = plan.assignments[plan.assignments["need_id"].isin(sorted(plan.assignments["need_id"].unique())[:3])]
        held.place_all(few, reason="test", by="test", scenario="A")
    only = chosen("en", "html", chapters=("plan",), plan=True)
    at = show("reports", own, scenario="A", **only | {"report_langs_en": ["en"]})
    text = next(iter(made(at).files.values())).decode()
    assert "Companies placed: 3" in text
    assert "Every hard rule is kept or waived" in text
    found = plans.Found(plans.Basis(park, rules, space), case, "A", day, plan, plan, None)
    at = show(
        "reports", own, scenario="A", **only | {"report_langs_en": ["en"], plans.FOUND: found, "report_plan_3": "found"}
    )
    text = next(iter(made(at).files.values())).decode()
    assert f"Companies placed: {len(plan.placed)}" in text
    assert "no plan is worth more than" in text
