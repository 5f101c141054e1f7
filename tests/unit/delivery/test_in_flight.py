from __future__ import annotations

import threading

from bqml_registrar.delivery.in_flight import InFlight, Role
from tests.builders import CHURN


def test_of_many_threads_one_works_at_a_time_and_none_is_forgotten() -> None:
    in_flight, asked, seen = InFlight(), [0], []

    def work(message: int) -> None:
        asked[0] += 1
        if in_flight.join(CHURN, str(message)) is Role.FOLLOWS:
            return
        while True:
            seen.append(asked[0])
            if in_flight.is_finished(CHURN):
                return

    threads = [threading.Thread(target=work, args=(message,)) for message in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)

    assert seen[-1] == 200
    assert in_flight.join(CHURN, "next") is Role.LEADS
