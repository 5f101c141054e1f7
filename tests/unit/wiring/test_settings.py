from __future__ import annotations

from pathlib import Path

import pytest

from bqml_registrar.wiring.settings import Settings, SettingsError

MAIN = Path("/archive/main.py")
GIVEN = {
    "GOOGLE_CLOUD_PROJECT": "analytics-dev",
    "EVENTS_TOPIC": "events",
    "DEAD_LETTER_TOPIC": "projects/ops/topics/dead-letters",
}


def test_topics_may_be_ids_or_full_names() -> None:
    settings = Settings.read(GIVEN, MAIN)

    assert settings.events_topic == "projects/analytics-dev/topics/events"
    assert settings.dead_letter_topic == "projects/ops/topics/dead-letters"


def test_the_policy_lies_beside_main_py_unless_said_otherwise() -> None:
    assert Settings.read(GIVEN, MAIN).policy_file == Path("/archive/policy.yaml")
    moved = Settings.read({**GIVEN, "POLICY_FILE": "/etc/policy.yaml"}, MAIN)
    assert moved.policy_file == Path("/etc/policy.yaml")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("true", True), ("TRUE", True), ("1", True), ("false", False), ("", False)],
)
def test_dry_run_is_a_switch(value: str, expected: bool) -> None:
    assert Settings.read({**GIVEN, "DRY_RUN": value}, MAIN).dry_run is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", True), ("true", True), ("1", True), ("false", False), ("FALSE", False), ("0", False)],
)
def test_our_own_echo_is_ignored_unless_switched_off(value: str, expected: bool) -> None:
    assert Settings.read({**GIVEN, "IGNORE_ECHO": value}, MAIN).ignore_echo is expected


def test_topics_of_requests_and_sweeps_have_names_of_their_own() -> None:
    settings = Settings.read(GIVEN, MAIN)
    elsewhere = Settings.read({**GIVEN, "DELETION_TOPIC": "projects/ops/topics/gone"}, MAIN)

    assert settings.deletion_topic == "projects/analytics-dev/topics/bqml-deletion-requests"
    assert settings.reconcile_topic == "projects/analytics-dev/topics/bqml-reconcile"
    assert elsewhere.deletion_topic == "projects/ops/topics/gone"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", ("analytics-dev",)), ("a-one", ("a-one",)), ("a-one, b-two\na-one", ("a-one", "b-two"))],
)
def test_the_projects_of_a_sweep_are_words(value: str, expected: tuple[str, ...]) -> None:
    settings = Settings.read({**GIVEN, "RECONCILE_PROJECTS": value}, MAIN)

    assert settings.reconcile_projects == expected


@pytest.mark.parametrize("value", ["0", "-1", "3481", "1.5", "ten", "\u0663"])
def test_a_delivery_has_whole_seconds(value: str) -> None:
    with pytest.raises(SettingsError, match=r"DELIVERY_SECONDS=.* is not a whole number from 1 to"):
        Settings.read({**GIVEN, "DELIVERY_SECONDS": value}, MAIN)


@pytest.mark.parametrize(("value", "days"), [("", 7), ("0", 0), ("180", 180)])
def test_how_old_a_model_may_be_whose_job_is_searched_for(value: str, days: int) -> None:
    assert Settings.read({**GIVEN, "SWEEP_ORIGIN_DAYS": value}, MAIN).sweep_origin_days == days


@pytest.mark.parametrize("value", ["-1", "181", "week"])
def test_jobs_are_searched_for_as_far_as_the_history_reaches(value: str) -> None:
    with pytest.raises(SettingsError, match=r"SWEEP_ORIGIN_DAYS=.* from 0 to 180"):
        Settings.read({**GIVEN, "SWEEP_ORIGIN_DAYS": value}, MAIN)


def test_without_emulator_addresses_the_real_services_are_meant() -> None:
    settings = Settings.read(GIVEN, MAIN)

    assert (settings.bigquery_emulator, settings.pubsub_emulator, settings.vertex_emulator) == (
        "",
        "",
        "",
    )


def test_every_problem_is_told_in_a_line_of_its_own() -> None:
    wrong = {
        "EVENTS_TOPIC": "a/b",
        "DRY_RUN": "perhaps",
        "IGNORE_ECHO": "no",
        "EVENT_PREFIX": "Ümlaut",
    }

    with pytest.raises(SettingsError) as raised:
        Settings.read(wrong, MAIN)

    assert [line.split("=")[0].split(" ")[0] for line in str(raised.value).splitlines()] == [
        "GOOGLE_CLOUD_PROJECT",
        "EVENTS_TOPIC",
        "DEAD_LETTER_TOPIC",
        "DRY_RUN",
        "IGNORE_ECHO",
        "EVENT_PREFIX",
    ]
