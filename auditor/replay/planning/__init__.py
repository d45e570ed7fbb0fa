"""From a fingerprint to a plan, rule by rule; nothing here starts or writes anything."""
