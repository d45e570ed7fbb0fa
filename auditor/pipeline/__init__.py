"""The only place that knows the order of the stages: one file per thing a user asks for."""
