"""One life of a process that delivers a run: begins it, or goes on with it. Killed from outside; see `killed_runs`.

python -m tests.end_to_end.one_life LEDGER PEOPLE URL THREADS [UNKNOWN]

`UNKNOWN` is the number of recipients of unknown outcome, who are to be sent to again.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from audience_dsl.braze_api import CAMPAIGN_TRIGGER_SEND
from audience_dsl.ledger.database import Database
from audience_dsl.recipients import RecipientsFile
from audience_dsl.runs import Run, StopSignal, deliver, prepare, resume
from audience_dsl.sandbox import SANDBOX_KEY
from audience_dsl.sender import Client
from audience_dsl.sender.retrying import RetryPolicy

TEMPLATE: Final = {"campaign_id": "c-1", "trigger_properties": {"storm": "Ana"}}


def main(ledger: str, people: str, url: str, threads: str, unknown: str | None = None) -> None:
    # Whoever kills counts from here: the imports above are not what is tried.
    print("begins", flush=True)
    recipients = RecipientsFile(Path(people), endpoint=CAMPAIGN_TRIGGER_SEND)
    stop = StopSignal()
    retry = RetryPolicy(attempts=3, base=0.02)
    with Database(ledger) as database:
        found = Run.find(database)
        if found is None or not found.is_ready:
            run = prepare(
                database,
                recipients=recipients,
                template=TEMPLATE,
                endpoint=CAMPAIGN_TRIGGER_SEND,
                now=datetime(2026, 11, 22, tzinfo=UTC),
            )
        else:
            run = resume(database, recipients=recipients, template=TEMPLATE, endpoint=CAMPAIGN_TRIGGER_SEND)
        with run, Client(api_key=SANDBOX_KEY, endpoint=url, retry=retry, sleep=stop.sleep) as client:
            if unknown is not None:
                run.resend_unknown(int(unknown))
            deliver(run, client, at_once=int(threads), stop=stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
