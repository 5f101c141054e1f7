"""Examples of registry events, by what is told: for schemas, documents and tests alone."""
