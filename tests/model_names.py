"""Names that BigQuery lets models have, beside plain ones, and texts that are none."""

from __future__ import annotations

from hypothesis import strategies as st

# The first three are examples of https://cloud.google.com/bigquery/docs/tables#table_naming.
UNUSUAL = {
    "Mc-Mn-marks": "ग्राहक",
    "Lo-Pc-connector": "00_お客様",
    "Pd-dash": "étudiant-01",
    "Mn-decomposed": "mode\u0300le",
    "Me-enclosing": "a\u20dd",
    "Lt-Lm-letters": "ǅʰ",
    "Nl-No-numbers": "ⅷ²",
    "Pc-other": "a\u203fb",
    "Pd-other": "a\u2014b",
    "Zs-space": "my model-1",
    "Zs-around": " churn ",
    "Zs-other": "a\u00a0b\u3000c",
    "longest": "ग" * 341,
}
NO_NAMES = {
    "empty": "",
    "too-long": "m" * 1025,
    "too-many-bytes": "ग" * 342,
    "Cc-control": "a\x00b",
    "Cc-tab": "a\tb",
    "Cc-line-break": "a\n",
    "Cf-format": "a\u200bb",
    "Cn-unassigned": "a\u0378b",
    "Co-private": "a\ue000b",
    "Cs-surrogate": "a\ud800b",
    "Pe-bracket": "a)b",
    "Po-slash": "a/b",
    "Po-dot": "a.b",
    "Po-percent": "a%20b",
    "Sc-dollar": "a$b",
    "Sk-backtick": "a`b",
    "Sm-plus": "a+b",
    "So-emoji": "a🙂b",
    "Zl-line": "a\u2028b",
    "Zp-paragraph": "a\u2029b",
}
# Whatever follows the rules; few enough characters for 1,024 bytes.
MODEL_IDS = st.text(
    st.characters(codec="utf-8", categories=["L", "M", "N", "Pc", "Pd", "Zs"]),
    min_size=1,
    max_size=250,
)
