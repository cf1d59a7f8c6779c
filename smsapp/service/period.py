"""A month where the programme works: `2026-10`, its days, the moments between which it lies."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smsapp.runtime import Runtime

MONTHS = 12  # of a year


@dataclass(frozen=True, order=True)
class Period:
    """One month."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after.first - timedelta(days=1)

    @property
    def before(self) -> "Period":
        """The month before."""
        return _period(self.year * MONTHS + self.month - 2)

    @property
    def after(self) -> "Period":
        """The month after."""
        return _period(self.year * MONTHS + self.month)


def _period(months: int) -> Period:
    return Period(months // MONTHS, months % MONTHS + 1)


def read_period(text: str) -> Period:
    """`2026-10`. Raises ValueError for anything else."""
    year, _, month = text.partition("-")
    if not (len(year) == 4 and len(month) == 2 and f"{year}{month}".isdecimal()):
        raise ValueError(text)
    return Period(date(int(year), int(month), 1).year, int(month))


def period_of(rt: Runtime, moment: datetime) -> Period:
    """The month of this moment."""
    local = moment.astimezone(ZoneInfo(rt.settings.timezone))
    return Period(local.year, local.month)


def bounds(rt: Runtime, period: Period) -> tuple[datetime, datetime]:
    """When it begins, and when the next one does."""
    zone = ZoneInfo(rt.settings.timezone)
    begins, ends = (
        datetime.combine(one.first, time(), zone).astimezone(UTC) for one in (period, period.after)
    )
    return begins, ends
