"""What the service does, one capability a file; transactions begin and end here."""
