"""Pairs of nested values: what documents and objects hold."""
