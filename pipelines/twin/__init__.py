"""Pure: what a twin remembers and the `step` that takes one message and says what follows."""
