"""The HTTP doors: gateway callbacks, health, and the operator's console."""
