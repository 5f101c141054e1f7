"""What the functions log at work, counted by the log-based metrics of terraform/monitoring.tf."""

from __future__ import annotations

from collections import Counter

from local.cloud.control import Control
from tests.analyst import create_dataset
from tests.builders import CHURN
from tests.functional.cleanups import REQUEST, Run, started
from tests.functional.running import REQUESTS, SWEEPS, Running
from tests.functional.serving import Serving, label, train_labelled
from tests.terraform.monitoring import alerts, entry, metrics

DATASET = {"project": CHURN.project, "dataset": CHURN.dataset}
DENIED = {"status": "PERMISSION_DENIED", "reason": "accessDenied"}


def counted(running: Running) -> Counter[str]:
    """How often each metric counted since the last time; every line is a decision.

    What an alert shows of a line that it is told by is in that line.
    """
    counts: Counter[str] = Counter()
    shown = {alert.metric: alert.shown for alert in alerts().values()}
    for line in [*running.failures, *running.lines]:
        found = entry(line["function"], line)
        told = [name for name, counts_it in metrics().items() if counts_it(found)]
        assert all(found["jsonPayload"][field] for name in told for field in shown.get(name, ()))
        counts.update(told)
    assert counts.pop("bqml-decisions") == len(running.failures) + len(running.lines)
    running.failures.clear()
    running.lines.clear()
    return counts


def test_a_registration_is_counted_once_and_its_echoes_and_changes_are_not(run: Run) -> None:
    running = run()
    create_dataset("prod_sales")
    train_labelled(stage="prod")
    running.settle()
    first = counted(running)

    label(stage="champion")
    running.settle()

    assert first == {"bqml-registrations": 1}
    assert counted(running) == {}


def test_nothing_is_counted_that_a_dry_run_only_tells(run: Run) -> None:
    running = run(DRY_RUN="true")
    create_dataset("prod_sales")
    train_labelled()
    running.settle()
    running.publish(SWEEPS, DATASET)
    running.settle()

    told = [line for line in running.lines if line.get("announced")]
    assert told
    assert all(line["dry_run"] for line in running.lines)
    assert counted(running) == {}


def test_a_registration_that_a_person_has_to_mend_is_a_failure_of_events_and_of_the_sweep(
    run: Run, control: Control
) -> None:
    running = run()
    create_dataset("prod_sales")
    train_labelled()
    control.fault("bigquery.v2.ModelService.PatchModel", "error_before", count=20, **DENIED)

    running.settle()
    of_events = counted(running)
    running.publish(SWEEPS, DATASET)
    running.settle()

    assert set(of_events) == {"bqml-registration-failures"}
    assert counted(running) == {"bqml-registration-failures": 1}


def test_an_undeployment_is_counted_and_so_is_one_that_a_person_has_to_mend(
    run: Run, serving: Serving, control: Control
) -> None:
    running = started(run, serving, "e1", "e2")
    counted(running)
    control.fault("UndeployModel", "error_before", **DENIED)
    running.publish(REQUESTS, REQUEST)

    running.settle()

    assert counted(running) == {"bqml-undeployments": 1, "bqml-undeployment-failures": 1}


def test_a_clean_up_that_only_fails_to_delete_the_model_is_no_failed_undeployment(
    run: Run, serving: Serving, control: Control
) -> None:
    running = started(run, serving)
    counted(running)
    control.fault("bigquery.v2.ModelService.DeleteModel", "error_before", **DENIED)
    running.publish(REQUESTS, REQUEST)

    running.settle()

    assert counted(running) == {"bqml-undeployments": 1}


def test_a_sweep_is_counted_if_it_made_up_for_something(run: Run) -> None:
    running = run()
    create_dataset("prod_sales")
    train_labelled()
    running.drop_all()
    running.publish(SWEEPS, DATASET)
    running.settle()
    first = counted(running)

    running.publish(SWEEPS, DATASET)
    running.settle()

    assert first == {"bqml-missed-changes": 1}
    assert counted(running) == {}
