"""Readers of the user's data, one for each kind of source."""
