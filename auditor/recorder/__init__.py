"""What travels into the observed world: the hook in its processes, and the keeper beside them.

Standard library only, in Python 3.8's syntax; imports nothing of auditor. It is run by path:
``keeper.py`` starts the command, ``inject/sitecustomize.py`` loads ``observer`` in every Python
process of it, ``inventory.py`` lists what the observed interpreter has installed.
"""
