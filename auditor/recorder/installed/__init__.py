"""What the observed interpreter has installed: RECORDs, where they came from, what was edited."""
