"""`smsapp people`: the roster of a programme, imported, listed, marked as training."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from smsapp.phone import mask
from smsapp.runtime import Runtime, build
from smsapp.service.leaving import CannotLeave, leave_by_code
from smsapp.service.people import TRAINING_DAYS, end_training, start_training
from smsapp.service.people_check import check_people
from smsapp.service.places import Outcome, import_places
from smsapp.service.roster import import_roster
from smsapp.settings import read_settings
from smsapp.store.people import Person, everybody

FILE = click.Path(path_type=Path)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would happen; write nothing.")


@click.group()
def people() -> None:
    """Who is in the programme, where, and under whom."""


@people.command("import")
@click.argument("file", type=FILE)
@DRY_RUN
def import_(file: Path, dry_run: bool) -> None:
    """Add and change people from a CSV file; docs/people.md says how it is filled in."""
    _import(import_roster, file, dry_run)


@people.command()
@click.argument("file", type=FILE)
@DRY_RUN
def places(file: Path, dry_run: bool) -> None:
    """Add and change places from a CSV file; import them before the people."""
    _import(import_places, file, dry_run)


@people.command("list")
def list_() -> None:
    """Everybody: code, short name, role, place, phone (masked), and what to look at."""
    rt = build(read_settings())
    with rt.read() as db:
        found = everybody(db, rt.now())
    if not found:
        click.echo("There is nobody yet. smsapp people import FILE")
        return
    head = ("code", "short name", "role", "place", "phone", "language", "")
    _print_table([head, *map(_row, found)])


@people.command()
@click.argument("code")
@click.option(
    "--days",
    default=TRAINING_DAYS,
    show_default=True,
    type=click.IntRange(1, TRAINING_DAYS),
    help="The mark ends by itself after this many days.",
)
@click.option("--end", is_flag=True, help="Take the mark away now.")
def training(code: str, days: int, end: bool) -> None:
    """Mark a person as training: she practises, and reaches only people in training."""
    rt = build(read_settings())
    if end:
        if not end_training(rt, code):
            raise _unknown(code)
        click.echo(f"{code} is no longer in training.")
        return
    until = start_training(rt, code, days)
    if until is None:
        raise _unknown(code)
    click.echo(f"{code} is in training until {until:%Y-%m-%d %H:%M} UTC.")


@people.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Find who shares a phone, stands alone, is silent, or left with something open."""
    found = check_people(build(read_settings()))
    for line in found:
        click.echo(line)
    if not found:
        click.echo("Nothing to mend.")
    ctx.exit(1 if found else 0)


@people.command()
@click.argument("code")
@click.option(
    "--successor", default="", help="Code of who takes over; else the deputy, else above."
)
def leave(code: str, successor: str) -> None:
    """Somebody leaves today: what is open goes to another, who is told."""
    try:
        done = leave_by_code(build(read_settings()), code, successor)
    except CannotLeave as error:
        raise click.ClickException(f"{error} `smsapp people list` shows all.") from None
    moved = ", ".join(f"{count} {what}" for what, count in done.counts.items()) or "nothing"
    if done.heir:
        click.echo(f"{code} has left. Now with {done.heir}: {moved}.")
    else:
        click.echo(f"{code} has left. Nobody took over: {moved} open. smsapp people check")


def _unknown(code: str) -> click.ClickException:
    return click.ClickException(f"Nobody has the code {code}. `smsapp people list` shows all.")


def _import(job: Callable[[Runtime, Path, bool], Outcome], file: Path, dry_run: bool) -> None:
    outcome = job(build(read_settings()), file, dry_run)
    if dry_run and outcome.rows:
        rows = [(str(row.line), row.code, row.short, row.does) for row in outcome.rows]
        _print_table([("line", "code", "short name", ""), *rows])
    for warning in outcome.warnings:
        click.echo(f"Look at {warning}", err=True)
    for problem in outcome.problems:
        click.echo(str(problem), err=True)
    if outcome.problems:
        faults = "1 problem" if len(outcome.problems) == 1 else f"{len(outcome.problems)} problems"
        raise click.ClickException(f"{faults}. Nothing was imported.")
    counts = f"{outcome.count('new')} new, {outcome.count('changed')} changed"
    says = "Would import" if dry_run else "Imported"
    click.echo(f"{says}: {counts}, {outcome.count('same')} as before.")


def _row(person: Person) -> tuple[str, ...]:
    notes = [
        "" if person.active else "not active",
        "training" if person.training else "",
        "STOP" if person.opted_out else "",
        "no supervisor" if person.role == "chw" and person.supervisor_id is None else "",
    ]
    return (
        person.code,
        person.short,
        person.role,
        person.place_short,
        mask(person.phone) if person.phone else "none",
        person.language,
        ", ".join(note for note in notes if note),
    )


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
