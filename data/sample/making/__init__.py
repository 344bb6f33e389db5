"""The parts of the sample generator, one a table or two; `../generate.py` runs them in order."""
