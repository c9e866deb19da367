"""Why a deployment stops."""


class Stopped(Exception):
    """It cannot go on; one or two sentences that say why and what to do."""
