"""What the Logging query language refuses, and where it says the mistake is."""

from __future__ import annotations

import pytest

from emulator.audit.query import compile_filter
from emulator.errors import ServiceError

INVALID = {
    "an operator without a value": ("severity=", "line 1, column 10, end of filter"),
    "an operator without a field": ('= "x"', "line 1, column 1, token '='"),
    "a parenthesis left open": ('(severity="INFO"', "end of filter"),
    "a parenthesis too many": ('severity="INFO")', "line 1, column 16, token ')'"),
    "AND without a right side": ('severity="INFO" AND', "end of filter"),
    "OR after AND": ('severity="INFO" AND OR trace="x"', "token 'OR'"),
    "NOT twice": ('NOT NOT severity="INFO"', "line 1, column 5, token 'NOT'"),
    "an operator in unquoted text": ("insertId = abc:def", "line 1, column 15, token ':'"),
    "a dot in unquoted text": ("insertId = abc.def", "line 1, column 12"),
    "a comma in unquoted text": ("insertId = a,b", "token ','"),
    "a string left open": ('severity = "INFO', "line 1, column 12"),
    "single quotation marks": ("severity = 'INFO'", "line 1, column 12, token '''"),
    "a star that is no presence": ("insertId = *", "line 1, column 12, token '*'"),
    "on the second line": ('severity="INFO"\n  = "x"', "line 2, column 3, token '='"),
    "after a comment": ('-- fine\nseverity="INFO" )', "line 2, column 17, token ')'"),
    "empty parentheses": ("()", "line 1, column 2, token ')'"),
    "an index": ('protoPayload.authorizationInfo[0].permission="x"', "token '['"),
    "a field that LogEntry has not": ('thud = "x"', "field not found: 'thud' at line 1, column 1"),
    "a field that a message has not": ('operation.thud = "x"', "field not found: 'operation.thud'"),
    "a field of a scalar": ('textPayload.thud = "x"', "field not found: 'textPayload.thud'"),
    "a pattern that is none": (
        'insertId =~ "("',
        "invalid regular expression at line 1, column 10",
    ),
    "a lookahead": ('insertId =~ "a(?!b)"', "RE2 has no '(?!'"),
    "a lookbehind": ('insertId =~ "(?<=a)b"', "RE2 has no '(?<='"),
    "a backreference": (r'insertId =~ "(a)\\1"', "RE2 has no"),
    "a possessive quantifier": ('insertId =~ "a++"', "RE2 has no"),
    "a pattern on a number": ('httpRequest.status =~ "4.."', "is no string"),
    "a pattern on an enumeration": ('severity =~ "E.*"', "is no string"),
    "an unknown function": ('shout("x")', "unknown function 'shout' at line 1, column 1"),
    "log_id without an id": ("log_id()", "takes one log id"),
    "SEARCH without a query": ("SEARCH()", "takes a query"),
    "SEARCH with a bare word": ("SEARCH(hello)", "takes a query"),
    "SEARCH for nothing": ('SEARCH("...")', "no token"),
    "a function in a function": ('SEARCH(log_id("a"), "x")', "takes no function"),
    "a function compared": ('log_id("a") = "x"', "cannot be compared, at line 1, column 13"),
    "nested too deeply": ("NOT(" * 3_000 + "a" + ")" * 3_000, "nested too deeply"),
    "too long": ('"' + "x" * 20_000 + '"', "20002 characters"),
}


@pytest.mark.parametrize(("text", "message"), INVALID.values(), ids=INVALID)
def test_a_mistake_is_an_invalid_argument_that_says_where(text: str, message: str) -> None:
    with pytest.raises(ServiceError) as refused:
        compile_filter(text)

    assert refused.value.status == "INVALID_ARGUMENT"
    assert refused.value.message.startswith("Unparseable filter: ")
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sample(insertId, 0.25)", "sample"),
        ('ip_in_net(jsonPayload.ip, "10.1.2.0/24")', "ip_in_net"),
        ('cast(timestamp, STRING) =~ "^2023"', "cast"),
        (r'CAST(REGEXP_EXTRACT(insertId, "(\\d+)"), INT64) < 5', "REGEXP_EXTRACT"),
        ("source(projects/p1)", "source"),
        (r'insertId =~ "\\pN"', r"\p"),
        ('insertId =~ "[[:alpha:]]"', "alpha"),
    ],
)
def test_what_the_language_has_and_the_local_cloud_has_not_is_refused_by_name(
    text: str, name: str
) -> None:
    with pytest.raises(ServiceError) as refused:
        compile_filter(text)

    assert refused.value.status == "UNIMPLEMENTED"
    assert name in refused.value.message
