"""Watches the system calls by which any program opens files: seccomp user notification."""
