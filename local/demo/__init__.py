"""The demo: an analyst's day, played and checked."""
