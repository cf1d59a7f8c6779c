"""The demonstration programme: people who do not exist, all in training."""

from pathlib import Path

from smsapp.runtime import Runtime
from smsapp.service.places import import_places
from smsapp.service.roster import import_roster
from smsapp.store.people import any_people

FOLDER = Path(__file__).parent
PLACES = FOLDER / "demonstration_places.csv"
PEOPLE = FOLDER / "demonstration_people.csv"


def seed_demonstration(rt: Runtime) -> bool:
    """Import the demonstration programme where there is nobody yet. False: there is somebody."""
    with rt.read() as db:
        if any_people(db):
            return False
    for done in (import_places(rt, PLACES), import_roster(rt, PEOPLE)):
        if done.problems:
            raise ValueError(f"the demonstration programme: {done.problems[0]}")
    return True
