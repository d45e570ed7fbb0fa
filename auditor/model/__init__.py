"""Frozen records that every stage passes on; no I/O.

``fact`` and ``digest`` are the words, ``files`` and ``facts`` the nouns, ``observation``,
``fingerprint``, ``plan``, ``policy``, ``divergence`` and ``audit`` the documents of the line.
"""
