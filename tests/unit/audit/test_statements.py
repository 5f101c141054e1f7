from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.audit.statements import (
    RefusedStatement,
    dataset_of_statement,
    model_of_statement,
)
from bqml_registrar.names import DatasetName, ModelName

JOBS_PROJECT = "shop-prod"
DEFAULT = DatasetName(project="shop-data", dataset="sales")
DROP, REPLACE = RefusedStatement.DROP_MODEL, RefusedStatement.REPLACE_MODEL


def model_of(
    sql: str, default: DatasetName | None = DEFAULT
) -> tuple[RefusedStatement, str] | None:
    found = model_of_statement(sql, JOBS_PROJECT, default)
    return found and (found[0], f"{found[1].project}/{found[1].dataset}/{found[1].model}")


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DROP MODEL prod.churn", (DROP, "shop-prod/prod/churn")),
        ("drop Model churn;", (DROP, "shop-data/sales/churn")),
        ("DROP MODEL IF EXISTS shop-dev.prod.churn", (DROP, "shop-dev/prod/churn")),
        ("DROP MODEL `shop-dev.prod.churn` ;;", (DROP, "shop-dev/prod/churn")),
        ("DROP MODEL `shop-dev`.prod.`churn`", (DROP, "shop-dev/prod/churn")),
        ("DROP MODEL `shop-dev.prod`.churn", (DROP, "shop-dev/prod/churn")),
        ("DROP MODEL `example.com:shop-dev`.prod.churn", (DROP, "example.com:shop-dev/prod/churn")),
        ("DROP MODEL `prod . churn`", None),
        ("DROP MODEL shop-dev . prod /* here */ . churn", (DROP, "shop-dev/prod/churn")),
        ("DROP MODEL prod.`churn-2`", (DROP, "shop-prod/prod/churn-2")),
        ("DROP MODEL prod.`ग्राहक`", (DROP, "shop-prod/prod/ग्राहक")),
        ("DROP MODEL `prod.mode\u0300le`;", (DROP, "shop-prod/prod/mode\u0300le")),
        ("DROP MODEL IF EXISTS `shop-dev.prod.my model-1`", (DROP, "shop-dev/prod/my model-1")),
        ("DROP MODEL `my model-1`", (DROP, "shop-data/sales/my model-1")),
        (
            "CREATE OR REPLACE MODEL prod.`a\u3000b ` AS SELECT 1",
            (REPLACE, "shop-prod/prod/a\u3000b "),
        ),
        (
            "-- why\n# and why\n/* DROP MODEL x */drop/**/model\tchurn",
            (DROP, "shop-data/sales/churn"),
        ),
        (
            "CREATE OR REPLACE MODEL prod.churn OPTIONS(model_type='kmeans') AS SELECT ';' AS x;\n-- end",
            (REPLACE, "shop-prod/prod/churn"),
        ),
        (
            'create or replace model churn transform(x) as select """a;"b""", r\'\\\';\', `;`, "\\";"',
            (REPLACE, "shop-data/sales/churn"),
        ),
    ],
)
def test_the_model_of_a_statement(sql: str, found: tuple[RefusedStatement, str] | None) -> None:
    assert model_of(sql) == found


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "DROP",
        "DROP MODEL",
        "DROP MODEL IF EXISTS",
        "DROP MODEL IF churn",
        "DROP TABLE prod.churn",
        "DROP MODELS prod.churn",
        "DROP MODEL prod.churn CASCADE",
        "DROP MODEL prod.",
        "DROP MODEL .churn",
        "DROP MODEL prod..churn",
        "DROP MODEL 'prod.churn'",
        "DROP MODEL `prod.churn",
        "DROP MODEL ``",
        "DROP MODEL prod.`a\tb`",
        "DROP MODEL prod.`caf\\u00e9`",
        "DROP MODEL prod.mode\u0300le",
        "DROP MODEL a.b.c.d",
        "DROP MODEL @@name",
        "DROP MODEL prod.churn /* open",
        "DROP MODEL shop -dev.prod.churn",
        "`DROP` MODEL prod.churn",
        "CREATE MODEL prod.churn AS SELECT 1",
        "CREATE MODEL IF NOT EXISTS prod.churn AS SELECT 1",
        "CREATE OR REPLACE TABLE prod.churn AS SELECT 1",
        "CREATE OR REPLACE MODEL prod.churn",
        "CREATE OR REPLACE MODEL shop -dev.prod.churn AS SELECT 1",
        "CREATE OR REPLACE MODEL prod.churn AS SELECT 'open",
        "ALTER MODEL prod.churn SET OPTIONS(description='DROP MODEL x')",
        "SELECT 'DROP MODEL prod.churn'",
        "DROP SCHEMA prod CASCADE",
    ],
)
def test_any_other_statement_names_none(sql: str) -> None:
    assert model_of(sql) is None


@pytest.mark.parametrize(
    "sql",
    [
        "DROP MODEL prod.churn; DROP MODEL prod.visits",
        "CREATE OR REPLACE MODEL prod.churn AS SELECT 1; DROP MODEL prod.visits",
        "SELECT 1; DROP MODEL prod.churn",
        "BEGIN DROP MODEL prod.churn; END",
    ],
)
def test_of_a_script_the_head_does_not_tell_what_was_refused(sql: str) -> None:
    assert model_of(sql) is None


def test_without_a_default_dataset_a_name_alone_is_no_models() -> None:
    assert model_of("DROP MODEL churn", None) is None
    assert model_of("DROP MODEL prod.churn", None) == (DROP, "shop-prod/prod/churn")


@pytest.mark.parametrize(
    ("sql", "dataset"),
    [
        ("DROP SCHEMA prod", "projects/shop-prod/datasets/prod"),
        ("drop schema if exists `prod` cascade;", "projects/shop-prod/datasets/prod"),
        ("DROP SCHEMA shop-dev.prod RESTRICT", "projects/shop-dev/datasets/prod"),
        (
            "DROP SCHEMA `example.com:shop-dev`.prod -- all",
            "projects/example.com:shop-dev/datasets/prod",
        ),
        ("DROP SCHEMA", None),
        ("DROP SCHEMA prod; DROP SCHEMA sales", None),
        ("DROP SCHEMA prod 'x", None),
        ("DROP SCHEMA prod = 1", None),
        ("DROP MODEL prod.churn", None),
        ("CREATE OR REPLACE MODEL prod.churn AS SELECT 1", None),
    ],
)
def test_the_dataset_that_a_statement_would_drop(sql: str, dataset: str | None) -> None:
    found = dataset_of_statement(sql, "shop-prod")

    assert (str(found) if found else None) == dataset


def test_a_dataset_is_no_model() -> None:
    assert model_of("DROP SCHEMA prod.churn") is None


# Any valid path, spelled in any way.

PROJECTS = st.from_regex(r"\A[a-z][a-z0-9]{5,9}(?:-[a-z0-9]{1,5}){0,2}\Z")
NAMES = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_]{0,20}\Z")
BLANKS = st.sampled_from(
    [" ", "\n", "\t ", "/* DROP MODEL x; ' */", " -- it's\n", "# `\r\n", "/**/"]
)
SPACES = st.lists(BLANKS, min_size=1, max_size=3).map("".join)
MAYBE = st.just("") | SPACES


@st.composite
def spelled(draw: st.DrawFn, words: str) -> str:
    """The words with blanks between and around, in any case."""
    drawn = [
        "".join(draw(st.sampled_from([c.lower(), c.upper()])) for c in word)
        for word in words.split()
    ]
    return draw(MAYBE) + "".join(word + draw(SPACES) for word in drawn)


@st.composite
def paths(draw: st.DrawFn) -> tuple[str, str]:
    """A full name, and a path that means it."""
    project, dataset, model = draw(PROJECTS), draw(NAMES), draw(NAMES)
    known = {1: ("shop-data", "sales", model), 2: (JOBS_PROJECT, dataset, model)}
    count = draw(st.integers(1, 3))
    full = known.get(count, (project, dataset, model))
    parts = (project, dataset, model)[-count:]
    if draw(st.booleans()):
        return "/".join(full), f"`{'.'.join(parts)}`"
    quoted = [part if draw(st.booleans()) else f"`{part}`" for part in parts]
    dot = draw(MAYBE) + "." + draw(MAYBE)
    return "/".join(full), dot.join(quoted)


@given(
    paths(),
    spelled("DROP MODEL") | spelled("DROP MODEL IF EXISTS"),
    st.sampled_from(["", ";", " ; ;", "-- gone", ";/* ; */"]),
)
def test_however_a_drop_is_spelled_its_model_is_found(
    path: tuple[str, str], head: str, end: str
) -> None:
    assert model_of(head + path[1] + end) == (DROP, path[0])


TEXTS = st.sampled_from(
    ["';'", '"\\";"', "'''a;'b'''", '""";"""', "`;`", "r'\\';'", "1.5", "/*;*/ 1"]
)


@given(paths(), spelled("CREATE OR REPLACE MODEL"), st.lists(TEXTS, min_size=1, max_size=4))
def test_whatever_a_replacing_statement_selects_its_model_is_found(
    path: tuple[str, str], head: str, selected: list[str]
) -> None:
    body = f"\nOPTIONS(model_type='kmeans') AS SELECT {', '.join(selected)}"

    assert model_of(head + path[1] + body) == (REPLACE, path[0])
    assert model_of(head + path[1] + body + "; DROP MODEL x") is None


# Anything.

PIECES = st.sampled_from(
    ["DROP", "MODEL", "CREATE OR REPLACE", " ", ".", ";", "`", "'", "'''", '"', "/*", "*/", "--", "#",
     "\\", "\n", "-", "a", "prod", "IF EXISTS", "(", "\x00", "é", "1"]
)  # fmt: skip


@given(st.text() | st.lists(PIECES, max_size=30).map("".join))
def test_any_text_names_a_model_or_none(sql: str) -> None:
    found = model_of_statement(sql, JOBS_PROJECT, DEFAULT)

    assert found is None or isinstance(found[1], ModelName)


@pytest.mark.parametrize(
    "piece",
    [
        "/*",
        "/*/",
        "`",
        "'",
        "'''",
        "''' '",
        "'\\",
        "\\",
        "-",
        "a-",
        "a.",
        "--\n",
        ";",
        " ",
        "`a`.",
        '"""\\',
    ],
)
@pytest.mark.parametrize("head", ["", "DROP MODEL ", "CREATE OR REPLACE MODEL a.b AS "])
def test_the_longest_text_takes_no_longer_than_reading_it(head: str, piece: str) -> None:
    """Where the time grew by the square, a million characters would take minutes."""
    began = time.process_time()
    model_of(head + piece * (1_000_000 // len(piece)))

    assert time.process_time() - began < 10
