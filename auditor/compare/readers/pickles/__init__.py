"""Pickles, read without being run: what they would build, as trees of plain values.

``machine`` goes through the opcodes and links ``nodes``, ``trees`` turns these into trees;
the other modules know the forms that Python, NumPy, torch and joblib give their objects.
"""
