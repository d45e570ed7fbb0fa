"""Answers one question: does this result reproduce, and if not, why."""

__version__ = "0.1.0"
