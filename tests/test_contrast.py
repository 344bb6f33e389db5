"""Words on colours can be read, whatever the colour and the theme."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parks.output import charts, contrast, stacks

CONFIG = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
GROUNDS = {"light": "#ffffff", "dark": CONFIG["theme"]["dark"]["backgroundColor"]}


def test_the_contrast_of_known_pairs() -> None:
    assert contrast.ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast.ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast.ratio("#0072B2", "#0072B2") == 1


@given(st.integers(0, 0xFFFFFF))
def test_ink_can_be_read_on_every_colour(number: int) -> None:
    colour = f"#{number:06X}"
    assert contrast.ratio(contrast.ink(colour), colour) >= contrast.LEAST


@pytest.mark.parametrize("colour", [*charts.STATE_COLOURS.values(), *stacks.EXPIRY_COLOURS.values()])
def test_the_seam_parts_a_block_from_its_neighbours_or_the_page(colour: str) -> None:
    assert all(
        max(contrast.ratio(each, ground) for each in (colour, contrast.SEAM)) > 2.9 for ground in GROUNDS.values()
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_captions_which_are_paler_can_be_read_in_both_themes(theme: str) -> None:
    """Streamlit draws captions in 60 % of the text colour."""
    ground, text = GROUNDS[theme], CONFIG["theme"][theme]["textColor"]
    pairs = [
        (int(one[at : at + 2], 16), int(two[at : at + 2], 16)) for at in (1, 3, 5) for one, two in [(text, ground)]
    ]
    pale = "#" + "".join(f"{round(0.6 * one + 0.4 * two):02x}" for one, two in pairs)
    assert contrast.ratio(pale, ground) >= contrast.LEAST
    assert contrast.ratio(text, ground) >= contrast.LEAST
