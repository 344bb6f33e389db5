"""What the screen says while it works, and when the store does not answer: one sentence, a mend, another try."""

import shutil

import pytest

from parks import store, words
from parks.issues import InvalidData, Issue

GONE = "The store's file is gone: it was moved or deleted, or its drive is not there any more."
SILENT = "The database server cannot be reached, or refuses the account or the database."


def again(at, lang):
    label = words.translator(lang)("Try again")
    return next(button for button in at.button if button.label == label)


def away(path):
    """Take a store's file away with what stands beside it; return where it was put."""
    put = path.with_name("away")
    put.mkdir()
    for each in path.parent.glob(f"{path.name}*"):
        shutil.move(each, put / each.name)
    return put


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_a_file_that_goes_while_it_is_open_is_said_and_comes_back(screen, own, lang):
    at = screen(own, lang=lang)
    assert at.metric
    put = away(own)
    at.run()
    assert not at.exception
    assert [words.translator(lang)(GONE) in error.value.replace("\\", "") for error in at.error] == [True]
    assert not at.metric
    assert at.segmented_control[0].value == lang, "the language can still be changed"
    assert not own.exists(), "an empty store was made in its place"
    for each in put.iterdir():
        shutil.move(each, own.parent / each.name)
    again(at, lang).click().run()
    assert not at.exception
    assert not at.error
    assert at.metric


def test_nothing_is_written_into_a_file_that_is_gone(own):
    with store.open(str(own)) as held:
        held.create_scenario("before", by="ann")
        away(own)
        for act in (lambda: held.create_scenario("after", by="ann"), held.scenarios):
            with pytest.raises(InvalidData) as refusal:
                act()
            assert [issue.kind for issue in refusal.value.issues] == ["gone"]
    assert not own.exists()


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_a_server_that_does_not_answer_is_said_in_the_readers_language(screen, lang):
    at = screen("postgresql://parks@127.0.0.1:1/parks", lang=lang)
    assert [words.translator(lang)(SILENT) in error.value.replace("\\", "") for error in at.error] == [True]
    again(at, lang).click().run()
    assert not at.exception
    assert len(at.error) == 1


def test_a_part_that_is_drawn_by_itself_says_it_too(show, own, monkeypatch):
    """A click on the map draws map and panel alone: nothing round them would catch what the store refuses."""
    refusal = InvalidData([Issue("store", "", "", str(own), "gone", GONE, "Put it back.")])
    monkeypatch.setattr(store.Store, "undoable", lambda *_args, **_more: (_ for _ in ()).throw(refusal))
    at = show("map_page", own)
    assert [GONE in error.value.replace("\\", "") for error in at.error] == [True]
    assert not any(caption.value.startswith("Where") for caption in at.caption)
    monkeypatch.undo()
    monkeypatch.setenv("PARKS_STORE", str(own))
    again(at, "en").click().run()
    assert not at.error
    assert any(button.label == "Undo the last act" for button in at.button)
