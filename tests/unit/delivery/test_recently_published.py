from __future__ import annotations

from bqml_registrar.delivery.recently_published import Recent


def test_an_id_is_untold_until_it_is_told() -> None:
    recent = Recent()
    recent.told(["a"])

    assert recent.untold(["a", "b"]) == {"b"}


def test_asking_tells_nothing() -> None:
    recent = Recent()
    recent.untold(["a"])

    assert recent.untold(["a"]) == {"a"}


def test_of_more_ids_than_an_instance_remembers_the_oldest_go() -> None:
    recent = Recent()
    recent.told(str(number) for number in range(10_001))

    assert recent.untold(["0", "1", "10000"]) == {"0"}
