"""An SMS and USSD service for community health workers on basic phones."""

__version__ = "0.1.0"
