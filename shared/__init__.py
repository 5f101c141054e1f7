"""What the functions share.

The way of one delivery: `deliveries` (request to a log entry) -> `audit_log` (detect) -> `policy`
(decide) -> `plan` (compare with the registry) -> `registration` (apply, through `ports`) ->
`registry_events` (announce); `entrypoint` turns every end into an answer, `wiring` chooses the
real objects. `deliveries`, `audit_log`, `policy`, `plan`, `registry_events` and the modules below
them are pure: no client, clock, environment or log.
"""

VERSION = "0.4.0"

# How our calls name themselves in User-Agent: detection knows its own echo by it, without settings.
AGENT = "bqml-registrar"
