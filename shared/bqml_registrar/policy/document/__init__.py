"""policy.yaml: its structure, and how it is read."""
