"""Retirement: labels on models that ask for a deletion on a date."""
