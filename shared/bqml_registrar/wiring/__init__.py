"""The composition root: settings, clients and functions."""
