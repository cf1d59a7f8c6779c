"""What the web server of each process imports: one application, built after the fork."""
# ruff: noqa: E402 - see the next lines

import gc

gc.disable()  # nothing that is imported is rubbish: a quarter of a start went on looking for it

from smsapp.logs import start_logging
from smsapp.runtime import build
from smsapp.settings import read_settings
from smsapp.web.app import create_app

settings = read_settings()
start_logging(settings.log_level)
app = create_app(build(settings))
gc.freeze()  # modules, settings and flows stay
gc.enable()
