"""The rules of the house: layers, sizes, names, words, and what may not stand in the tree."""

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from parks import schema, words

ROOT = Path(__file__).resolve().parent.parent
PARKS = ROOT / "parks"
FILES = sorted(path for path in [ROOT / "app.py", *PARKS.rglob("*.py")] if path.stat().st_size)
FLOORS = [
    {"issues", "words"},
    {"schema", "crs", "policy", "reader", "spreadsheets", "companies"},
    {"checks", "demand", "outlines", "snapshot"},
    {"intake", "store", "status", "matching"},
    {"output"},
    {"pages", "__main__", "verbs"},
]
FLOOR = {room: level for level, rooms in enumerate(FLOORS, start=1) for room in rooms}
SEALED = {"intake", "store", "status", "matching"}
"""Rooms on one line that may not know each other. (Lower rooms on one line may not make a circle.)"""


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room(path: Path) -> str:
    return path.relative_to(PARKS).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> set[str]:
    """Return the rooms of parks that a module imports anywhere."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "parks":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("parks.")}
    return found


def packages(tree: ast.AST) -> set[str]:
    """Return the top packages that a module imports anywhere."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
    return found


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [p for p in FILES if p.is_relative_to(PARKS) and p != PARKS / "__init__.py"], ids=ids)
def test_imports_go_downwards_only(path: Path) -> None:
    here = room(path)
    for other in imported(parsed(path)) - {here}:
        assert FLOOR[other] <= FLOOR[here], f"{here} stands below {other}"
        assert not ({here, other} <= SEALED), f"{here} and {other} do not know each other"


def test_no_circle_among_the_lower_rooms() -> None:
    arrows = {room(p): imported(parsed(p)) - {room(p)} for p in PARKS.glob("*.py") if p.name != "__init__.py"}
    while arrows:
        leaves = {name for name, targets in arrows.items() if not targets & arrows.keys()}
        assert leaves, f"a circle among {sorted(arrows)}"
        arrows = {name: targets for name, targets in arrows.items() if name not in leaves}


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_file_has_its_plate_and_a_readable_size(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    plate = ast.get_docstring(ast.parse(text))
    assert plate, "no plate"
    assert plate.splitlines()[0].endswith("."), "the plate is one sentence"
    assert len(text.splitlines()) <= 500
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = [statement for statement in node.body if not isinstance(statement, ast.Expr)] or node.body
            length = (node.end_lineno or 0) - body[0].lineno + 1
            assert length <= 60, f"{node.name} is {length} lines long"


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_only_the_right_rooms_import_these(path: Path) -> None:
    here = room(path) if path.is_relative_to(PARKS) else "app"
    found = packages(parsed(path))
    assert here in {"pages", "app"} or not found & {"streamlit", "streamlit_folium"}, "only pages know the screen"
    assert here == "store" or not found & {"sqlalchemy", "sqlite3"}, "only the store knows the database"
    assert here == "crs" or not re.search(r"\.to_crs\(|pyproj", path.read_text(encoding="utf-8")), "only crs reprojects"
    if here in {"status", "matching"}:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"date\.today\(|datetime\.now\(|\bopen\(|read_csv|random\.random", text), "pure rooms"


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_names_say_what_they_are(path: Path) -> None:
    assert not {"utils", "helpers", "common", "manager"} & set(path.with_suffix("").parts[len(ROOT.parts) :])


def test_no_two_files_of_tests_share_a_name() -> None:
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


def test_no_path_of_this_machine_and_no_unfinished_work() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b|pragma: no " + r"cover|NotImplemented" + r"Error")
    for name in filter(None, listed):
        path = ROOT / name
        if not path.is_file() or path.suffix in {".png", ".gz", ".lock"}:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert str(ROOT.parent) + "/" not in text, f"{name} names a path of this machine"
        if path.suffix == ".py":
            assert not marks.search(text), f"{name} has unfinished work"


def sentences(path: Path) -> set[str]:
    """Return the sentences that a module says through `t("…")`."""
    return {
        node.args[0].value
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name | ast.Attribute)
        and (node.func.id if isinstance(node.func, ast.Name) else node.func.attr) in {"t", "_"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_every_sentence_has_its_chinese(path: Path) -> None:
    chinese = words.catalogue("zh")
    missing = sorted(sentences(path) - chinese.keys())
    assert not missing, f"no Chinese for {missing}"
    for sentence in sentences(path):
        names = set(re.findall(r"{(\w+)", sentence))
        assert names == set(re.findall(r"{(\w+)", chinese[sentence])), f"other fields in the Chinese of {sentence!r}"


def test_no_translation_is_left_over() -> None:
    said = set().union(*(sentences(path) for path in FILES), *(sentences(path) for path in ROOT.glob("data/**/*.py")))
    said |= {column.description for table in schema.TABLES for column in schema.columns(table).values()}
    assert sorted(words.catalogue("zh").keys() - said) == []
