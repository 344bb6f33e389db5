"""The verbs of the `parks` command: the flows without a screen."""
