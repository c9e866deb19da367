"""One file a command: `add_to` describes it to argparse, `run` does it and returns the exit status
(`ops.exit_status` says what each means)."""
