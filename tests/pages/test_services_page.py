"""The desk round the companies, and the way from a figure to its clause and back."""

import pytest

from parks import store
from parks.pages import services


def texts(at, kind):
    return [part.value for part in getattr(at, kind)]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("view", services.VIEWS)
def test_every_view_is_drawn_with_the_sample(show, loaded, view, lang):
    at = show("tenants", loaded, view=view, lang=lang)
    assert not at.exception
    assert len(at.dataframe) >= 1


@pytest.mark.parametrize("view", ["localisation", "requests", "support"])
def test_a_view_without_rows_says_what_to_do(show, own, view):
    with store.open(str(own)) as held:
        table = {"localisation": "localisations", "requests": "requests", "support": "facilities"}[view]
        keys = held.as_of(held.data_day()).table(table).iloc[:, 0].tolist()
        held.remove(table, keys, by="test", reason="test")
    at = show("tenants", own, view=view)
    assert any("page Data" in said for said in texts(at, "info"))
    assert not at.dataframe


def test_nobody_waits(show, own):
    with store.open(str(own)) as held:
        held.remove("needs", held.as_of(held.data_day()).needs["need_id"].tolist(), by="test", reason="test")
    at = show("tenants", own, view="pipeline")
    assert any("No company waits" in said for said in texts(at, "info"))


def test_the_pipeline_is_narrowed_to_who_is_in_charge_and_what_is_due(show, loaded):
    at = show("tenants", loaded, view="pipeline")
    every = at.dataframe[0].value
    owner = every["owner"].dropna().iloc[0]
    at.multiselect(key="owners").set_value([owner]).run()
    own = at.dataframe[0].value
    assert set(own["owner"]) == {owner}
    at.toggle(key="due_only").set_value(True).run()
    due = at.dataframe[0].value
    assert 0 < len(due) < len(own)


def test_the_nearest_facilities_stand_beside_the_rules(loaded):
    def page(path):
        import importlib
        import os

        os.environ["PARKS_STORE"] = path
        from parks.pages import session

        held, _ = session.opened()
        current = session.begin("en", held.data_day(), None)
        beside = importlib.import_module("parks.pages.services").beside
        beside(current.space["unit_id"].iloc[0], current)

    from streamlit.testing.v1 import AppTest

    at = AppTest.from_function(page, default_timeout=60, args=(str(loaded),)).run()
    assert not at.exception
    said = at.caption[0].value
    assert "Transit stop: " in said
    assert ", beyond 800 m" in said
    assert "Rental housing: Sample rental homes" in said.replace("\\", "")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_figure_leads_to_its_clause_and_a_task_to_its_figures(loaded, lang):
    def page(path, lang):
        import os

        os.environ["PARKS_STORE"] = path
        from parks.pages import clauses, session

        held, _ = session.opened()
        current = session.begin(lang, held.data_day(), None)
        for name in ("PT10", "PT13", "PT01", "PT14"):
            clauses.figure(name, current)
        for number in ("4", "1"):
            clauses.task(number, current)

    from streamlit.testing.v1 import AppTest

    at = AppTest.from_function(page, default_timeout=60, args=(str(loaded), lang)).run()
    assert not at.exception
    said = "\n".join(part.value for part in at.markdown)
    if lang == "en":
        assert "Clause\\: 任务4" in said
        assert "Fed by" in said
        assert said.count("Measured\\: no data") == 2
        assert "of the least" in said
        assert [part.value for part in at.caption] == ["The papers give no figure for this task."]
    else:
        assert "条款：任务4" in said
        assert said.count("实测：无数据") == 2
