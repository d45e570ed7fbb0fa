"""One container from its start to its end, and what holds it."""
