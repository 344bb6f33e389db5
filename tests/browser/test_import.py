"""A ledger of many rows on its way into the record, in a real browser: read, weighed, written, taken back."""

import openpyxl
import pytest
from test_main_job import PATIENCE, metric, opened

from parks import store

pytestmark = pytest.mark.xdist_group("browser")
ROWS = 20_000


def ledger(path):
    """Write a ledger in GBK: a title, the headings, many good rows, one bad, a note."""
    lines = ["张江房源台账", "房号,楼栋,楼层,可租面积(㎡)"]
    lines += [f"N-{at:05d},P001-A1,1F,{100 + at % 900}" for at in range(ROWS)]
    lines += ["N-坏,P001-A1,1F,八百五", "注：含地下室"]
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    return path


def test_a_long_ledger_is_imported_while_the_screen_lives(page, own, tmp_path):
    path, address = own
    opened(page, f"{address}/data?lang=zh")
    page.set_input_files("[data-testid=stFileUploader] input[type=file]", ledger(tmp_path / "房源台账2025年3月.csv"))
    page.get_by_role("button", name="与台账核对").click(timeout=PATIENCE)
    page.get_by_role("button", name=f"将 {ROWS} 行写入台账").wait_for(timeout=PATIENCE)
    assert (metric(page, "新增"), metric(page, "退回"), metric(page, "非数据行")) == (f"{ROWS:,}", "1", "3")
    with page.expect_download(timeout=PATIENCE) as waited:
        page.get_by_role("button", name="下载退回的行以便修改").click()
    file = tmp_path / "rejects.xlsx"
    waited.value.save_as(file)
    rows = list(openpyxl.load_workbook(file).active.values)
    assert rows[0][:4] == ("房号", "楼栋", "楼层", "可租面积(㎡)")
    assert rows[1][:4] == ("N-坏", "P001-A1", "1F", "八百五")
    page.get_by_role("button", name=f"将 {ROWS} 行写入台账").click()
    page.get_by_text("已写入（变更").wait_for(timeout=PATIENCE)
    with store.open(str(path)) as held:
        assert len(held.as_of(held.data_day()).units.query("unit_id.str.startswith('N-')")) == ROWS
    page.get_by_role("button", name="撤回整次导入").click()
    page.get_by_text("已写入（变更").wait_for(state="detached", timeout=PATIENCE)
    with store.open(str(path)) as held:
        assert held.as_of(held.data_day()).units.query("unit_id.str.startswith('N-')").empty
