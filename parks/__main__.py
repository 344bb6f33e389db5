"""The `parks` command: the flows without a screen."""

from __future__ import annotations

import argparse
import importlib
import keyword
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from parks import words
from parks.issues import InvalidData
from parks.verbs import asking, values

if TYPE_CHECKING:
    from collections.abc import Sequence

FINE, REFUSED = 0, 1
ACTOR = "parks"
BOTH = "both"
"""What a report is asked for in all languages by."""
RULES = ("started", "completed", "recognised")
BASES = ("gross", "above_ground", "far")
"""The rows of data/policy/counting.csv and bases.csv: the one list of each for every verb, held equal by a test."""
STANDINGS = ("stated", "reported", "inferred", "illustrative")
DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
VERBS = {
    "demo": ("record", "load the bundled sample into an empty store", "载入示例数据"),
    "serve": ("service", "start the app on this machine", "启动应用"),
    "import": ("importing", "bring a ledger or a map file into the record", "导入台账或图层"),
    "template": ("filling", "a workbook to be filled in and imported", "导入模板"),
    "check": ("record", "findings over the whole store", "检查全部数据"),
    "vacancy": ("status", "area in each state by zone, park, building, floor, unit or sector", "空置情况"),
    "search": ("desk", "free places for a need, and near misses with what they miss", "按需求找空间"),
    "hold": ("desk", "list, place, prolong or release holds with an end", "预留管理"),
    "rollover": ("desk", "let area by when its lease ends, and against demand", "到期与需求"),
    "absorption": ("desk", "net absorption by quarter, and time to let", "去化与空置时长"),
    "progress": ("status", "both programmes against their targets", "行动方案进度"),
    "forecast": ("status", "probability of reaching each target by its day", "目标达成概率"),
    "fit": ("placing", "best places for one company, and what stands against the others", "企业适配空间"),
    "allocate": ("placing", "place everyone at once, into a scenario", "统筹配置到方案"),
    "explain": ("placing", "why a company is where a scenario puts it", "配置说明"),
    "worth": ("placing", "what 1,000 m² more would be worth", "增加1,000 m²的价值"),
    "costs": ("placing", "what each pin and quota costs the plan", "指定与配额的代价"),
    "compare": ("comparing", "figures in which two scenarios, or two beliefs, differ", "比较两个方案或两次认知"),
    "report": ("reporting", "capacity report as files", "空间容量报告"),
    "export": ("files", "one table as a file", "导出数据表"),
    "backup": ("record", "copy the whole store into a new file", "备份数据库"),
    "restore": ("record", "put a backup back", "恢复备份"),
    "migrate": ("record", "take an older store up to this version", "升级数据库"),
    "scenario": ("scenarios", "make, change, compare with the record, approve or drop a scenario", "方案管理"),
    "rights": ("scenarios", "who may approve scenarios", "方案审批权限"),
    "audit": ("audit", "who changed what, when and why, before and after", "变更审计"),
    "take-back": ("audit", "put back what stood before a change", "撤回变更"),
}
"""Verb → the room that does it, what it does in English and in Chinese."""
SCENARIO_ACTS = {
    "list": ("list the scenarios", "方案列表"),
    "create": ("make one over the record as it is now", "新建方案"),
    "copy": ("make one that begins as a copy of another", "复制方案"),
    "note": ("give it another note", "修改备注"),
    "lock": ("make it read-only", "锁定方案"),
    "unlock": ("open it again", "解除锁定"),
    "diff": ("what it changes in the record", "与台账的差异"),
    "conflicts": ("where it and what the record has done since cannot both be", "与台账的冲突"),
    "rebase": ("lay it over the record as it is now", "更新到最新台账"),
    "approve": ("write what it changes into the record", "审批并写入台账"),
    "drop": ("end it", "删除方案"),
}
"""What is done with a scenario: in English and in Chinese."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return 0 when all is fine, 1 on findings or a refusal (2 is wrong usage)."""
    options = parser().parse_args(arguments)
    options.languages = words.LANGUAGES if options.lang == BOTH else (options.lang,)
    options.lang = "en" if options.lang == BOTH else options.lang
    t = words.translator(options.lang)
    try:
        return _done(options)
    except InvalidData as fault:
        for issue in fault.issues:
            sys.stderr.write(f"{issue}\n")
    except BrokenPipeError:
        # the reader of our output went away; the interpreter must not complain when it closes the stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as fault:
        place = fault.filename or ""
        sys.stderr.write(
            t(
                "{file} cannot be used: {why}. Check that it is there and that you may use it.",
                file=place,
                why=fault.strerror,
            )
            + "\n"
        )
    return REFUSED


def _done(options: argparse.Namespace) -> int:
    """Run the verb; its room is loaded only now, so that the others cost nothing."""
    room = importlib.import_module(f"parks.verbs.{VERBS[options.verb][0]}")
    session = importlib.import_module("parks.verbs.session").Session(options)
    name = options.verb.replace("-", "_")
    done: int = getattr(room, f"{name}_" if keyword.iskeyword(name) else name)(session)
    sys.stdout.flush()
    return done


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="parks", description="Planning tool for an industrial-park district. 园区空间规划工具"
    )
    _common(top, {"store": os.environ.get("PARKS_STORE", ""), "lang": "en", "format": "table", "actor": ACTOR})
    commands = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (_, english, chinese) in VERBS.items():
        made = commands.add_parser(name, help=f"{english} / {chinese}", description=f"{english}. {chinese}")
        _common(made, None, (*words.LANGUAGES, BOTH) if name == "report" else words.LANGUAGES)
        _OPTIONS.get(name, lambda _: None)(made)
    return top


def _common(
    to: argparse.ArgumentParser, defaults: dict[str, str] | None, languages: Sequence[str] = words.LANGUAGES
) -> None:
    """Add the options that stand before or after the verb; only those before it have defaults."""
    kept = defaults or dict.fromkeys(("store", "lang", "format", "actor"), argparse.SUPPRESS)
    group = to.add_argument_group("everywhere")
    group.add_argument(
        "--store",
        metavar="URL",
        default=kept["store"],
        help="file of the store, or postgresql://user@host/database [PARKS_STORE, data/store.db]",
    )
    group.add_argument("--lang", choices=languages, default=kept["lang"], help="language of sentences and files [en]")
    group.add_argument(
        "--format", choices=("table", "json", "csv"), default=kept["format"], help="form of the output [table]"
    )
    group.add_argument(
        "--actor", metavar="NAME", default=kept["actor"], help="who acts, as the history tells it [parks]"
    )


def _as_of(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--as-of", type=values.day, metavar="DAY", help="the day it shows, as 2026-11-22 [day of the newest data]"
    )


def _known_on(to: argparse.ArgumentParser) -> None:
    _as_of(to)
    to.add_argument("--known-on", type=values.day, metavar="DAY", help="as it was known on that day [now]")


def _demo(to: argparse.ArgumentParser) -> None:
    to.add_argument("--if-empty", action="store_true", help="do nothing, quietly, when the store holds rows")


def _serve(to: argparse.ArgumentParser) -> None:
    to.add_argument("--port", type=values.port, default=8501, help="port of this machine [8501]")
    to.add_argument("--open", action="store_true", help="open it in a browser, where this machine has a screen")


def _vacancy(to: argparse.ArgumentParser) -> None:
    _known_on(to)
    levels = ("zone", "park", "building", "floor", "unit", "sector")
    to.add_argument("--by", choices=levels, default="zone", help="level of the sums [zone]")
    asking.definitions(to)


def _search(to: argparse.ArgumentParser) -> None:
    _known_on(to)
    asking.search(to)


def _hold(to: argparse.ArgumentParser) -> None:
    _as_of(to)
    asking.hold(to)


def _rollover(to: argparse.ArgumentParser) -> None:
    _known_on(to)
    asking.rollover(to)
    asking.definitions(to)


def _absorption(to: argparse.ArgumentParser) -> None:
    _as_of(to)
    asking.absorption(to)
    asking.definitions(to)


def _progress(to: argparse.ArgumentParser) -> None:
    _known_on(to)
    to.add_argument("--rule", choices=RULES, default="completed", help="when a project counts [completed]")
    to.add_argument("--basis", choices=BASES, default="gross", help="area that counts [gross]")
    levels = ("zone", "quarter", "project", "developer")
    to.add_argument("--by", choices=levels, help="level of the sums [the target]")
    views = ("totals", "taken-out", "splits", "missing")
    to.add_argument("--show", choices=views, default="totals", help="what of it [totals]")
    to.add_argument("--since", type=values.day, metavar="DAY", help="what changed since the report of that day")
    to.add_argument("--hindsight", action="store_true", help="that day as it is known now, not as it was known then")


def _forecast(to: argparse.ArgumentParser) -> None:
    _as_of(to)
    to.add_argument("--runs", type=values.count, default=2000, metavar="N", help="simulated futures [2000]")
    to.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed gives the same figures [1]")
    to.add_argument("--rule", choices=RULES, default="completed", help="when a project counts [completed]")
    to.add_argument("--basis", choices=BASES, default="gross", help="area that counts [gross]")
    levels = ("target", "quarter", "project", "step")
    to.add_argument("--by", choices=levels, default="target", help="level, or what is used for each step [target]")
    to.add_argument(
        "--reach", type=values.probability, metavar="P", help="what would have to come forward for P, as 0.8"
    )
    own = "an assumption of your own; as often as needed"
    to.add_argument("--assume", type=values.assumption, metavar="NAME=VALUE", action="append", default=[], help=own)


def _fit(to: argparse.ArgumentParser) -> None:
    to.add_argument("tenant_id", metavar="TENANT_ID")
    _as_of(to)
    to.add_argument("--top", type=values.count, default=10, metavar="N", help="places shown [10]")


def _allocate(to: argparse.ArgumentParser) -> None:
    to.add_argument("--scenario", required=True, metavar="NAME", help="scenario that takes the plan; made when missing")
    _as_of(to)
    limit = to.add_mutually_exclusive_group()
    limit.add_argument("--budget", type=float, default=10.0, metavar="SECONDS", help="time to search [10]")
    limit.add_argument(
        "--steps", type=values.count, metavar="N", help="steps to search: repeats exactly, whatever the machine"
    )
    to.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed and steps give the same plan [1]")


def _explain(to: argparse.ArgumentParser) -> None:
    to.add_argument("tenant_id", metavar="TENANT_ID")
    to.add_argument("--scenario", required=True, metavar="NAME", help="scenario that holds the plan")
    to.add_argument("--unit", metavar="UNIT_ID", help="why it is not on this unit, and what that would cost")
    _as_of(to)


def _worth(to: argparse.ArgumentParser) -> None:
    _costs(to)
    to.add_argument("--size", type=float, default=1000.0, metavar="M2", help="area added in one piece [1000]")
    to.add_argument(
        "--count", type=values.count, metavar="N", help="zones, kinds and quarters solved at most [all in time]"
    )


def _costs(to: argparse.ArgumentParser) -> None:
    to.add_argument("--scenario", metavar="NAME", help="scenario with its pins, quotas and weights [the record]")
    _as_of(to)
    limit = to.add_mutually_exclusive_group()
    limit.add_argument("--budget", type=float, default=60.0, metavar="SECONDS", help="time to search [60]")
    limit.add_argument("--steps", type=values.count, metavar="N", help="steps to search: repeats exactly")


def _compare(to: argparse.ArgumentParser) -> None:
    to.add_argument("names", metavar="SCENARIO", nargs="*", help="two scenarios; with --known-on one, or none")
    _as_of(to)
    to.add_argument(
        "--known-on",
        type=values.day,
        nargs="+",
        metavar="DAY",
        help="compare what was believed on two days instead, or on one day and now",
    )
    to.add_argument("--rows", action="store_true", help="print the rows that moved the figures, and who wrote them")
    to.add_argument("--rule", choices=RULES, default="completed", help="when a project counts [completed]")
    to.add_argument("--basis", choices=BASES, default="gross", help="area that counts [gross]")


def _report(to: argparse.ArgumentParser) -> None:
    _known_on(to)
    to.add_argument(
        "--as",
        dest="form",
        choices=("xlsx", "docx", "pdf", "html", "gpkg", "all", "map"),
        help="kind of file; map is the map alone [as the path ends, else xlsx]",
    )
    path = "a file, or a folder with / at its end; {day} {lang} {form} {scenario} in it are filled in"
    to.add_argument("-o", "--output", required=True, metavar="PATH", help=path)
    to.add_argument("--scenario", metavar="NAME", help="scenario, with its plan and the reasons [the record]")
    to.add_argument("--rule", choices=RULES, default="completed", help="when a project counts [completed]")
    to.add_argument("--basis", choices=BASES, default="gross", help="area that counts [gross]")
    to.add_argument("--chapters", type=values.chapter, metavar="CODE", nargs="+", help="only these chapters [all]")
    to.add_argument("--if-changed", action="store_true", help="leave files alone whose inputs are the same")
    to.add_argument("--quiet", action="store_true", help="say nothing but faults")


def _export(to: argparse.ArgumentParser) -> None:
    to.add_argument("--table", type=values.table, required=True, metavar="NAME", help="one of the tables of the schema")
    _as_of(to)
    to.add_argument("-o", "--output", required=True, metavar="PATH", help="ends in csv, xlsx, gpkg, geojson or parquet")


def _import(to: argparse.ArgumentParser) -> None:
    to.add_argument("file", metavar="FILE", type=Path, help="a workbook, a text file, or a map file / 文件")
    told = to.add_argument_group("what it is / 内容")
    told.add_argument(
        "--table", type=values.table, metavar="NAME", help="table of the schema [told by the headings] / 数据表"
    )
    told.add_argument(
        "--sheet", metavar="S", action="extend", nargs="+", default=[], help="only this sheet or layer / 工作表或图层"
    )
    told.add_argument(
        "--map",
        type=values.heading,
        metavar="HEADING=COLUMN",
        action="extend",
        nargs="+",
        default=[],
        help="what a heading means; without a column it is none of ours / 列对应关系",
    )
    told.add_argument("--source", required=True, metavar="TEXT", help="document or office that it comes from / 来源")
    told.add_argument("--source-date", type=values.day, metavar="DAY", help="day of its data / 来源日期")
    told.add_argument("--standing", choices=STANDINGS, default="reported", help="how far it is known [reported] / 性质")
    told.add_argument("--complete", action="store_true", help="what it leaves out has ended / 未列出的视为已结束")
    told.add_argument(
        "--since", type=values.day, metavar="DAY", help="what it changes is so from then on [always] / 生效日"
    )
    place = to.add_argument_group("map files / 图层")
    place.add_argument("--crs", metavar="EPSG:4550", help="system of the coordinates / 坐标系")
    place.add_argument("--datum", choices=DATUMS, help="what the coordinates stand on / 坐标基准")
    place.add_argument("--swapped", action="store_true", help="the axes are swapped / 坐标轴互换")
    place.add_argument(
        "--mend",
        metavar="all|ID",
        action="extend",
        nargs="+",
        default=[],
        help="mends of shapes to accept / 接受的修复",
    )
    act = to.add_argument_group("how / 方式")
    day = "day of the record that it is compared with [day of the newest data] / 对照日"
    act.add_argument("--as-of", type=values.day, metavar="DAY", help=day)
    act.add_argument("--scenario", metavar="NAME", help="into a scenario and not into the record / 导入到方案")
    act.add_argument("--reason", metavar="TEXT", default="", help="why, as the history tells it / 理由")
    act.add_argument("--dry-run", action="store_true", help="tell what it would do, and write nothing / 试运行")
    act.add_argument(
        "--rejects", type=values.rejects, metavar="FILE", help="write rejected rows there, xlsx or csv / 被拒行文件"
    )


def _template(to: argparse.ArgumentParser) -> None:
    to.add_argument("--table", type=values.table, required=True, metavar="NAME", help="one of the tables of the schema")
    to.add_argument("-o", "--output", required=True, metavar="PATH", help="ends in xlsx / 输出文件")


def _backup(to: argparse.ArgumentParser) -> None:
    to.add_argument("file", metavar="FILE", type=Path)


def _restore(to: argparse.ArgumentParser) -> None:
    to.add_argument("file", metavar="FILE", type=Path, help="what “parks backup” wrote")
    to.add_argument(
        "--replace", action="store_true", help="replace what the store holds; a backup of it is written beside FILE"
    )


def _migrate(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--backed-up", action="store_true", help="a backup was made with the server's own tools (a file needs none)"
    )


def _scenario(to: argparse.ArgumentParser) -> None:
    acts = to.add_subparsers(dest="act", required=True, metavar="ACT")
    for name, (english, chinese) in SCENARIO_ACTS.items():
        made = acts.add_parser(name, help=f"{english} / {chinese}", description=f"{english}. {chinese}")
        _common(made, None)
        if name != "list":
            made.add_argument("scenario", metavar="NAME")
        if name == "copy":
            made.add_argument("new", metavar="NEW", help="name of the copy")
        if name == "note":
            made.add_argument("note", metavar="TEXT")
        if name in {"create", "copy"}:
            made.add_argument("--note", metavar="TEXT", default="", help="what it is for")
        if name == "diff":
            _as_of(made)
        if name in {"conflicts", "rebase"}:
            chosen = "whose side stands in a conflict; as often as needed"
            made.add_argument(
                "--choose", type=values.choice, metavar="CONFLICT=mine|theirs", action="append", default=[], help=chosen
            )
        if name == "approve":
            made.add_argument("--reason", required=True, metavar="TEXT", help="why, as the history tells it")


def _rights(to: argparse.ArgumentParser) -> None:
    to.add_argument("act", choices=("list", "grant", "revoke"), nargs="?", default="list")
    to.add_argument("who", metavar="WHO", nargs="?", default="", help="who gets or loses the right")


def _audit(to: argparse.ArgumentParser) -> None:
    to.add_argument("--who", metavar="NAME", help="only what they did / 操作人")
    to.add_argument("--what", metavar="CODE", help="only acts of this code: add, place, move, undo … / 操作类型")
    to.add_argument("--in", dest="scenario", metavar="SCENARIO", help="only there (“record” is the record) / 方案")
    to.add_argument("--since", type=values.day, metavar="DAY", help="recorded on that day or later / 起始日")
    to.add_argument("--until", type=values.day, metavar="DAY", help="recorded on that day or before / 截止日")
    to.add_argument("--text", metavar="TEXT", help="said in subject, reason, source or name / 关键词")
    to.add_argument(
        "--limit", type=values.count, metavar="N", default=200, help="most changes, the newest [200] / 条数"
    )
    to.add_argument("--rows", action="store_true", help="every row changed, before and after / 逐行列出")
    to.add_argument("-o", "--output", metavar="PATH", help="write it to a file that ends in csv or xlsx / 输出文件")


def _take_back(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "change", type=values.count, metavar="CHANGE", help="its number, as “parks audit” tells it / 变更编号"
    )
    to.add_argument("--reason", required=True, metavar="TEXT", help="why, as the history tells it / 理由")


_OPTIONS = {
    "demo": _demo,
    "serve": _serve,
    "check": _as_of,
    "vacancy": _vacancy,
    "search": _search,
    "hold": _hold,
    "rollover": _rollover,
    "absorption": _absorption,
    "progress": _progress,
    "forecast": _forecast,
    "fit": _fit,
    "allocate": _allocate,
    "explain": _explain,
    "worth": _worth,
    "costs": _costs,
    "compare": _compare,
    "import": _import,
    "template": _template,
    "report": _report,
    "export": _export,
    "backup": _backup,
    "restore": _restore,
    "migrate": _migrate,
    "scenario": _scenario,
    "rights": _rights,
    "audit": _audit,
    "take-back": _take_back,
}
"""Verb → what adds its own options."""


if __name__ == "__main__":
    sys.exit(main())
