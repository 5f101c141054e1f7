"""Keeps the Vertex AI Model Registry as a label policy says, for models that BigQuery ML trains.

The way of one delivery: `messages` (request to message) -> `audit` (detect) -> `policy` (decide) ->
`registration`, `cleanup` or `sweep` (plan, apply) -> `events` (announce). `delivery` answers every
request, `wiring` chooses the real objects behind `ports`.
"""

VERSION = "0.4.0"

# The User-Agent of our calls, by which detection recognises their echo without any settings.
AGENT = "bqml-registrar"
