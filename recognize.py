"""Recognises dance in a video, keypoints or motion: 3D poses, movements of the body parts, genre, and a report.

python recognize.py INPUT --out DIR

INPUT is a video, a file or folder of keypoints (2D or 3D) of any common detector, or motion capture. DIR receives
report.html (open it in a browser; it needs no network), report.json and poses3d.npz, and what --export names.
With --stream, INPUT may be the number of a camera too, or - for lines of JSON on standard input.
"""

import argparse
import contextlib
import dataclasses
import logging
import math
import pathlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

DEFAULT_MODELS = "work/demo/models"
_FORGET_SECONDS = 2.0
# Options that say how to read INPUT.
_READING = ("format", "fps", "view", "clip", "unit", "layout", "image_size", "bystanders")


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


def _note(text: str) -> None:
    print(f"note: {text}", flush=True)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a number") from None


def _seconds(text: str) -> float:
    value = _number(text)
    if not (value >= 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds, 0 or more")
    return value


def _positive(text: str) -> float:
    value = _number(text)
    if not (value > 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def _size(text: str) -> tuple[int, int]:
    width, mark, height = text.lower().partition("x")
    if not (mark and width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"{text} is not an image size; expected WIDTHxHEIGHT, such as 1920x1080")
    return int(width), int(height)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _parser() -> argparse.ArgumentParser:
    about, _, details = __doc__.partition("\n\n")
    parser = _Parser(prog="recognize.py", description=about, epilog=details.partition("\n\n")[2])
    add = parser.add_argument
    add("input", metavar="INPUT", type=pathlib.Path, help="video, keypoint or motion file, or a folder of such files")
    add("--out", metavar="DIR", type=pathlib.Path, required=True, help="folder for the results; made if missing")
    add(
        "--models",
        metavar="DIR",
        type=pathlib.Path,
        default=pathlib.Path(DEFAULT_MODELS),
        help="folder with the workdirs lifter, movements and genre (default: %(default)s, which `make demo` trains)",
    )
    _add_models(parser)
    _add_input(add)
    _add_choices(add)
    return parser


def _add_models(parser: argparse.ArgumentParser) -> None:
    lifter = parser.add_mutually_exclusive_group().add_argument
    lifter("--lifter", metavar="WORKDIR", type=pathlib.Path, help="workdir of a training, in place of DIR/lifter")
    published = "published VideoPose3D checkpoint, in place of the lifter"
    lifter("--weights", metavar="FILE", type=pathlib.Path, help=published)
    add = parser.add_argument
    add(
        "--weights-layout",
        default="coco17",
        help="joints that the published model reads, coco17 or h36m17 (default: %(default)s)",
    )
    add("--weights-causal", action="store_true", help="the published model was trained to read no later frames")
    add("--detector", metavar="FILE.task", type=pathlib.Path, help="weights of the pose detector, for a video")


def _add_input(add: Callable[..., object]) -> None:
    add("--video", metavar="FILE", type=pathlib.Path, help="video that the keypoints of INPUT were found in")
    add("--layout", help="joint set of the points of INPUT, where it cannot be told from them, such as body25b")
    add("--image-size", metavar="WxH", type=_size, help="size of the images that the points of INPUT are in")
    add("--format", help="format of INPUT, where it cannot be told from the content")
    add("--fps", type=_positive, help="frames per second, replacing those of the file")
    add("--view", help="camera to take from an input of several")
    add("--clip", help="recording to take from an input of several")
    add("--unit", choices=("m", "cm", "mm", "inch"), help="unit of a motion file that does not name it")
    # None where it is not given, as the other options of reading.
    bystanders = "keep people who never move while others do"
    add("--bystanders", action="store_const", const=True, help=bystanders)


def _add_choices(add: Callable[..., object]) -> None:
    add("--stream", action="store_true", help="answer every frame at once, by causal models: into DIR/stream.jsonl")
    add("--export", metavar="KINDS", type=_names, default=(), help="more results, of bvh,gltf,csv,json,overlay")
    filters = ("off", "one_euro", "savgol", "butterworth")
    add("--smooth", metavar="FILTER", choices=filters, default="off", help=f"{', '.join(filters[1:])} (default: off)")
    add("--track", metavar="ID", action="append", default=[], help="dancer to recognise; repeat it for several")
    add("--focal", metavar="PX", type=_positive, help="focal length of the camera in pixels (default: guessed)")
    add("--refine", action="store_true", help="fit the lifted poses to the keypoints, with bones of constant length")
    add("--floor", action="store_true", help="estimate the floor and put the dancers on it, with y up and y = 0 there")
    add(
        "--max-gap",
        metavar="S",
        type=_seconds,
        default=0.5,
        help="fill in joints that are missing for up to this many seconds (default: %(default)s)",
    )


def _models(arguments: argparse.Namespace) -> Any:
    from hdvr_jax import recognition

    optional = arguments.weights is not None
    models = recognition.load_models(arguments.models, optional=optional, lifter=arguments.lifter)
    if arguments.weights:
        models = recognition.with_published_lifter(
            models, arguments.weights, arguments.weights_layout, causal=arguments.weights_causal
        )
    return recognition.with_refinement(models) if arguments.refine else models


def run(arguments: argparse.Namespace) -> list[pathlib.Path]:
    """Recognises and writes; returns the paths of the results, the page first.

    Raises:
        InputError: input, models or output folder cannot be used.
    """
    watch = _Watch()
    with watch("start"):
        from hdvr_jax import devices, export, keypoints, memory, recognition, recordings

        memory.return_freed()
        devices.enable_compile_cache()
    for path in filter(None, (arguments.input, arguments.video)):
        keypoints.check_there(path)
    export.check(arguments.out, arguments.export)
    with watch("models"):
        models = _models(arguments)
    recording = recordings.read(
        arguments.input,
        watch,
        video=arguments.video,
        detector=arguments.detector,
        cache=arguments.out / ".detection",
        **{name: getattr(arguments, name) for name in _READING},
    )
    settings = recognition.Settings(
        arguments.max_gap, arguments.focal, arguments.floor, arguments.smooth, tuple(arguments.track)
    )
    for note in recording.reading.notes:
        _note(note)
    result = recognition.recognise(recording.reading, models, settings, arguments.input.resolve().name, watch)
    for note in result.notes:
        if note not in recording.reading.notes:
            _note(note)
    with watch("write"):
        result = dataclasses.replace(result, timings=dict(watch.seconds))
        paths = export.write(result, arguments.out, arguments.export, recording.footage(), _note)
    return sorted(paths, key=lambda path: path.suffix != ".html")


def _check_streamable(arguments: argparse.Namespace, path: pathlib.Path) -> None:
    """Raises InputError for what shows before models are loaded; `path` is that of the results."""
    from hdvr_jax import files
    from hdvr_jax.errors import InputError
    from hdvr_jax.streaming import inputs, results

    for name in ("export", "floor", "refine", "track", "video"):
        if getattr(arguments, name):
            raise InputError(f"--{name} looks at the whole recording; it does not go with --stream")
    inputs.check_there(arguments.input)
    files.check_place(path)
    if not results.is_replaceable(path):
        raise InputError(f"{path}: is not from an earlier run; give another --out")
    if arguments.weights and not arguments.weights_causal:
        raise InputError("--stream takes --weights of a model trained with --causal: say so with --weights-causal")


def stream(arguments: argparse.Namespace) -> list[pathlib.Path]:
    """Recognises frame by frame; returns the path of the results.

    Raises:
        KeyboardInterrupt: the user ended the stream; results and summary are there.
        InputError: input, models or output folder cannot be used.
    """
    from hdvr_jax import cleaning, devices, streaming
    from hdvr_jax.errors import InputError
    from hdvr_jax.streaming import inputs, results

    path = arguments.out / "stream.jsonl"
    _check_streamable(arguments, path)
    devices.enable_compile_cache()
    models = streaming.load_models(
        arguments.models, weights=arguments.weights, layout=arguments.weights_layout, lifter=arguments.lifter
    )
    source = inputs.open_input(
        arguments.input,
        {name: getattr(arguments, name) for name in _READING},
        arguments.detector,
        focal=arguments.focal,
        max_hold_seconds=arguments.max_gap,
        forget_seconds=max(arguments.max_gap, _FORGET_SECONDS),
        smoothing=cleaning.Settings(arguments.smooth),
    )
    source = dataclasses.replace(source, notes=(*source.notes, *models.notes))
    for note in source.notes:
        _note(note)
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            latency = results.write(source, models, file)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
    print(latency.words())
    if latency.interrupted:
        print(path)
        raise KeyboardInterrupt
    return [path]


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0, 2 for something that the user can put right (told in one line), 130 when interrupted."""
    arguments = _parser().parse_args(argv)
    import absl.logging

    from hdvr_jax.errors import InputError

    # Orbax warns on every start that a checkpoint opened for reading is read only, and lets asyncio tell of every array
    # of one that cannot be read, beside the error that is told here.
    absl.logging.set_verbosity(absl.logging.ERROR)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    try:
        paths = stream(arguments) if arguments.stream else run(arguments)
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    for path in paths:
        print(path)
    return 0


def _tell_unraisable(found: "sys.UnraisableHookArgs") -> None:
    """Python's own words, but for arrays of an unreadable checkpoint that come when orbax has already given up."""
    if str(found.exc_value) != "Event loop is closed":
        sys.__unraisablehook__(found)


if __name__ == "__main__":
    sys.unraisablehook = _tell_unraisable
    sys.exit(main())
