"""The documents: links lead somewhere, the commands shown exist, generated pages are up to date."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from parks import __main__ as command

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/**/*.md"), *ROOT.glob("benchmarks/*.md")]
)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_verb_that_is_shown_exists(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    text = capsys.readouterr().out
    for page in (ROOT / "README.md", ROOT / "docs/command-line.md"):
        for verb in re.findall(r"(?:^|/)parks ([a-z]+) ", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
            assert verb in text, f"{page.name} shows parks {verb}"


def test_every_make_target_has_its_line() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("setup", "run", "test", "check", "lint", "format", "types", "docs", "bench", "clean"):
        assert re.search(rf"^{target}:.*## ", makefile, flags=re.MULTILINE), target


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs/build.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
