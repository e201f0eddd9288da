"""What benchmarks of HDVR's lifting share: views, what is missed in them, what lifters make of them, and scores."""

import dataclasses
import functools
import hashlib
import pathlib
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import jax
import numpy as np

import hdvr_jax
from benchmarks.self_supervised import METRICS
from hdvr_jax import clips, corpus, filming, lifting, trained
from hdvr_jax.clips import Clip
from hdvr_jax.configurations import load_config
from hdvr_jax.errors import InputError
from hdvr_jax.families.lifter import scores
from hdvr_jax.multiseed.clip import see
from hdvr_jax.multiseed.refinement import FPS
from hdvr_jax.recognition.models import STAGES
from hdvr_jax.skeletons import get_skeleton

SKELETON = "h36m17"
# {metric: (sum, count)} of one view.
Totals = dict[str, tuple[float, float]]
# Terms that are tried beside those that are used, and their weights.
TRIED = {"contact": 0.1, "floor": 0.1}
# Without a model: every joint as far as the root, and no pose at all.
FLAT, RANDOM = "flat", "random"
# What is taken out of a view: nothing; every joint with a chance of one fifth in each frame; all joints for a second.
MISSES = ("", "a fifth of the joints", "a second")
# Code that rows are of.
_CODE = ("multiseed/*.py", "density.py", "dictionary.py", "families/density.py", "families/dictionary.py")
# Virtual cameras of each take of motion capture.
_FILMED = 2


@dataclasses.dataclass(frozen=True)
class Views:
    """Clips of one view.

    Attributes:
        clips: as recorded.
        truths: (T, J, 3) of each, metres, camera axes, at `FPS`; NaN where unknown.
    """

    clips: tuple[Clip, ...]
    truths: tuple[np.ndarray, ...]
    _kept: dict[Any, Any] = dataclasses.field(default_factory=dict)

    def named(self, names: Collection[str]) -> "Views":
        """Those of these names alone.

        Raises:
            InputError: a view that is not there.
        """
        _check_names("views", names, {clip["views"][0] for clip in self.clips})
        kept = [index for index, clip in enumerate(self.clips) if clip["views"][0] in names]
        return Views(tuple(self.clips[index] for index in kept), tuple(self.truths[index] for index in kept))

    def missed(self, misses: str) -> list[Clip]:
        """The clips without what a detector is to have missed (one of `MISSES`)."""
        return self._once(misses, lambda: [without(clip, misses) for clip in self.clips])

    def lifted(self, source: str, misses: str) -> list[list[np.ndarray]]:
        """Of every view, the poses (T, J, 3) of every seed of a training, at the clip's frames."""

        def lift() -> list[list[np.ndarray]]:
            starts = list(_starts(source))
            return [[start(clip) for start in starts] for clip in self.missed(misses)]

        return self._once((source, misses), lift)

    def _once(self, name: Any, make: Callable[[], Any]) -> Any:
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]


def load(data: str, recordings: str, skip: str) -> Views:
    """Views of AIST++ recordings but those that are skipped, or of CMU's test takes, filmed with the errors of a
    detector.

    Args:
        recordings, skip: names, separated by commas.
    Raises:
        InputError: recordings or views that are not there; names one.
    """
    found = list(_recorded(recordings, skip) if data == "aistpp" else _filmed())
    return Views(tuple(clip for clip, _ in found), tuple(truth for _, truth in found))


def _recorded(recordings: str, skip: str) -> Iterator[tuple[Clip, np.ndarray]]:
    wanted, left_out = recordings.split(","), skip.split(",") if skip else []
    known = {clip["clip"].rpartition("_")[2]: clip for clip in corpus.load("aistpp", "all")}
    _check_names("recordings", wanted, known)
    _check_names("skip", left_out, {view for name in wanted for view in known[name]["views"]})
    for name in wanted:
        yield from _single(clips.without_views(known[name], left_out))


def _check_names(option: str, names: Collection[str], known: Collection[str]) -> None:
    if unknown := [name for name in names if name not in known]:
        raise InputError(f"--{option}: there is no {unknown[0]!r}; there are {', '.join(sorted(known))}")


def _filmed() -> Iterator[tuple[Clip, np.ndarray]]:
    for clip in corpus.load("cmu_mocap", "test"):
        yield from _single(filming.film(clip, _FILMED))


def _single(clip: Clip) -> Iterator[tuple[Clip, np.ndarray]]:
    views = lifting.recorded_views(clip, SKELETON, FPS)
    return zip(clips.single_views(clip), (view["points_camera"] for view in views))


def without(clip: Clip, misses: str) -> Clip:
    """The clip of one view as a detector gives it that misses joints too (one of `MISSES`), the same for all rows."""
    if not misses:
        return clip
    confidence = np.array(clip["confidence"])
    frames = confidence.shape[1]
    if misses == MISSES[1]:
        name = "/".join([clip["clip"], *clip["views"]])
        confidence[np.random.default_rng(zlib.crc32(name.encode())).random(confidence.shape) < 0.2] = 0
    else:
        first = max(0, int(frames - clip["fps"]) // 2)
        confidence[:, first : first + round(clip["fps"])] = 0
    gone = (confidence == 0)[..., None]
    return {**clip, "confidence": confidence, "keypoints": np.where(gone, np.nan, clip["keypoints"])}


def _starts(source: str) -> Iterator[Callable[[Clip], np.ndarray]]:
    """Functions from a clip of one view to poses (T, J, 3) at its frames: of every seed of a training."""
    if source == FLAT:
        yield _flat
    elif source != RANDOM:
        for seed in range(load_config(pathlib.Path(source)).num_seeds):
            yield functools.partial(_lifted, lifter_of(source, seed))


def lifter_of(workdir: str, seed: int = 0) -> trained.Trained:
    """A seed of a lifter's training.

    Raises:
        InputError: a workdir without a model, or of one that is no lifter.
    """
    model = trained.load(workdir, seed_index=seed)
    if model.family.on_clip is None or model.config.family in STAGES[1:]:
        raise InputError(f"{workdir}: expected a lifter, got a model of the family {model.family.name}")
    return model


def _lifted(model: trained.Trained, clip: Clip) -> np.ndarray:
    return model.family.on_clip(model.predict, clip)["poses"]


def _flat(clip: Clip) -> np.ndarray:
    """Every joint at the root's depth, at the size that the longest bones seen tell."""
    rays = lifting.view_rays(clip, 0, SKELETON, clip["fps"])
    flat = np.concatenate([rays["rays"], np.zeros_like(rays["rays"][..., :1])], -1)
    root = get_skeleton(SKELETON).root
    return (flat - flat[:, root : root + 1]) / float(see(rays["rays"], rays["confidence"], SKELETON).scale)


def digest_of(workdir: str) -> str:
    """A name for the weights of a training."""
    found = hashlib.sha256()
    folder = pathlib.Path(workdir) / "checkpoints"
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def digest_of_code() -> str:
    """A name for the code that lifts and that of learned priors: a row is of one."""
    found, package = hashlib.sha256(), pathlib.Path(hdvr_jax.__file__).parent
    for path in sorted(path for pattern in _CODE for path in package.glob(pattern)):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


def scored(lifted: np.ndarray, truth: np.ndarray) -> Totals:
    """Metrics of the poses (T, J, 3) of one view, at `FPS`."""
    targets = truth - truth[:, get_skeleton(SKELETON).root][:, None]
    batch = {"targets": targets[None], "frame_mask": np.ones((1, len(truth)), np.float32)}
    found = _scores({"poses": np.asarray(lifted[None], np.float32)}, batch)
    return {name: tuple(float(value.sum()) for value in found[name]) for name in METRICS}


@jax.jit
def _scores(outputs: dict[str, Any], batch: dict[str, Any]) -> dict[str, Any]:
    """`families.lifter.scores`, compiled once for views of a length rather than loop by loop for each."""
    return scores(outputs, batch, SKELETON)


def summed(views: Iterable[Totals]) -> Totals:
    """Of all views together."""
    views = list(views)
    return {name: tuple(np.sum([view[name] for view in views], 0)) for name in METRICS}


@functools.cache
def prior_of(workdir: str) -> jax.tree_util.Partial:
    """What the model of a workdir knows of poses (`multiseed.priors.Prior`).

    Raises:
        InputError: a workdir without a model, or of one that knows none.
    """
    model = trained.load(workdir)
    if model.family.prior is None:
        raise InputError(f"{workdir}: a {model.family.name} is no learned prior; expected a dictionary or a density")
    return model.family.prior(model.variables)
