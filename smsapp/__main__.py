"""`python -m smsapp` is the command line."""

from smsapp.cli import main

main()
