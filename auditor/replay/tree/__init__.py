"""The files of a replay: where they come from, how they are laid out, and what is left."""
