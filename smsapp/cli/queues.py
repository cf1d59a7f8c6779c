"""`smsapp queues`: a line a lane, and whether something needs a person."""

import sys

import click

from smsapp.runtime import Runtime, build
from smsapp.service import watch
from smsapp.service.verdict import Seen, clock, judge, span
from smsapp.settings import read_settings
from smsapp.store.lanes import Lane


@click.command()
def queues() -> None:
    """Print the lanes. Ends with 1 if something will not mend itself."""
    rt = build(read_settings())
    seen = watch.look(rt)
    verdict = judge(seen, watch.zone(rt))
    for lane in seen.lanes:
        click.echo(_line(rt, seen, lane))
    click.echo(f"{verdict.sentence} {verdict.cure}".strip())
    for other in verdict.others:
        click.echo(f"{other.sentence} {other.cure}".strip())
    sys.exit(1 if verdict.needs_person else 0)


def _line(rt: Runtime, seen: Seen, lane: Lane) -> str:
    oldest = "-" if lane.oldest_at is None else span(seen.now - lane.oldest_at)
    again = "-"
    if lane.retry_at is not None:
        again = f"{lane.retrying} from {clock(lane.retry_at, watch.zone(rt))}"
    alive = "not known" if seen.workers is None else str(seen.workers[lane.name])
    parts = (
        f"{lane.name:<8}",
        f"waiting {lane.waiting:<6}",
        f"oldest {oldest:<14}",
        f"in progress {lane.in_progress:<5}",
        f"trying again {again:<14}",
        f"workers {alive}",
    )
    held = f"  held: {lane.paused}" if lane.paused else ""
    return "  ".join(parts) + held
