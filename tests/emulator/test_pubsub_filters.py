"""The filter language, by the examples of its documentation."""

from __future__ import annotations

import pytest

from emulator.errors import ServiceError
from emulator.pubsub.filters import compile_filter

COM = {"domain": "com"}
EN = {"iana.org/language_tag": "en", "domain": "org"}


@pytest.mark.parametrize(
    ("text", "attributes", "passes"),
    [
        ("", {}, True),
        ("attributes:domain", COM, True),
        ("attributes:domain", {}, False),
        ('attributes.domain = "com"', COM, True),
        ('attributes.domain = "com"', EN, False),
        ('attributes.domain="com"', COM, True),
        ('attributes.domain != "com"', EN, True),
        ('attributes.domain != "com"', {}, True),
        ('attributes.domain = "COM"', COM, False),
        ('attributes."iana.org/language_tag" = "en"', EN, True),
        ('attributes:"iana.org/language_tag"', COM, False),
        ('hasPrefix(attributes.domain, "co")', COM, True),
        ('hasPrefix(attributes.domain, "co")', EN, False),
        ('hasPrefix(attributes.domain, "")', {}, False),
        ("NOT attributes:domain", COM, False),
        ("-attributes:domain", {}, True),
        ('attributes:domain AND NOT attributes.domain = "com"', EN, True),
        ('attributes:a OR attributes:b OR attributes.domain = "com"', COM, True),
        ('attributes:domain AND (attributes:a OR attributes.domain = "org")', EN, True),
        ('-(attributes:domain AND attributes.domain = "org")', EN, False),
        ("attributes:ce-type", {"ce-type": "x"}, True),
        (r'attributes.q = "say \"hi\"\u0021"', {"q": 'say "hi"!'}, True),
    ],
)
def test_a_filter_decides_by_attributes(
    text: str, attributes: dict[str, str], passes: bool
) -> None:
    matches = compile_filter(text)

    assert matches(attributes) is passes


@pytest.mark.parametrize(
    "text",
    [
        "attributes:a AND attributes:b OR attributes:c",
        "attributes:a and attributes:b",
        "attributes.a",
        "attributes.a = en",
        'attributes.a > "1"',
        'data = "x"',
        '(attributes.a = "1"',
        'hasSuffix(attributes.a, "x")',
        r'attributes.a = "\UFFFFFFFF"',
        'attributes.a = "' + "x" * 250 + '"',
    ],
)
def test_a_filter_outside_the_language_is_refused(text: str) -> None:
    with pytest.raises(ServiceError, match="filter") as refused:
        compile_filter(text)

    assert refused.value.status == "INVALID_ARGUMENT"
