"""Detects log entries about a model or a refused delete, and reads what they say."""
