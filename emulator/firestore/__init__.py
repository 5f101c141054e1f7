"""Firestore in native mode: databases, documents, queries with their indexes, and expiry."""
