"""Deletion intents: what asks for a deletion, and whether that is still valid."""
