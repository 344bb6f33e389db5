"""The company's page: weights that can be moved, the stability beside them, places apart, and what to find out."""

from types import SimpleNamespace

import pandas as pd
import pytest

from parks import words
from parks.pages import weighing


def slider(at, ending):
    return next(part for part in at.slider if part.key.endswith(ending))


def test_a_weight_can_be_moved_and_its_stability_stands_beside_it(show, loaded):
    at = show("tenants", loaded, tenant="A012")
    before = at.dataframe[1].value
    assert any("very weak in one criterion" in part.value for part in at.caption)
    weak = before.loc[before["verdict"] == before["verdict"].iloc[0], "weak"]
    assert "Clean room ready" in set(weak)
    assert weak.ne("").is_monotonic_increasing, "those weak in a criterion come after the others"
    assert slider(at, "zone_fit").value == 2.0
    assert sum("stays first" in part.value for part in at.caption) == len(at.slider)
    slider(at, "zone_fit").set_value(0.0).run()
    assert not at.exception
    after = at.dataframe[1].value
    assert set(after["score"]) != set(before["score"])
    assert after["verdict"].tolist() == before["verdict"].tolist()


def test_chinese_reads_the_same(show, loaded):
    at = show("tenants", loaded, lang="zh", tenant="A012")
    assert any("保持首位" in part.value for part in at.caption)


def test_what_to_find_out_is_listed_with_whom_to_ask(show, own, monkeypatch):
    from parks import store

    with store.open(str(own)) as held:
        floors = held.as_of(held.data_day()).floors
        held.add("floors", floors.assign(floor_load_kn_m2=pd.NA), source="test", by="test")
    monkeypatch.setattr(weighing, "TOLD", 1)
    at = show("tenants", own, tenant="A012")
    assert any("The first 1 are shown" in part.value for part in at.caption)
    assert any("What to find out" in part.label for part in at.expander)
    assert any("Floor load" in part.value and "Ask " in part.value for part in at.markdown)


@pytest.mark.parametrize(
    ("least", "most", "below", "above", "said"),
    [
        (0.5, 2.0, "B", "C", "A stays first between 0.50 and 2.00; below comes B, above C."),
        (0.5, None, "B", None, "A stays first from 0.50 up; below comes B."),
        (0.0, 2.0, None, "C", "A stays first up to 2.00; above comes C."),
        (0.0, None, None, None, "A stays first whatever this weight."),
    ],
)
def test_stability_is_said_in_a_sentence(least, most, below, above, said):
    cells = {"unit_id": "A", "least": least, "most": most, "below": below, "above": above}
    row = pd.Series({name: pd.NA if cell is None else cell for name, cell in cells.items()}, dtype=object)
    told = weighing.moved(row, SimpleNamespace(t=words.translator("en"), lang="en"))
    assert told.replace("\\", "") == said
