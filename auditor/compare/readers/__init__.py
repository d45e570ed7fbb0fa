"""Readers of file formats: bytes to plain values; nothing of a file is ever executed."""
