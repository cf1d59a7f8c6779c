"""Which SMS are for a desk alone: known by their words before anybody is shown them."""

import re

from sqlalchemy import Connection

from smsapp.flow.keyword import open_all
from smsapp.flow.nearest import names_private, near_private
from smsapp.flow.spelling import normal
from smsapp.runtime import Runtime
from smsapp.store import drafts, queries
from smsapp.store.misspellings import meanings
from smsapp.store.people import Person

PRIVATE_COMMANDS = {"remind"}  # a supervisor's own words to a CHW
REF = re.compile(r"(?<!\d)\d{6}(?!\d)")


def is_private(rt: Runtime, db: Connection, person: Person | None, body: str) -> bool:
    """Whether an SMS belongs to a private flow: by its word, by a ref, or because it goes on."""
    openings = open_all(rt.flows, body, meanings(db))
    flows = [rt.flows.flows[one.flow] for one in openings if one.flow]
    if any(one.command in PRIVATE_COMMANDS for one in openings):
        return True
    if any(flow.private for flow in flows) or names_private(rt.flows, body):
        return True
    if person and queries.any_private(db, person.id, REF.findall(normal(body))):
        return True
    if flows or openings[0].command:
        return False
    return near_private(rt.flows, body) or (person is not None and _goes_on(rt, db, person))


def _goes_on(rt: Runtime, db: Connection, person: Person) -> bool:
    """Whether letters without a keyword may finish a private draft of hers."""
    return any(one.private for one in drafts.drafts_of(db, person.id, rt.now()))
