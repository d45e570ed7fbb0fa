"""Pairs of arrays, in bounded memory."""
