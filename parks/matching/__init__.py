"""Who fits where, who goes where, and why: pure functions on a Snapshot, the Policy and the space."""
