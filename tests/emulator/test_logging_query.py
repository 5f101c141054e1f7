"""The Logging query language, statement by statement of its documentation page."""

from __future__ import annotations

import pytest

from emulator.audit.query import compile_filter

ENTRY = {
    "logName": "projects/p1/logs/cloudaudit.googleapis.com%2Factivity",
    "insertId": "abc-1",
    "timestamp": "2026-03-01T10:00:00.123456789Z",
    "receiveTimestamp": "2026-03-01T10:00:01Z",
    "severity": "WARNING",
    "resource": {"type": "gae_app", "labels": {"project_id": "p1", "zone": "us-central1-a"}},
    "labels": {"env_name": "Prod", "compute.googleapis.com/resource_id": "77", "empty": ""},
    "httpRequest": {"status": 404, "requestSize": "1200", "latency": "3.2s", "cacheHit": True},
    "operation": {"id": "op-1", "first": True},
    "trace": "projects/p1/traces/7",
    "protoPayload": {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "bigquery.googleapis.com",
        "numResponseItems": "61",
        "status": {"code": 5, "message": "Not found: Dataset p1:d"},
        "authorizationInfo": [
            {"permission": "bigquery.jobs.create", "granted": True},
            {"permission": "bigquery.models.create"},
        ],
        "metadata": {
            "@type": "type.googleapis.com/google.cloud.audit.BigQueryAuditMetadata",
            "rowCount": "10",
            "modelCreation": {"reason": "QUERY"},
            "emptyEvent": {},
        },
    },
    "jsonPayload": {
        "cat": "Longhair",
        "animal": "a nice old pet",
        "shoeSize": [8.5, 9, 6],
        "tags": [],
        "nothing": None,
        "endTime": "x",
        "flag": False,
        "nested": {"deep": {"word": "Needle in a haystack"}},
        "foo.bar": "apple",
        '"quoted"': "pear",
        "message": 'field1="bar" and back\\slash',
        "ratio": -0.5,
        "text": "Straße ﬁne",
        "letters": "line1\nline2\ttab",
    },
}

CASES = {
    # Boolean operators
    "an empty filter matches all": ("", True),
    "AND": ('severity="WARNING" AND insertId="abc-1"', True),
    "implicit AND": ('severity="WARNING" insertId="abc-2"', False),
    "lines are joined by AND": ('severity="WARNING"\ninsertId="abc-1"\n', True),
    "OR": ('severity="ERROR" OR insertId="abc-1"', True),
    "NOT": ('NOT severity="ERROR"', True),
    "minus is NOT": ('-severity="WARNING"', False),
    "minus within a conjunction": ('insertId="abc-1" -severity="ERROR"', True),
    # (a OR b) AND c, which with AND binding tighter would be true
    "OR binds tighter than AND": ('insertId="abc-1" OR severity="ERROR" AND trace="x"', False),
    "OR binds tighter than implicit AND": ('insertId="abc-1" OR severity="ERROR" trace="x"', False),
    "NOT binds tighter than OR": ('NOT severity="WARNING" OR insertId="abc-1"', True),
    "the documented example": ('"zz" OR NOT "yy" AND NOT "xx" OR "needle"', True),
    "parentheses": ('(severity="WARNING" AND insertId="x") OR trace:"7"', True),
    "NOT before parentheses": ('NOT (severity="ERROR" OR insertId="x")', True),
    "NOT next to a parenthesis": ('NOT(severity="ERROR")', True),
    "lower case and is a search term": ('severity="WARNING" and insertId="abc-1"', True),
    "lower case or is a search term": ('insertId="x" or severity="WARNING"', False),
    # Comparison operators
    "= ignores letter case": ('jsonPayload.cat = "LONGHAIR"', True),
    "= is the whole string": ('jsonPayload.cat = "long"', False),
    "!= of another value": ('jsonPayload.cat != "shorthair"', True),
    "!= ignores letter case too": ('jsonPayload.cat != "longHAIR"', False),
    "strings are normalised by NFKC_CF": ('jsonPayload.text = "STRASSE FINE"', True),
    "strings are ordered": ('jsonPayload.cat > "kitten"', True),
    "has": ('jsonPayload.animal : "NICE"', True),
    "has not": ('jsonPayload.animal : "ugly"', False),
    "has on a number is equality": ("httpRequest.status : 40", False),
    "has on an enumeration is equality": ("severity:WARN", False),
    "has on an object looks inside": ("jsonPayload:haystack", True),
    "numbers by value": ("httpRequest.status >= 400.0", True),
    "a number in quotes": ('httpRequest.status < "500"', True),
    "a negative number": ("jsonPayload.ratio = -0.5", True),
    "an exponent": ("jsonPayload.ratio > -3.2e-1", False),
    "int64 in a string of LogEntry": ("httpRequest.requestSize > 999", True),
    "int64 in a string of a protocol buffer": ("protoPayload.numResponseItems > 9", True),
    "a string of a Struct stays a string": ("protoPayload.metadata.rowCount > 9", False),
    "bool": ("httpRequest.cacheHit = TRUE", True),
    "bool of a payload": ('jsonPayload.flag = "False"', True),
    "true is more than false": ("jsonPayload.flag < true", True),
    "severity by its order, lower": ("severity >= NOTICE", True),
    "severity by its order, higher": ('severity >= "ERROR"', False),
    "severity in any letter case": ("severity = warning", True),
    "timestamps as instants": ('timestamp = "2026-03-01T12:00:00.123456789+02:00"', True),
    "timestamps to the nanosecond": ('timestamp > "2026-03-01T10:00:00.123456788Z"', True),
    "a date is its midnight": ('timestamp > "2026-03-01"', True),
    "a later date": ('timestamp >= "2026-03-02"', False),
    "durations by length": ('httpRequest.latency > "999ms"', True),
    "durations in other units": ('httpRequest.latency = "3200ms"', True),
    "a failing conversion fails the comparison": ('httpRequest.status != "many"', False),
    "an unknown severity fails the comparison": ("severity != LOUD", False),
    # Regular expressions
    "=~ is not anchored": ('logName =~ "googleapis"', True),
    "=~ regards letter case": ('jsonPayload.cat =~ "longhair"', False),
    "=~ with a flag": ('jsonPayload.cat =~ "(?i)longhair"', True),
    "=~ anchored at the end": ('logName =~ "%2Factivity$"', True),
    "$ is the very end of the text": ('jsonPayload.letters =~ "line1$"', False),
    "=~ with a quotation mark": (r'jsonPayload.message =~ "field1=\"bar.*\""', True),
    "=~ with an escaped dot": (r'protoPayload.serviceName =~ "^bigquery\.google"', True),
    "=~ with a doubled backslash": (r'protoPayload.serviceName =~ "^bigquery\\.google"', True),
    "=~ with a class": (r'trace =~ "traces/\d+$"', True),
    "!~": ('labels.env_name !~ "dev"', True),
    "!~ of a match": ('labels.env_name !~ "^Pr"', False),
    "=~ with alternatives on the right": ('labels.env_name =~ ("^dev" OR "^Prod")', True),
    # Parenthesised values
    "a list of values": ('jsonPayload.cat = ("longhair" OR "shorthair")', True),
    "all of a list": ('jsonPayload.animal : ("nice" AND "pet")', True),
    "all of a list, implicitly": ("jsonPayload.animal:(nice pet)", True),
    "not all of a list": ('jsonPayload.animal : ("nice" AND "wild")', False),
    "NOT in a list": ('jsonPayload.animal : ("nice" AND NOT "wild")', True),
    "minus in a list": ("jsonPayload.animal:(nice -pet)", False),
    "lists nest": ('jsonPayload.animal : ("wild" OR ("nice" "old"))', True),
    "OR binds tighter in a list too": ("jsonPayload.animal:(nice OR wild ugly)", False),
    # Fields
    "a quoted key": ('labels."compute.googleapis.com/resource_id" = 77', True),
    "a quoted key with a dot": ('jsonPayload."foo.bar" : apple', True),
    "a quoted key with quotation marks": (r'jsonPayload."\"quoted\"" : pear', True),
    "the type of a payload": ('protoPayload."@type" : "AuditLog"', True),
    "the type of a payload, unquoted": ('protoPayload.@type : "AuditLog"', True),
    "snake case of LogEntry": ('log_name : "activity" insert_id = "abc-1"', True),
    "snake case of a protocol buffer": ('proto_payload.service_name : "bigquery"', True),
    "any case of a protocol buffer": ('protopayload.SERVICENAME : "bigquery"', True),
    "snake case inside a known message": ("http_request.cache_hit = true", True),
    "a Struct keeps its keys' case": ('jsonPayload.end_time = "x"', False),
    "metadata is a Struct": ("protoPayload.metadata.model_creation:*", False),
    "a map keeps its keys' case": ('labels.envName = "prod"', False),
    "deep in a payload": ('jsonPayload.nested.deep.word : "needle"', True),
    "an array: any member": ("jsonPayload.shoeSize < 7", True),
    "an array: no member": ("jsonPayload.shoeSize > 10", False),
    "an array: != is any member too": ("jsonPayload.shoeSize != 9", True),
    "an array of objects": (
        'protoPayload.authorizationInfo.permission = "bigquery.models.create"',
        True,
    ),
    # Missing, defaulted and null fields
    "missing: = fails": ('jsonPayload.nope = ""', False),
    "missing: != fails": ('jsonPayload.nope != "x"', False),
    "missing: !~ fails": ('jsonPayload.nope !~ "x"', False),
    "missing: has fails": ('protoPayload.metadata.nope : ""', False),
    "missing: NOT inverts": ('NOT jsonPayload.nope = "x"', True),
    "missing: NOT != inverts": ('NOT jsonPayload.nope != "x"', True),
    "missing: a label": ('labels.nope != "x"', False),
    "missing: below a scalar of a payload": ('jsonPayload.cat.whiskers != "x"', False),
    "defaulted: != succeeds": ('operation.producer != "x"', True),
    "defaulted: = of the default": ('spanId = ""', True),
    "defaulted: a bool": ("operation.last = false", True),
    "defaulted: a number": ("sourceLocation.line < 1", True),
    "presence of a defined field": ("operation.id:*", True),
    "presence of a defaulted field": ("operation.producer:*", False),
    "presence of a label": ("labels.empty:*", True),
    "presence of a message": ("httpRequest:*", True),
    "presence of an object of a Struct": ("protoPayload.metadata.modelCreation:*", True),
    "presence of an empty object": ("protoPayload.metadata.emptyEvent:*", True),
    "presence of a missing object": ("protoPayload.metadata.modelDeletion:*", False),
    "presence below a missing object": ("protoPayload.metadata.modelDeletion.reason:*", False),
    "presence of an empty array": ("jsonPayload.tags:*", False),
    "the documented idiom of presence": ('protoPayload.metadata.modelCreation.reason != ""', True),
    "the idiom on a missing field": ('protoPayload.metadata.modelDeletion.reason != ""', False),
    "null": ("jsonPayload.nothing = NULL_VALUE", True),
    "not null": ("jsonPayload.cat = NULL_VALUE", False),
    "null in quotes is a string": ('jsonPayload.nothing = "NULL_VALUE"', False),
    "missing is not null": ("jsonPayload.nope = NULL_VALUE", False),
    # Global restrictions
    "any field": ("haystack", True),
    "any field, several words": ('"in a HAYSTACK"', True),
    "no field": ("unicorn", False),
    "two words in two fields": ("longhair needle", True),
    "names of fields are not searched": ("shoeSize", False),
    "an enumeration by its name": ("WARNING", True),
    "a number in some field": ("404", True),
    "a word that begins like an operator": ("ANDROID OR needle", True),
    # Values
    "unquoted text": ("resource.type=gae_app", True),
    "unquoted text with a hyphen": ("resource.labels.zone = us-central1-a", True),
    "escapes: newline and tab": (r'jsonPayload.letters = "line1\nline2\ttab"', True),
    "escapes: backslash": (r'jsonPayload.message : "back\\slash"', True),
    "escapes: unicode": (r'jsonPayload.text : "\u00df"', True),
    "escapes: hexadecimal and octal": (r'jsonPayload.cat = "\x4congh\141ir"', True),
    # Comments
    "a comment before": ('-- all of it\nseverity="WARNING"', True),
    "a comment after": ('severity="WARNING" -- severity="ERROR"', True),
    "a comment between": ('severity="WARNING"\n-- insertId="x"\nAND trace:"7"', True),
    "a comment behind unquoted text": ("severity=WARNING--really", True),
    "dashes in a string are none": ('jsonPayload.cat = "a -- b"', False),
    # Functions
    "log_id decodes": ('log_id("cloudaudit.googleapis.com/activity")', True),
    "LOG_ID in capitals": ('LOG_ID("cloudaudit.googleapis.com/activity")', True),
    "log_id is the whole id": ('log_id("activity")', False),
    "log_id combines": ('NOT log_id("other") AND severity="WARNING"', True),
    "SEARCH everywhere, any order": ('SEARCH("haystack needle")', True),
    "SEARCH over several fields": ('SEARCH("longhair needle")', True),
    "SEARCH wants whole tokens": ('SEARCH("hay")', False),
    "SEARCH in a field": ('SEARCH(jsonPayload.animal, "PET nice")', True),
    "SEARCH not in that field": ('SEARCH(jsonPayload.animal, "needle")', False),
    "SEARCH in an object": ('SEARCH(jsonPayload, "needle")', True),
    "SEARCH for a phrase": ('SEARCH("`NICE old`")', True),
    "SEARCH for a phrase in another order": ('SEARCH("`old nice`")', False),
    "SEARCH sees text only": ('SEARCH("404")', False),
    "SEARCH splits at delimiters": ('SEARCH(protoPayload.serviceName, "googleapis")', True),
}


@pytest.mark.parametrize(("text", "matches"), CASES.values(), ids=CASES)
def test_the_language(text: str, matches: bool) -> None:
    assert compile_filter(text)(ENTRY) is matches


def test_an_entry_that_is_none_matches_nothing_and_raises_nothing() -> None:
    matches = compile_filter('resource.type="gae_app" OR protoPayload.metadata.x:* OR needle')

    assert not matches({"resource": "text", "protoPayload": [1, None], "unknown": {"a": [{}]}})


def test_a_filter_may_have_20_000_characters() -> None:
    text = 'severity="WARNING" -- '

    assert compile_filter(text.ljust(20_000, "x"))(ENTRY)
