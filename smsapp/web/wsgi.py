"""What the web server of each process imports: one application, built after the fork."""

from smsapp.logs import start_logging
from smsapp.runtime import build
from smsapp.settings import read_settings
from smsapp.web.app import create_app

settings = read_settings()
start_logging(settings.log_level)
app = create_app(build(settings))
