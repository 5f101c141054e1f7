"""The local cloud: one process that serves what a BigQuery ML deployment uses, to unmodified clients.

It stands in for Google's services and is built from their documentation, never from what this
repository's own code needs: it imports nothing of `bqml_registrar` and nothing there imports it.
"""
