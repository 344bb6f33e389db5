"""Every page draws without a fault, in both languages, with the sample and with an empty store."""

import re

import pytest

PAGES = [
    "overview",
    "map_page",
    "vacancy_desk",
    "tenants",
    "scenarios",
    "programme",
    "policy_desk",
    "reports",
    "data",
]
pytestmark = pytest.mark.xdist_group("pages")
CJK = re.compile(r"[\u4e00-\u9fff]")


def texts(at):
    """Return what stands on the page in words of ours: headings, captions, labels."""
    kinds = (
        "subheader",
        "caption",
        "info",
        "warning",
        "success",
        "button",
        "selectbox",
        "multiselect",
        "metric",
        "tabs",
    )
    return [str(getattr(part, "label", "") or getattr(part, "value", "")) for kind in kinds for part in at.get(kind)]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_page_with_the_sample(show, loaded, page, lang):
    at = show(page, loaded, lang=lang)
    assert not at.error
    said = " ".join(texts(at))
    assert said
    if lang == "zh":
        assert CJK.search(said)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "policy_desk"])
def test_page_of_an_empty_store_says_what_to_do(show, empty, page):
    at = show(page, empty)
    assert [button.label for button in at.button] == ["Load the sample"]


def test_policy_needs_no_ledger(show, empty):
    at = show("policy_desk", empty)
    assert at.dataframe[0].value.shape[0] == 14
    assert at.dataframe[1].value.shape[0] == 17


def test_the_sample_is_loaded_at_a_click(show, empty):
    at = show("overview", empty)
    at.button[0].click().run()
    assert not at.exception
    assert not at.error


def test_a_day_before_the_data_says_so(show, loaded):
    at = show("overview", loaded, day="1990-01-01")
    assert at.metric or at.info


def test_frame_keeps_language_day_and_scenario_from_the_link(screen, loaded):
    at = screen(loaded, lang="en", day="2027-01-15")
    assert str(at.date_input[0].value) == "2027-01-15"
    assert at.selectbox[0].label == "Scenario"
    assert any("Illustrative data" in part.value for part in at.markdown)


@pytest.mark.parametrize("query", [{"lang": "tlh"}, {"day": "31.12.2026"}, {"scenario": "__import__('os')"}])
def test_what_a_link_says_wrongly_is_left_out(screen, loaded, query):
    at = screen(loaded, **query)
    assert str(at.date_input[0].value) == "2026-10-31"
    assert at.selectbox[0].value == "record"
    assert at.selectbox[0].label == "方案"


def test_a_store_that_is_none_is_refused_in_one_sentence(screen, tmp_path):
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam " * 300, encoding="utf-8")
    at = screen(path, lang="en")
    assert len(at.error) == 1
    assert not at.metric


def test_vacancy_filters_by_specification(show, loaded):
    at = show("vacancy_desk", loaded)
    before = at.metric[0].value
    next(part for part in at.number_input if "load" in part.label).set_value(15.0).run()
    assert not at.exception
    assert at.metric[0].value != before
    next(part for part in at.number_input if "load" in part.label).set_value(9999.0).run()
    assert "Loosen" in at.info[0].value


def test_tenant_page_counts_what_fits_and_why_not(show, loaded):
    at = show("tenants", loaded, tenant="A012")
    assert any("units fit" in part.value for part in at.markdown)
    places = at.dataframe[1].value
    assert "Verdict" in str(places.columns) or len(places)


def test_programme_counts_by_the_rule_chosen(show, loaded):
    by_completion = show("programme", loaded).dataframe[0].value["done_m2"].tolist()
    by_start = show("programme", loaded, rule="started").dataframe[0].value["done_m2"].tolist()
    assert all(more > less for more, less in zip(by_start, by_completion, strict=True))


def test_scenario_is_made_and_chosen(show, own):
    at = show("scenarios", own)
    at.text_input[0].set_value("Plan A")
    next(button for button in at.button if button.label == "Create").click().run()
    assert not at.exception
    assert at.session_state["scenario_next"] == "Plan A"
    again = show("scenarios", own, scenario="Plan A")
    assert any("Drop scenario" in button.label for button in again.button)


def test_a_scenario_without_a_name_is_refused(show, own):
    at = show("scenarios", own)
    next(button for button in at.button if button.label == "Create").click().run()
    assert at.error
    assert not at.exception


def test_plan_is_found_accepted_and_undone(show, own):
    show_plan = show("scenarios", own)
    show_plan.text_input[0].set_value("Plan A")
    next(button for button in show_plan.button if button.label == "Create").click().run()
    at = show("scenarios", own, scenario="Plan A")
    next(button for button in at.button if button.label == "Find the best plan").click().run()
    assert not at.exception
    placed = next(part for part in at.metric if part.label == "Companies placed").value
    assert int(placed.split()[0]) > 90
    next(button for button in at.button if button.label.startswith("Accept all")).click().run()
    assert not at.exception
    assert not at.error
    undo = next(button for button in at.button if button.label == "Undo the last act")
    assert not undo.disabled
    undo.click().run()
    assert not at.exception
    assert not at.error


def test_panel_shows_zone_park_and_building(show, loaded):
    for kind, code, said in (
        ("zone", "Z-ZJ", "Zhangjiang"),
        ("park", "P033", "Zhangjiang"),
        ("building", "P033-C4", "C4"),
    ):
        at = show("map_page", loaded, picked={"kind": kind, "id": code})
        assert said in at.subheader[0].value, kind
    at = show("map_page", loaded, picked={"kind": "building", "id": "gone"})
    assert "not in the data" in at.info[0].value


def test_panel_places_with_a_reason_only_and_releases(show, own):
    picked = {"picked": {"kind": "building", "id": "P033-C4"}, "tenant": "A004", "units_P033-C4": ["P033-C4-F01-1"]}
    at = show("map_page", own, **picked)
    place = next(button for button in at.button if button.label == "Place here")
    place.click().run()
    assert any("Say why" in part.value for part in at.error)
    next(part for part in at.text_input if part.label == "Reason").set_value("close to its chain")
    next(button for button in at.button if button.label == "Place here").click().run()
    assert not at.exception
    assert not at.error, at.error[0].value
    assert any("is placed in" in part.value for part in at.success)
    next(button for button in at.button if button.label == "Release").click().run()
    assert not at.exception
