"""Every setting: name, default, unit, meaning. All problems are reported at once, at start."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret"  # noqa: S105 - refused in production
DEVELOPMENT_TOKEN = "dev"  # noqa: S105 - refused in production
SECRET_LENGTH = 32  # characters: 128 bits and more, whatever the alphabet
SOCKET_BYTES = 103  # a longer path is no Unix socket on macOS (104 with the closing NUL; Linux 108)
TOKEN_LENGTH = 22  # characters: 128 bits in base64


class SettingsError(Exception):
    """The settings cannot be used. The message lists every problem, one a line, with its cure."""


class Settings(BaseSettings):
    """The settings of one deployment. Environment variables have the field's name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    smsapp_env: Literal["development", "production"] = Field(
        "development", description="development serves the simulator; production refuses it"
    )
    var_dir: Path = Field(Path("var"), description="folder for the database, Valkey and records")
    flows_dir: Path = Field(Path("flows"), description="folder of the flow files")
    database_url: str = Field(
        "", description="empty: SQLite in var_dir; else postgresql+psycopg://"
    )
    redis_url: str = Field("", description="empty: a private Valkey in var_dir; else redis://")
    host: str = Field("127.0.0.1", description="address the web server listens on")
    port: int = Field(8000, ge=1, le=65534, description="port; the simulator takes the next one")
    public_url: str = Field("", description="the console's address as people type it")
    proxy_hops: int = Field(
        0, ge=0, le=5, description="proxies in front whose X-Forwarded-For is believed"
    )
    secret_key: str = Field(DEVELOPMENT_SECRET, description="signs cookies; 32 characters or more")
    hook_tokens: str = Field(DEVELOPMENT_TOKEN, description="secrets in callback paths, by comma")

    at_username: str = Field("sandbox", description="Africa's Talking account")
    at_api_key: str = Field("simulator", description="Africa's Talking key")
    at_base_url: str = Field("", description="empty: the simulator in development, else the SDK's")
    at_sender: str = Field("24000", description="short code or sender id of outgoing SMS")
    service_code: str = Field("*384*2400#", description="the USSD code people dial")
    help_phone: str = Field("+265991000401", description="who is called when nobody else is known")
    hotline_phone: str = Field(
        "", description="the surveillance hotline said with `do not touch`; empty: `HELP_PHONE`"
    )
    country: str = Field("MW", description="ISO 3166 region of numbers written without a prefix")
    timezone: str = Field("Africa/Blantyre", description="local time on screens and schedules")

    prices_file: str = Field(
        "", description="CSV with the price of an SMS: prefix, price, currency, source"
    )

    flow_params: dict[str, int | bool] = Field(
        default_factory=dict, description='a country\'s values as JSON: {"iccm.cough_days": 22}'
    )

    connect_seconds: float = Field(3.05, gt=0, description="gateway: to connect")
    read_seconds: float = Field(30.0, gt=0, description="gateway: to answer; longer is less doubt")
    redis_seconds: float = Field(0.3, gt=0, description="USSD hop: one Redis command")
    pool_seconds: float = Field(2.0, gt=0, description="USSD hop: a database connection")
    statement_seconds: float = Field(3.0, gt=0, description="one database statement")
    job_seconds: float = Field(20.0, gt=0, description="a drain stops itself after this")
    lease_seconds: float = Field(120.0, gt=0, description="a claimed SMS is its worker's this long")
    sweep_seconds: float = Field(10.0, gt=0, description="between sweeps of stale leases and calls")
    tick_seconds: float = Field(1.0, gt=0, description="between two ticks of the clock")
    unknown_wait_seconds: float = Field(
        600.0, ge=0, description="an unknown alert is re-sent after"
    )
    retry_seconds: float = Field(
        30.0, gt=0, description="first pause after a refused send; doubles"
    )
    retry_cap_seconds: float = Field(900.0, gt=0, description="longest pause between two tries")
    reminder_hour: int = Field(
        7, ge=0, le=23, description="local hour of follow-up reminders: programme's choice"
    )
    reminder_spread_minutes: int = Field(
        60, ge=1, le=720, description="reminders of a morning are spread over this long"
    )
    reminder_until: int = Field(
        20, ge=1, le=24, description="local hour from which no reminder is sent till the morning"
    )
    stagger_days: int = Field(
        5, ge=1, le=14, description="due days of facilities are spread over so many days"
    )
    nudges_a_week: int = Field(
        4, ge=1, le=14, description="nudges a CHW gets in 7 days: programme's choice"
    )
    tip_weekday: int = Field(
        2, ge=0, le=6, description="day of the weekly tip, 0 is Monday: programme's choice"
    )
    tip_hour: int = Field(9, ge=0, le=20, description="local hour from which tips are sent")
    tip_spread_minutes: int = Field(
        180, ge=1, le=240, description="tips of a day are spread over this long"
    )
    approve_orders: bool = Field(
        False, description="the supervisor approves an order before the facility packs it"
    )
    silent_days: int = Field(
        14, ge=1, le=90, description="a CHW not heard for so many days: programme's choice"
    )
    digest_weekday: int = Field(
        0, ge=0, le=6, description="day of the supervisors' digest, 0 is Monday: domain notes D3"
    )
    digest_hour: int = Field(8, ge=0, le=20, description="local hour from which digests are sent")
    errands_a_day: int = Field(
        5, ge=1, le=20, description="messages a supervisor sends a day: programme's choice"
    )
    visit_days: int = Field(
        30, ge=7, le=180, description="a CHW whom nobody visited for so many days: a month"
    )
    number_days: int = Field(
        90, ge=30, le=365, description="a number not heard for so many days gets alerts alone"
    )
    silence_seconds: float = Field(180.0, gt=0, description="a silent USSD call counts as dropped")
    resume_seconds: float = Field(900.0, gt=0, description="a dropped filling is offered this long")
    correct_seconds: float = Field(
        86400.0, gt=0, description="FIX and CANCEL are taken this long after a report: 24 hours"
    )
    retain_body_days: float = Field(
        90.0, gt=0, description="texts and raw bodies of SMS are emptied after so many days"
    )
    no_report_seconds: float = Field(
        259200.0, gt=0, description="accepted with no report: 72 hours"
    )
    send_threads: int = Field(8, ge=1, le=64, description="parallel requests of the urgent lane")
    web_processes: int = Field(2, ge=1, le=64, description="processes of the web server")
    web_threads: int = Field(8, ge=1, le=64, description="threads of each web process")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="least level"
    )
    crash_at: str = Field("", description="tests only: the point at which the process kills itself")

    @field_validator("var_dir", "flows_dir")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.absolute()

    @model_validator(mode="after")
    def _production_is_guarded(self) -> Self:
        if self.smsapp_env != "production":
            return self
        problems = []
        if len(self.secret_key) < SECRET_LENGTH or self.secret_key == DEVELOPMENT_SECRET:
            problems.append(f"SECRET_KEY needs {SECRET_LENGTH} random characters or more")
        if any(len(token) < TOKEN_LENGTH for token in self.tokens):
            problems.append(f"HOOK_TOKENS needs secrets of {TOKEN_LENGTH} characters or more")
        if self.at_api_key == "simulator":
            problems.append("AT_API_KEY is the simulator's; set the account's own key")
        if self.crash_at:
            problems.append("CRASH_AT is for tests; unset it")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def tokens(self) -> tuple[str, ...]:
        """The secrets a callback path may carry; several while one is being changed."""
        return tuple(token for token in self.hook_tokens.replace(" ", "").split(",") if token)

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{self.var_dir / 'smsapp.sqlite'}"

    @property
    def redis(self) -> str:
        """Address of Redis or Valkey; the private Valkey listens on a socket in `var_dir`."""
        return self.redis_url or f"unix://{quote(str(self.valkey_socket))}"

    @property
    def valkey_socket(self) -> Path:
        """Where the private Valkey listens: in `var_dir`, or in a short place if that is deep."""
        socket = self.var_dir / "valkey" / "valkey.sock"
        if len(os.fsencode(socket)) <= SOCKET_BYTES:
            return socket
        name = hashlib.sha256(os.fsencode(self.var_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"smsapp-{os.getuid()}-{name}" / "valkey.sock"

    @property
    def gateway(self) -> str:
        """Base address of the gateway; empty means the SDK's own."""
        if self.at_base_url or self.smsapp_env == "production":
            return self.at_base_url
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def local_host(self) -> str:
        """Where this machine itself reaches the web server, ready for a URL."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"[{host}]" if ":" in host else host

    @property
    def address(self) -> str:
        """Where people open the console."""
        return self.public_url or f"http://{self.host}:{self.port}"


def read_settings(**overrides: object) -> Settings:
    """Read the environment. Raises SettingsError with every problem and its cure."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"]).upper() or "settings"
            lines.append(f"{name}: {problem['msg']}")
        raise SettingsError("\n".join(lines)) from None
