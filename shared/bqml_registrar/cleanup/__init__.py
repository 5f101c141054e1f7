"""Cleans up the endpoints of a BigQuery ML model before the model is deleted.

`intent` reads what asks for the deletion, `planning` plans it by the policy's rules, and `steps`
announce the plan, carry it in a message and apply it, endpoint by endpoint.
"""
