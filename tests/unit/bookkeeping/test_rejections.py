from __future__ import annotations

from bqml_registrar.bookkeeping.rejections import RejectionMark


def test_a_refusal_keeps_its_number_until_it_is_told_and_the_next_one_counts_on() -> None:
    first = RejectionMark.read({}).next("aaaa")
    read = RejectionMark.read({"bqml-registrar-rejected": first.as_label()})
    told = RejectionMark.read({"bqml-registrar-rejected": read.as_told().as_label()})

    assert (first.count, first.told) == (1, False)
    assert read == first
    assert read.next("aaaa") == first
    assert told.next("aaaa").told
    assert told.next("bbbb").count == 2
