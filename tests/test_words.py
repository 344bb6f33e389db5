"""Words: languages, fields, and catalogues that must not contradict each other."""

import pytest

from parks import words

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Return the folder of catalogues that this test writes."""
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    words.catalogue.cache_clear()
    (tmp_path / "zh" / "LC_MESSAGES").mkdir(parents=True)
    yield tmp_path / "zh" / "LC_MESSAGES"
    words.catalogue.cache_clear()


def test_a_sentence_is_said_with_its_fields(folder):
    (folder / "a.po").write_text(HEAD + 'msgid "{count} units"\nmsgstr "{count} 套房源"\n', encoding="utf-8")
    assert words.translator("zh")("{count} units", count=3) == "3 套房源"
    assert words.translator("en")("{count} units", count=3) == "3 units"
    assert words.translator("zh")("not translated {x}") == "not translated {x}"


def test_two_rooms_may_not_translate_one_sentence_differently(folder):
    (folder / "a.po").write_text(HEAD + 'msgid "Area"\nmsgstr "面积"\n', encoding="utf-8")
    (folder / "b.po").write_text(HEAD + 'msgid "Area"\nmsgstr "区域"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"b\.po"):
        words.catalogue("zh")


def test_no_such_language():
    with pytest.raises(ValueError, match="tlh"):
        words.translator("tlh")
