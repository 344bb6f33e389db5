"""How many cases a test draws: few each day, and `TIMES` as many where `PARKS_THOROUGH=1` asks for a thorough run."""

import os

TIMES = 5 if os.environ.get("PARKS_THOROUGH") == "1" else 1


def cases(number):
    """Return the number of cases to draw where so many do each day."""
    return number * TIMES
