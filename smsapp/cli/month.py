"""`smsapp month`: the tables of a month, one file a facility."""

import csv
import re
from pathlib import Path

import click

from smsapp.runtime import build
from smsapp.service.manager_month import NoSuchFacility, Table, tables
from smsapp.service.period import Period, period_of, read_period
from smsapp.service.prices import PriceError
from smsapp.settings import read_settings

HEAD = ("facility", "month", "code", "name", "numerator", "denominator", "note")
UNSAFE = re.compile(r"[^\w.-]+")  # in the name of a file


@click.command()
@click.argument("period", metavar="MONTH")
@click.option("--facility", default="", metavar="CODE", help="This one alone.")
@click.option(
    "--out",
    default=Path("months"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
)
def month(period: str, facility: str, out: Path) -> None:
    """Write the indicators of MONTH (2026-11), one CSV a facility; docs/month.md explains them."""
    rt = build(read_settings())
    try:
        wanted = read_period(period)
    except ValueError:
        raise click.ClickException(f"Write the month as 2026-11, not {period}.") from None
    if wanted > period_of(rt, rt.now()):
        raise click.ClickException(f"{wanted} has not begun yet.")
    try:
        for table in tables(rt, wanted, facility):
            click.echo(_write(out, wanted, table))
    except (NoSuchFacility, PriceError) as error:
        raise click.ClickException(str(error)) from None
    if wanted == period_of(rt, rt.now()):
        click.echo(f"{wanted} is not over: these numbers will change.", err=True)


def _write(out: Path, period: Period, table: Table) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{period}-{UNSAFE.sub('_', table.facility.code)}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for row in table.rows:
            cells = (row.code, row.name, row.numerator, row.denominator, row.note)
            writer.writerow([table.facility.code, period, *("" if c is None else c for c in cells)])
    return path
