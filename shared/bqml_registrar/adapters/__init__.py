"""Adapters: one module per Google service, and the table that translates their errors."""
