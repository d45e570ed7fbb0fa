"""The keeper: the process that starts the command, stands beside it, and writes what it saw."""
