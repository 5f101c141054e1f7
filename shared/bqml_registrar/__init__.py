"""Keeps the Vertex AI Model Registry as a label policy says, for models that BigQuery ML trains.

The way of one delivery: `messages` (request to message) -> `audit` (detect) -> `policy` (decide) ->
`registration`, `cleanup` or `sweep` (plan, apply) -> `events` (announce). `delivery` turns every end
into an answer, `wiring` chooses the real objects behind `ports`.
"""

VERSION = "0.4.0"

# How our calls name themselves in User-Agent: detection knows its own echo by it, without settings.
AGENT = "bqml-registrar"
