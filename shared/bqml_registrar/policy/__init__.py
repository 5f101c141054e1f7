"""The label policy: rules, and the decision for one model."""
