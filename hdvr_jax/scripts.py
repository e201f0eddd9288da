"""What the command-line scripts share: flags in, exit codes out, errors of users in one line."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from absl import app, flags, logging

from hdvr_jax.errors import InputError


def run(main: Callable[[Sequence[str]], Any], required: Sequence[str] = ()) -> None:
    """Runs a script: `main(argv)` after its flags are parsed.

    Exit code 2 with `error: ...` for what the user gave wrong (flags or InputError), 130 for Ctrl-C.

    Args:
      required: names of flags that must be given.
    """

    _quiet_tensorflow()

    def parse(argv: Sequence[str]) -> Sequence[str]:
        flags.mark_flags_as_required(required)
        try:
            return flags.FLAGS(argv)
        except flags.Error as error:
            return _stop(error)

    def guarded(argv: Sequence[str]) -> Any:
        # Libraries report their every step at absl's own default.
        if not flags.FLAGS["verbosity"].present:
            logging.set_verbosity(logging.WARNING)
        try:
            if len(argv) > 1:
                raise InputError(f"unexpected argument {argv[1]!r}; try --help")
            return main(argv)
        except InputError as error:
            return _stop(error)
        except KeyboardInterrupt as error:
            print(f"\n{error or 'interrupted'}", file=sys.stderr)
            sys.exit(130)

    app.run(guarded, flags_parser=parse)


def _quiet_tensorflow() -> None:
    # JAX sets 1 when it is imported. TensorFlow then tells about its instruction sets at every start.
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL", "1") == "1":
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def _stop(error: Exception) -> Any:
    print("error:", " ".join(str(error).split()), file=sys.stderr)
    sys.exit(2)
