"""Pure: when a condition becomes an alert, and when the alert ends."""
