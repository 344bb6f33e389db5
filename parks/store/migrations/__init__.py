"""Revisions of the store's layout, each a script that takes the one before it up."""
