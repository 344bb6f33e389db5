"""How the space and the programme stand on a day: pure functions on a Snapshot."""
