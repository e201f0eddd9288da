"""Recognises dance in a keypoint or motion file: 3D poses, movements of the body parts, genre, and a report.

python recognize.py INPUT --out DIR

INPUT is a file or folder of keypoints (2D or 3D) or motion capture. DIR receives report.html (open it in a browser; it
needs no network), report.json and poses3d.npz.
"""

import argparse
import contextlib
import dataclasses
import math
import pathlib
import sys
import time
from collections.abc import Iterator, Sequence

DEFAULT_MODELS = "work/demo/models"


class _Parser(argparse.ArgumentParser):
    """Prints what is wrong with the arguments in one line, as all other errors."""

    def error(self, message: str) -> None:
        self.exit(2, f"error: {message} (--help shows how to use it)\n")


class _Watch:
    """Prints each stage with the seconds that it took, and remembers them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - start
        print(f"{stage:<12}{self.seconds[stage]:6.1f} s", flush=True)


def _seconds(text: str) -> float:
    value = float(text)
    if not (value >= 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds, 0 or more")
    return value


def _positive(text: str) -> float:
    value = float(text)
    if not (value > 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def _parser() -> argparse.ArgumentParser:
    about, _, details = __doc__.partition("\n\n")
    parser = _Parser(prog="recognize.py", description=about, epilog=details.partition("\n\n")[2])
    add = parser.add_argument
    add("input", metavar="INPUT", type=pathlib.Path, help="keypoint or motion file, or a folder of them")
    add("--out", metavar="DIR", type=pathlib.Path, required=True, help="folder for the results; made if missing")
    add(
        "--models",
        metavar="DIR",
        type=pathlib.Path,
        default=pathlib.Path(DEFAULT_MODELS),
        help="folder with the workdirs lifter, movements and genre (default: %(default)s, which `make demo` trains)",
    )
    add("--weights", metavar="FILE", type=pathlib.Path, help="published VideoPose3D checkpoint, in place of the lifter")
    add(
        "--weights-layout",
        default="coco17",
        help="joints that the published model reads, coco17 or h36m17 (default: %(default)s)",
    )
    add("--weights-causal", action="store_true", help="the published model was trained to read no later frames")
    add("--format", help="format of INPUT, where it cannot be told from the content")
    add("--fps", type=_positive, help="frames per second, replacing those of the file")
    add("--view", help="camera to take from an input of several")
    add("--clip", help="recording to take from an input of several")
    add("--unit", choices=("m", "cm", "mm", "inch"), help="unit of a motion file that does not name it")
    add("--track", metavar="ID", action="append", default=[], help="dancer to recognise; repeat it for several")
    add("--focal", metavar="PX", type=_positive, help="focal length of the camera in pixels (default: guessed)")
    add("--floor", action="store_true", help="estimate the floor and put the dancers on it, with y up and y = 0 there")
    add(
        "--max-gap",
        metavar="S",
        type=_seconds,
        default=0.5,
        help="fill in joints that are missing for up to this many seconds (default: %(default)s)",
    )
    return parser


def run(arguments: argparse.Namespace) -> list[pathlib.Path]:
    """Recognises and writes; returns the paths of the results, the page first.

    Raises:
        InputError: input, models or output folder cannot be used.
    """
    watch = _Watch()
    with watch("start"):
        from hdvr_jax import devices, export, keypoints, recognition

        devices.enable_compile_cache()
    export.check(arguments.out)
    with watch("read"):
        names = ("format", "fps", "view", "clip", "unit")
        reading = keypoints.read(arguments.input, **{name: getattr(arguments, name) for name in names})
    with watch("models"):
        models = recognition.load_models(arguments.models, optional=arguments.weights is not None)
        if arguments.weights:
            models = recognition.with_published_lifter(
                models, arguments.weights, arguments.weights_layout, causal=arguments.weights_causal
            )
    settings = recognition.Settings(arguments.max_gap, arguments.focal, arguments.floor, tuple(arguments.track))
    result = recognition.recognise(reading, models, settings, arguments.input.resolve().name, watch)
    with watch("write"):
        paths = export.write(dataclasses.replace(result, timings=dict(watch.seconds)), arguments.out)
    return sorted(paths, key=lambda path: path.suffix != ".html")


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0, 2 for something that the user can put right (told in one line), 130 when interrupted."""
    arguments = _parser().parse_args(argv)
    from absl import logging

    from hdvr_jax.errors import InputError

    # Orbax warns on every start that a checkpoint opened for reading is read only.
    logging.set_verbosity(logging.ERROR)

    try:
        paths = run(arguments)
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    for path in paths:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
