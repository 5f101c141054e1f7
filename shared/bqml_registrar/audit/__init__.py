"""Log entries: which are about a model or a refused delete, and what they say."""
