"""Pairs of texts, and what in them changes from run to run."""
