"""How this process logs: one event a line, JSON unless a person watches, never a phone number."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LONG_NUMBER = re.compile(r"(?<![\w.])\+?\d{9,15}(?!\w)")  # E.164 has up to 15 digits; refs have 6


def start_logging(level: str) -> None:
    """Send our events from `level` up, and everybody else's warnings, to standard error."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    shared: list[Processor] = [structlog.stdlib.add_log_level, stamp]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering()],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("smsapp").setLevel(level)


def hide_phones(_logger: WrappedLogger, _method: str, line: str) -> str:
    """The last net: a phone number that reached a log line after all becomes `(number)`."""
    return LONG_NUMBER.sub("(number)", line)


def _rendering() -> list[Processor]:
    if sys.stderr.isatty():
        return [structlog.dev.ConsoleRenderer(colors=True), _hide]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(), _hide]


def _hide(logger: WrappedLogger, method: str, event: EventDict | str) -> str:
    return hide_phones(logger, method, str(event))
