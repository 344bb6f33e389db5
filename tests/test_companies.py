"""Company names: what is one name spelt twice, what tells two companies apart, and which pairs come back."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parks import companies


def why(first, second):
    """Return why two names are alike, None when they are not; the order must not matter."""
    found = [
        companies.alike(pd.Series(pair, index=["K1", "K2"], dtype="string"))["why"].tolist()
        for pair in ([first, second], [second, first])
    ]
    assert found[0] == found[1]
    return found[0][0] if found[0] else None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("和元生物", "和元生物"),
        ("GE医疗", "ＧＥ 医疗"),
        ("上海医药集团股份有限公司", "上海医药（集团）有限公司"),
        ("上海医药", "上海医药有限责任公司"),
        ("示例·甲 乙", "示例甲乙"),
        ("君实\u200b生物", "君实生物"),
        ("飞镖创新(ATLATL)", "Atlatl Inc."),
        ("飞镖创新(ATLATL)", "飞镖创新"),
        ("WuXi AppTec Co., Ltd.", "wuxi apptec"),
        ("药明康德Co., Ltd.", "药明康德"),
        ("Johnson & Johnson", "JOHNSON-JOHNSON"),
        ("Dräger", "Drager GmbH"),
        ("L'Oréal S.A.", "L’Oreal"),
        ("Zai Lab Pharmaceuticals", "Zai Lab Pharma"),
        ("一期", "一 期"),
    ],
)
def test_case_width_signs_and_legal_form_are_no_other_name(first, second):
    assert why(first, second) == "form"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("药明康德（上海）有限公司", "药明康德"),
        ("上海药明康德", "药明康德上海分公司"),
        ("上海市浦东新区君实生物有限公司", "上海君实生物"),
        ("罗氏(中国)投资有限公司", "罗氏投资"),
        ("Junshi Biosciences (Shanghai) Co., Ltd", "Junshi Bioscience"),
        ("Bayer Group China", "Bayer"),
    ],
)
def test_a_place_may_be_left_out(first, second):
    assert why(first, second) in {"place", "form"}
    assert companies.compare(*(companies.spellings(name)[0] for name in (first, second))) is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("上海君实生物医药科技股份有限公司", "君实生物"),
        ("复旦张江", "上海复旦张江生物医药股份有限公司"),
        ("Boehringer Pharma Technology", "Boehringer"),
    ],
)
def test_a_short_form_leaves_words_of_the_trade_out(first, second):
    assert why(first, second) == "trade"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("百济神州", "百济神洲"),
        ("药明康德", "药明康得有限公司"),
        ("勃林格殷格翰", "勃林格英格翰"),
        ("勃林格殷格翰", "勃林格格翰"),
        ("恩凯赛药", "凯恩赛药"),
        ("Boehringer Ingelheim", "Boehringer-Ingelhiem"),
        ("WuXi AppTec", "WuXi Apptech"),
        ("Cathay Industrial", "Cathay Industriel"),
    ],
)
def test_one_slip_of_the_pen_is_seen(first, second):
    assert why(first, second) == "slip"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("药明生物", "药明康德"),
        ("药明生物", "药明生基"),
        ("张江一期", "张江二期"),
        ("甲一", "甲二"),
        ("张江创新药产业基地一期", "张江创新药产业基地二期"),
        ("张江东区生物", "张江西区生物"),
        ("上药第一生化", "上药第三生化"),
        ("示例化药代工 001", "示例化药代工 002"),
        ("示例 1-2", "示例 12"),
        ("Sample 1 2", "Sample 12"),
        ("微创医疗", "微创机器人"),
        ("微创心脉医疗", "微创心通医疗"),
        ("扬子江海尼", "扬子江海慈"),
        ("扬子江海尼", "扬子江海"),
        ("西门子医疗", "西门子医疗(诊断)"),
        ("勃林格殷格翰", "勃殷林格格翰"),
        ("君实医药", "君实生物"),
        ("华领医药", "华东医药"),
        ("罗氏", "罗氏制药"),
        ("上海医药", "中国医药"),
        ("医药集团", "上海医药"),
        ("苏州药明康德", "上海药明康德"),
        ("罗氏(China)", "强生(China)"),
        ("罗氏(Production)", "强生(Production)"),
        ("拜耳研发中心A楼层", "拜耳研发中心B楼层"),
        ("拜耳研发中心楼层", "拜耳研发中心a楼层"),
        ("玥璟生物基因", "玥璃生物基因"),
        ("WuXi Biologics", "WuXi AppTec"),
        ("Roche", "Roche Pharma"),
        ("Shanghai Pharma", "Beijing Pharma"),
        ("MicroPort MedBot", "MicroPort EP MedTech"),
        ("Medicine Valley I", "Medicine Valley II"),
        ("Sample Jilin Testing", "Sample Jixin Testing"),
        ("Sanofist", "Banofist"),
        ("Biointron7x", "Biointron8x"),
        ("上海", "浦东"),
        ("——", "——"),
        ("X", "Y"),
    ],
)
def test_a_telling_word_number_or_place_means_two_companies(first, second):
    assert why(first, second) is None


def test_pairs_name_the_later_row_and_the_earlier_one_the_likeliest_first():
    names = pd.Series(
        {"T1": "百济神州", "T2": "君实生物", "T3": "百济神洲", "T4": "君实生物有限公司", "T5": None, "T6": "君实 生物"}
    )
    assert companies.alike(names).to_dict("split")["data"] == [
        ["T4", "T2", 1.0, "form", "君实生物有限公司", "君实生物"],
        ["T6", "T2", 1.0, "form", "君实 生物", "君实生物"],
        ["T3", "T1", 0.8, "slip", "百济神洲", "百济神州"],
    ]


def test_chinese_and_english_names_of_a_row_both_count_and_are_no_pair_of_each_other():
    names = pd.Series(["AciMicro", "药明康德", "Atlatl"], index=["T1", "T2", "T3"])
    english = pd.Series(["AciMicro", "WuXi AppTec", "AciMicro"], index=["T1", "T2", "T3"])
    found = companies.alike(pd.concat([names, english]))
    assert found[["key", "other", "why"]].to_numpy().tolist() == [["T3", "T1", "form"]]


def test_the_best_reason_of_a_pair_is_told():
    names = pd.Series(["君实生物", "君实生物科技", "Junshi", "JUNSHI"], index=["T1", "T2", "T1", "T2"])
    assert companies.alike(names)["why"].tolist() == ["form"]
    names = pd.Series(["Junshi", "JUNSHI", "君实生物", "君实生物科技"], index=["T1", "T2", "T1", "T2"])
    assert companies.alike(names)["why"].tolist() == ["form"]


def test_incoming_names_are_held_against_the_record():
    incoming = pd.Series({7: "君实生物", 8: "上海君实生物医药科技股份有限公司", 9: "药明生物", 10: "君实生物"})
    record = pd.Series({"T1": "君实生物", "T2": "药明康德", 9: "药明生物"})
    found = companies.alike(incoming, record)
    assert found[["key", "other", "why"]].to_numpy().tolist() == [
        [10, "T1", "form"],
        [7, "T1", "form"],
        [8, "T1", "trade"],
    ]


def test_a_row_that_keeps_its_key_does_not_hide_another_of_the_same_name():
    found = companies.alike(pd.Series({"T1": "君实生物"}), pd.Series({"T1": "君实生物", "T2": "君实 生物"}))
    assert found[["key", "other"]].to_numpy().tolist() == [["T1", "T2"]]


@pytest.mark.parametrize("others", [None, pd.Series([], dtype="string")])
def test_no_names_make_no_pairs(others):
    found = companies.alike(pd.Series([], dtype="string"), others)
    assert found.empty
    assert list(found) == ["key", "other", "likeness", "why", "name", "other_name"]


def test_many_rows_of_one_name_make_one_pair_each():
    found = companies.alike(pd.Series(["君实生物"] * 3000))
    assert len(found) == 2999
    assert set(found["other"]) == {0}


def test_many_names_that_share_a_word_stay_few_pairs():
    trades = ["生物", "医药", "科技", "技术"]
    names = [f"君实康泰生物{a}{b}{c}" for a in trades for b in trades for c in trades]
    assert len(companies.alike(pd.Series(names))) <= companies.NEIGHBOURS * len(names)


parts = st.lists(st.sampled_from([*"药明康德甲乙一二12aB ()·（）", "上海", "生物", "有限公司", "Co., Ltd"]), max_size=7)


@given(parts.map("".join), parts.map("".join))
def test_likeness_is_mutual_and_a_name_is_like_itself(first, second):
    why(first, second)
    for name in companies.spellings(first):
        assert companies.compare(name, name) == "form"


@given(st.text(max_size=20))
def test_no_text_breaks_the_reading(text):
    assert all(name.whole and name.head for name in companies.spellings(text))
