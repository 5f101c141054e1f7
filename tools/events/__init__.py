"""The registry events' schemas and tables, and whether a schema may follow its revisions."""
