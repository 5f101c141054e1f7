from __future__ import annotations

from bqml_registrar.bookkeeping.rejections import RejectionLabel


def test_a_refusal_keeps_its_number_until_it_is_told_and_the_next_one_counts_on() -> None:
    first = RejectionLabel.read({}).next("aaaa")
    read = RejectionLabel.read({"bqml-registrar-rejected": first.as_label()})
    told = RejectionLabel.read({"bqml-registrar-rejected": read.as_announced().as_label()})

    assert (first.count, first.announced) == (1, False)
    assert read == first
    assert read.next("aaaa") == first
    assert told.next("aaaa").announced
    assert told.next("bbbb").count == 2
