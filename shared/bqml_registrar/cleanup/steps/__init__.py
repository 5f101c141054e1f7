"""The steps of a clean-up in one delivery."""
