"""The outside world of phones, one file a gateway."""
