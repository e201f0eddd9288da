"""What the command-line scripts share: flags in, exit codes out, errors of users in one line."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from absl import app, flags, logging

from hdvr_jax import memory
from hdvr_jax.errors import InputError


def run(main: Callable[[Sequence[str]], Any], required: Sequence[str] = ()) -> None:
    """Runs a script: `main(argv)` after its flags are parsed.

    Exit code 2 with `error: ...` for what the user gave wrong (flags or InputError) and for files
    that cannot be read or written, 130 for Ctrl-C.

    Args:
      required: names of flags that must be given.
    """

    quiet_tensorflow()
    memory.keep_freed()

    def parse(argv: Sequence[str]) -> Sequence[str]:
        flags.mark_flags_as_required(required)
        try:
            return flags.FLAGS(argv)
        # Besides flags.Error, config flags raise nearly anything for a misspelt field or a value of another type.
        except Exception as error:
            return _stop(_cause(error))
        # Config files may read a user's data.
        except KeyboardInterrupt as error:
            return _interrupted(error)

    def parsed(argv: Sequence[str]) -> Any:
        if len(argv) > 1:
            _stop(InputError(f"unexpected argument {argv[1]!r}; try --help"))
        return guarded(main, argv, quiet=not flags.FLAGS["verbosity"].present)

    app.run(parsed, flags_parser=parse)


def guarded(main: Callable[..., Any], *arguments: Any, quiet: bool = True) -> Any:
    """What `main` returns; exit codes and errors as of `run`. `quiet` leaves out what libraries say beside errors."""
    # Orbax tells about its every step, and warns whenever a checkpoint is only read.
    if quiet:
        logging.set_verbosity(logging.ERROR)
        quiet_tensorflow()
    try:
        return main(*arguments)
    except (InputError, OSError) as error:
        return _stop(error)
    except KeyboardInterrupt as error:
        return _interrupted(error)


def quiet_tensorflow() -> None:
    """To be called before TensorFlow is imported."""
    # TensorFlow only reads files here; with these kernels on, it says so at every start.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")


def _cause(error: BaseException) -> BaseException:
    """The InputError that a config file raised, which the flags wrap in whole tracebacks; else the error itself."""
    found, step = error, error
    while step := step.__cause__ or step.__context__:
        found = step if isinstance(step, InputError) else found
    return found


def _interrupted(error: KeyboardInterrupt) -> Any:
    print(f"\n{str(error) or 'interrupted'}", file=sys.stderr)
    sys.exit(130)


def _stop(error: BaseException) -> Any:
    text = error.args[0] if isinstance(error, KeyError | AttributeError) and error.args else error
    print("error:", " ".join(str(text).replace("\\n", " ").split()), file=sys.stderr)
    sys.exit(2)
