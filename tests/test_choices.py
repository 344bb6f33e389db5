"""Words for choices and for yes and no: every value has some, they clash nowhere, and the screens say the same."""

import pytest

from parks import schema, words
from parks.intake.values import choices
from parks.issues import InvalidData
from parks.output import figures

ZH, EN = words.translator("zh"), words.translator("en")
COLUMNS = [column for table in schema.TABLES for column in schema.columns(table).values() if column.type == "choice"]


@pytest.fixture
def broken(monkeypatch, tmp_path):
    """Return the file of words that this test spoils."""
    path = tmp_path / "choices.csv"
    path.write_text(choices.PATH.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(choices, "PATH", path)
    choices.choices.cache_clear()
    yield path
    choices.choices.cache_clear()


def test_every_value_of_every_table_has_its_words_and_no_word_is_left_over():
    said = {(name, choice.value) for name, known in choices.choices().items() for choice in known}
    allowed = {(column.name, value) for column in COLUMNS for value in column.values}
    assert said == allowed | {("bool", "true"), ("bool", "false")}


@pytest.mark.parametrize("one", COLUMNS, ids=lambda one: one.name)
def test_every_word_means_its_value(one):
    for choice in choices.choices()[one.name]:
        for word in (choice.value, choice.en, choice.zh, choice.en.upper(), f" {choice.zh} ", *choice.synonyms):
            read = choices.parse(word, one)
            assert (read and read.value) == (choice.value if choice.value in one.values else None)


def test_the_screens_say_the_same_words():
    for name in ("state", "stage", "event", "kind", "standing", "sense"):
        for choice in choices.choices()[name]:
            say = getattr(figures, name)
            if say(choice.value, EN) != "unknown":
                assert (say(choice.value, EN), say(choice.value, ZH)) == (choice.en, choice.zh)


def test_a_word_that_is_no_choice_is_refused_with_the_choices():
    read = choices.unknown(schema.columns("projects")["kind"], ZH)
    assert read.issue == (
        "unknown_choice",
        "不在可选值之内。",
        "请使用以下值之一：new_build (新建), renewal (存量更新)。",
    )
    assert choices.unknown(schema.columns("units")["dual_power"], EN).issue[0] == "not_yes_or_no"


def test_a_word_for_two_values_is_found(broken):
    with broken.open("a", encoding="utf-8") as file:
        file.write("state,vacant,Vacant,空置,已租\n")  # no table has it: no clash
    assert choices.parse("已租", schema.columns("leases")["state"]).value == "let"
    broken.write_text(
        broken.read_text(encoding="utf-8").replace("state,locked,Locked,锁定,", "state,locked,Locked,锁定,已租|")
    )
    choices.choices.cache_clear()
    with pytest.raises(InvalidData, match="已租"):
        choices.choices()


@pytest.mark.parametrize("line", ["state,let,Let,已租,\n", "state,,x,y,\n", "state,let\n"])
def test_a_broken_file_is_named(broken, line):
    with broken.open("a", encoding="utf-8") as file:
        file.write(line)
    with pytest.raises(InvalidData, match=r"choices\.csv"):
        choices.choices()


def test_a_choice_without_words_is_still_known_by_its_code(broken):
    text = broken.read_text(encoding="utf-8")
    broken.write_text(
        "\n".join(line for line in text.splitlines() if not line.startswith("confidence")), encoding="utf-8"
    )
    one = schema.columns("published_figures")["confidence"]
    choices._meanings.cache_clear()
    try:
        assert choices.parse("High", one).value == "high"
        assert choices.unknown(one, EN).issue[2] == "Use one of: high, medium, low."
    finally:
        choices._meanings.cache_clear()
