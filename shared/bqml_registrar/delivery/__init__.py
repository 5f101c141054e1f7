"""One delivery: from a request to its answer."""
