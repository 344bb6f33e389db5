"""The `parks` command: the flows without a screen."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from parks import words
from parks.issues import InvalidData

if TYPE_CHECKING:
    from collections.abc import Sequence

FINE, REFUSED = 0, 1
PORTS = range(1, 65_536)
VERBS = {
    "demo": ("record", "load the bundled sample into an empty store", "载入示例数据"),
    "serve": ("service", "start the app on this machine", "启动应用"),
    "check": ("record", "findings over the whole store", "检查全部数据"),
    "vacancy": ("status", "area in each state by zone, park, building, floor, unit or sector", "空置情况"),
    "progress": ("status", "both programmes against their targets", "行动方案进度"),
    "forecast": ("status", "probability of reaching each target by its day", "目标达成概率"),
    "fit": ("placing", "best places for one company, and what stands against the others", "企业适配空间"),
    "allocate": ("placing", "place everyone at once, into a scenario", "统筹配置到方案"),
    "explain": ("placing", "why a company is where a scenario puts it", "配置说明"),
    "compare": ("status", "figures in which two scenarios differ (“record” is the record itself)", "比较两个方案"),
    "report": ("files", "capacity report as a file", "空间容量报告"),
    "export": ("files", "one table as a file", "导出数据表"),
    "backup": ("record", "copy the whole store into a new file", "备份数据库"),
    "scenario": ("record", "list the scenarios", "方案列表"),
}
"""Verb → the room that does it, what it does in English and in Chinese."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return 0 when all is fine, 1 on findings or a refusal (2 is wrong usage)."""
    options = parser().parse_args(arguments)
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
    done: int = getattr(room, options.verb)(session)
    sys.stdout.flush()
    return done


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="parks", description="Planning tool for an industrial-park district. 园区空间规划工具"
    )
    _common(top, {"store": os.environ.get("PARKS_STORE", ""), "lang": "en", "format": "table"})
    commands = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (_, english, chinese) in VERBS.items():
        made = commands.add_parser(name, help=f"{english} / {chinese}", description=f"{english}. {chinese}")
        _common(made, None)
        _OPTIONS.get(name, lambda _: None)(made)
    return top


def _common(to: argparse.ArgumentParser, defaults: dict[str, str] | None) -> None:
    """Add the options that stand before or after the verb; only those before it have defaults."""
    kept = defaults or dict.fromkeys(("store", "lang", "format"), argparse.SUPPRESS)
    group = to.add_argument_group("everywhere")
    group.add_argument(
        "--store", metavar="URL", default=kept["store"], help="file of the store [PARKS_STORE, data/store.db]"
    )
    group.add_argument(
        "--lang", choices=words.LANGUAGES, default=kept["lang"], help="language of sentences and files [en]"
    )
    group.add_argument(
        "--format", choices=("table", "json", "csv"), default=kept["format"], help="form of the output [table]"
    )


def _as_of(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--as-of", type=_day, metavar="DAY", help="the day it shows, as 2026-11-22 [day of the newest data]"
    )


def _known_on(to: argparse.ArgumentParser) -> None:
    _as_of(to)
    to.add_argument("--known-on", type=_day, metavar="DAY", help="as it was known on that day [now]")


def _demo(to: argparse.ArgumentParser) -> None:
    to.add_argument("--if-empty", action="store_true", help="do nothing, quietly, when the store holds rows")


def _serve(to: argparse.ArgumentParser) -> None:
    to.add_argument("--port", type=_port, default=8501, help="port of this machine [8501]")
    to.add_argument("--open", action="store_true", help="open it in a browser, where this machine has a screen")


def _vacancy(to: argparse.ArgumentParser) -> None:
    _known_on(to)
    levels = ("zone", "park", "building", "floor", "unit", "sector")
    to.add_argument("--by", choices=levels, default="zone", help="level of the sums [zone]")


def _progress(to: argparse.ArgumentParser) -> None:
    _known_on(to)
    rules = ("started", "completed", "recognised")
    to.add_argument("--rule", choices=rules, default="completed", help="when a project counts [completed]")
    to.add_argument("--basis", choices=("gross", "far"), default="gross", help="area that counts [gross]")
    to.add_argument("--by", choices=("zone", "quarter", "project"), help="level of the sums [the target]")


def _forecast(to: argparse.ArgumentParser) -> None:
    _as_of(to)
    to.add_argument("--runs", type=_count, default=2000, metavar="N", help="simulated futures [2000]")
    to.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed gives the same figures [1]")


def _fit(to: argparse.ArgumentParser) -> None:
    to.add_argument("tenant_id", metavar="TENANT_ID")
    _as_of(to)
    to.add_argument("--top", type=_count, default=10, metavar="N", help="places shown [10]")


def _allocate(to: argparse.ArgumentParser) -> None:
    to.add_argument("--scenario", required=True, metavar="NAME", help="scenario that takes the plan; made when missing")
    _as_of(to)
    limit = to.add_mutually_exclusive_group()
    limit.add_argument("--budget", type=float, default=10.0, metavar="SECONDS", help="time to search [10]")
    limit.add_argument(
        "--steps", type=_count, metavar="N", help="steps to search: repeats exactly, whatever the machine"
    )
    to.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed and steps give the same plan [1]")


def _explain(to: argparse.ArgumentParser) -> None:
    to.add_argument("tenant_id", metavar="TENANT_ID")
    to.add_argument("--scenario", required=True, metavar="NAME", help="scenario that holds the plan")
    _as_of(to)


def _compare(to: argparse.ArgumentParser) -> None:
    to.add_argument("first", metavar="SCENARIO")
    to.add_argument("second", metavar="SCENARIO")
    _as_of(to)


def _report(to: argparse.ArgumentParser) -> None:
    _as_of(to)
    to.add_argument("--as", dest="form", choices=("xlsx", "html", "gpkg"), default="xlsx", help="kind of file [xlsx]")
    to.add_argument("-o", "--output", required=True, metavar="PATH")


def _export(to: argparse.ArgumentParser) -> None:
    to.add_argument("--table", type=_table, required=True, metavar="NAME", help="one of the tables of the schema")
    _as_of(to)
    to.add_argument("-o", "--output", required=True, metavar="PATH", help="ends in csv, xlsx, gpkg, geojson or parquet")


def _backup(to: argparse.ArgumentParser) -> None:
    to.add_argument("file", metavar="FILE", type=Path)


def _scenario(to: argparse.ArgumentParser) -> None:
    to.add_argument("act", choices=("list",))


def _table(text: str) -> str:
    from parks import schema  # only this verb pays for it

    if text not in schema.TABLES:
        message = f"{text!r} is no table; ours are {', '.join(schema.TABLES)}"
        raise argparse.ArgumentTypeError(message)
    return text


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no day; write it as 2026-11-22"
        raise argparse.ArgumentTypeError(message) from None


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) not in PORTS:
        message = f"{text!r} is no port; ports are 1 to {PORTS[-1]}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        message = f"{text!r} is no number from 1 on"
        raise argparse.ArgumentTypeError(message)
    return int(text)


_OPTIONS = {
    "demo": _demo,
    "serve": _serve,
    "check": _as_of,
    "vacancy": _vacancy,
    "progress": _progress,
    "forecast": _forecast,
    "fit": _fit,
    "allocate": _allocate,
    "explain": _explain,
    "compare": _compare,
    "report": _report,
    "export": _export,
    "backup": _backup,
    "scenario": _scenario,
}
"""Verb → what adds its own options."""


if __name__ == "__main__":
    sys.exit(main())
