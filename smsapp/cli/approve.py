"""`smsapp approve`: record that a ministry approves a flow in one language."""

from datetime import UTC, date, datetime
from pathlib import Path

import click

from smsapp.flow.approval import NotApproved, approved, languages_of, whole_of
from smsapp.flow.checked import CHECKED_FILE
from smsapp.flow.library import SIGNED_FILE, Library, load_library
from smsapp.flow.printed import printed
from smsapp.flow.signing import signing_rows
from smsapp.settings import Settings, read_settings


@click.command()
@click.argument("flow")
@click.option("--by", required=True, help="Who approves: a person and an office.")
@click.option("--on", "day", required=True, help="The day of the approval, such as 2026-11-21.")
@click.option("--lang", default="", help="The language that is approved; default: the first.")
@click.option("--dry-run", is_flag=True, help="Show what would be approved; record nothing.")
def approve(flow: str, by: str, day: str, lang: str, dry_run: bool) -> None:
    """Record a ministry's approval of FLOW (or of `words`) as it stands now, in one language.

    It is kept in texts.csv with the digest of what was approved: any change to the flow's rules, or
    to its texts in that language, withdraws it, and the flow is again for people in training only.
    """
    settings = read_settings()
    folder = settings.flows_dir
    library = load_library(folder)
    try:
        lang = lang or languages_of(library, flow)[0]
        cache = settings.var_dir / CHECKED_FILE
        sheet = approved(library, folder, flow, lang, by, _day(day), cache)
    except NotApproved as error:
        raise click.ClickException(f"Not approved: {error}") from None
    _show(library, folder, settings, flow, lang)
    if dry_run:
        click.echo("Nothing is recorded.")
        return
    path = folder / SIGNED_FILE
    beside = path.with_suffix(".new")
    beside.write_text(sheet, encoding="utf-8")
    beside.replace(path)
    click.echo(f"Approved by {' '.join(by.split())} on {_day(day)}. Restart to serve it.")


def _day(text: str) -> date:
    """The day as written. Raises NotApproved for none, or one still to come."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise NotApproved("write the day as year-month-day, such as 2026-11-21") from None
    if found > datetime.now(UTC).date():
        raise NotApproved(f"{text} is still to come; write the day of the approval")
    return found


def _show(library: Library, folder: Path, settings: Settings, name: str, lang: str) -> None:
    """Everything that is approved, and what stands beside it."""
    if name in library.flows:
        for line in printed(library, library.flows[name], lang, signed=False):
            click.echo(line)
    else:
        for word, text in library.words.written(lang).items():
            click.echo(f"{word}: {text}")
    rows = signing_rows(library, folder)
    of_it = [row for row in rows if (row["flow"], row["language"]) == (name, lang)]
    unsure = sum(row["confidence"] == "L" for row in of_it) - (of_it[0]["confidence"] == "L")
    click.echo(f"\n{name} in {lang}, digest {whole_of(rows, name, lang)['digest']}.")
    if unsure:
        click.echo(f"{unsure} texts have low confidence: let somebody who speaks {lang} read them.")
    chosen = [one for one in settings.flow_params if one.startswith(f"{name}.")]
    if chosen:
        click.echo(
            f"Settings put other values in force: {', '.join(chosen)}. They are no part of the"
            " digest; write them into the file before it is approved."
        )
