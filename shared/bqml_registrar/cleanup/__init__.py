"""The clean-up of endpoints before a BigQuery ML model is deleted.

An intent to delete (`intents`, read by `requests` and `refusals`) leads to a plan (`plan`, by the
`rules` of the policy), a message that carries it, and its application, endpoint by endpoint.
"""
