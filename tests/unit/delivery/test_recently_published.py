from __future__ import annotations

from bqml_registrar.delivery.recently_published import RecentlyPublished


def test_an_id_is_unpublished_until_it_is_noted() -> None:
    recent = RecentlyPublished()
    recent.note(["a"])

    assert recent.unpublished(["a", "b"]) == {"b"}


def test_asking_notes_nothing() -> None:
    recent = RecentlyPublished()
    recent.unpublished(["a"])

    assert recent.unpublished(["a"]) == {"a"}


def test_of_more_ids_than_an_instance_remembers_the_oldest_go() -> None:
    recent = RecentlyPublished()
    recent.note(str(number) for number in range(10_001))

    assert recent.unpublished(["0", "1", "10000"]) == {"0"}
