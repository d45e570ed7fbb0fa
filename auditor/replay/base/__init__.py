"""The image that an environment is installed in: which one, why, and in what it differs."""
