"""The one error that users of the scripts see."""


class InputError(ValueError):
    """Something the user gave cannot be used; the message names it and says what was expected.

    The scripts print it as a single line and exit with status 2.
    """
