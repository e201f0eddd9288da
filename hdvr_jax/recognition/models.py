"""The trained models of a recognition, from a folder that holds a workdir for each stage."""

import dataclasses
import functools
import json
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import flax.errors

from hdvr_jax import checkpoints, trained
from hdvr_jax.errors import InputError
from hdvr_jax.families.genre_streams import IMAGE_STREAMS
from hdvr_jax.movements import Vocabulary, load_vocabulary, own_labels
from hdvr_jax.published import lifter as published_lifter
from hdvr_jax.recognition.results import ModelInfo

STAGES = ("lifter", "movements", "genre")
HOW_TO_TRAIN = "run `make demo`, or train.py with a config of configs/ and --workdir={folder}/{stage}"
SCORES_FILE = "evaluation.json"
PUBLISHED_NOTE = (
    "The published model knows one camera, that of its training (Human3.6M, focal length 1.15 image widths): with "
    "another its {what} are those which that camera would have seen."
)
_COUNTS = ("sequences", "types")  # among the scores, but none

Clip = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Lifted:
    """What a lifter gives for a clip of one view.

    Attributes:
        poses: (T, J, 3) metres about the hips, in the camera's axes.
        trajectory: (T, 3) metres, where the hips are in the same axes; None where the lifter does not tell.
    """

    poses: Any
    trajectory: Any = None


@dataclasses.dataclass(frozen=True)
class Reader:
    """A model of a later stage.

    Attributes:
        needs_image: Whether it reads 2D keypoints, which a 3D input does not have.
        run: Clip -> what the family's `on_clip` gives.
        explain: (clip, causes, genre) -> what the family's `explain` gives; None where the model cannot.
        vocabulary: Movement types that it names or reads.
    """

    needs_image: bool
    run: Callable[[Clip], Any]
    explain: Callable[[Clip, Sequence[tuple[int, int, int]], int], Any] | None = None
    vocabulary: Vocabulary = dataclasses.field(default_factory=load_vocabulary)


@dataclasses.dataclass(frozen=True)
class Models:
    """What is there of the three stages; None where a stage has no model.

    Attributes:
        folder: Where they were looked for.
        lifter: Clip with one view -> poses and perhaps a trajectory.
        movements: Clip -> (T, M) probabilities of the movement types, 0.5 being the decision.
        genre: Clip -> genre.
        infos: What is known of each model, by stage.
        notes: What is assumed by each model, by stage, in sentences.
    """

    folder: str
    lifter: Callable[[Clip], Lifted] | None = None
    movements: Reader | None = None
    genre: Reader | None = None
    infos: Mapping[str, ModelInfo] = dataclasses.field(default_factory=dict)
    notes: Mapping[str, str] = dataclasses.field(default_factory=dict)


def how_to_train(folder: str | os.PathLike, stage: str = "lifter") -> str:
    """What to do where there is no model."""
    return HOW_TO_TRAIN.format(folder=folder, stage=stage)


def with_published_lifter(models: Models, path: str | os.PathLike, layout: str, *, causal: bool = False) -> Models:
    """The models with the lifter of a published checkpoint; arguments and errors as in `published.lifter.load`."""
    found = published_lifter.load(path, layout, causal=causal)
    kind = "with trajectory" if found.trajectory else "poses alone"
    name = f"{pathlib.Path(path).name} (published weights, {len(found.report)} entries, {kind})"
    return dataclasses.replace(
        models,
        lifter=_lifter(found.on_clip),
        infos={**models.infos, "lifter": ModelInfo("lifter", name, entries=found.report)},
        notes={
            **models.notes,
            "lifter": PUBLISHED_NOTE.format(what="poses and distances" if found.trajectory else "poses"),
        },
    )


def load(folder: str | os.PathLike, *, optional: bool = False) -> Models:
    """Loads the models of all stages that the folder has.

    Args:
        optional: whether no folder and no model in it will do.
    Raises:
        InputError: no folder, no model in it, a model that cannot be restored, one of another family, or a genre model
            of other movement types than the movement model names.
    """
    folder = pathlib.Path(folder)
    found = {stage: folder / stage for stage in STAGES if (folder / stage).is_dir()}
    if not found and not optional:
        raise InputError(f"{folder}: no trained models (no folder {', '.join(STAGES)}); {how_to_train(folder)}")
    models = {stage: _load(stage, workdir) for stage, workdir in found.items()}
    _check_types(models, found)
    readers = {stage: _reader(model, found[stage]) for stage, model in models.items() if stage != "lifter"}
    return Models(
        folder=str(folder),
        lifter=_lifter(_on_clip(models["lifter"], found["lifter"])) if "lifter" in models else None,
        infos={stage: _info(stage, models[stage], workdir) for stage, workdir in found.items()},
        **readers,
    )


def _load(stage: str, workdir: pathlib.Path) -> trained.Trained:
    model = trained.load(workdir)
    # Besides the family of that name, any that is of no other stage may lift.
    lifts = stage == "lifter" and model.config.family not in STAGES and model.family.on_clip is not None
    if model.config.family != stage and not lifts:
        raise InputError(f"{workdir}: holds a model of family {model.config.family}; expected {stage}")
    return model


def _types(model: trained.Trained) -> tuple[str, ...]:
    """Movement types of a user's own that a model names or reads; () for the project's vocabulary."""
    return tuple(model.config.model.get("types", ()))


def _check_types(models: Mapping[str, trained.Trained], found: Mapping[str, pathlib.Path]) -> None:
    """Raises InputError where the genre model reads other movement types than the movement model names."""
    reads = "genre" in models and "movements" in models["genre"].config.model.streams
    if reads and "movements" in models and _types(models["genre"]) != _types(models["movements"]):
        read, named = (
            f"{len(types)} movement types of a user's own" if types else "the types of the project's vocabulary"
            for types in (_types(models["genre"]), _types(models["movements"]))
        )
        raise InputError(
            f"{found['genre']}: reads {read}, but {found['movements']} names {named}; use one of the two models, in a "
            "folder without the other"
        )


def _lifter(run: Callable[[Clip], Any]) -> Callable[[Clip], Lifted]:
    """A lifter from an `on_clip`, which gives a mapping of poses and, of some, trajectory."""

    def lift(clip: Clip) -> Lifted:
        found = run(clip)
        return Lifted(found["poses"], found.get("trajectory"))

    return lift


def _reader(model: trained.Trained, workdir: pathlib.Path) -> Reader:
    fields = model.config.model
    of_image = set(IMAGE_STREAMS) & set(fields.get("streams", ()))
    flat = "streams" not in fields and (fields.inputs == "2d" or fields.get("beside", False))
    needs_image = bool(of_image) or flat
    return Reader(needs_image, _on_clip(model, workdir), _explain(model), own_labels.vocabulary(_types(model)))


def _explain(model: trained.Trained) -> Callable[..., Any] | None:
    """The family's `explain` of this model; not that of `Trained`, its `predict` can be differentiated."""
    if model.family.explain is None:
        return None
    return functools.partial(model.family.explain, functools.partial(model.family.predict, model.variables))


def _on_clip(model: trained.Trained, workdir: pathlib.Path) -> Callable[[Clip], Any]:
    """The family's `on_clip`; weights that do not fit the config show when the network meets them."""

    def run(clip: Clip) -> Any:
        try:
            return model.family.on_clip(model.predict, clip)
        except (flax.errors.FlaxError, KeyError) as error:
            first = str(error).splitlines()[0]
            raise InputError(f"{workdir}: the weights are not those of the config beside them ({first})") from error

    return run


def _info(stage: str, model: trained.Trained, workdir: pathlib.Path) -> ModelInfo:
    step = checkpoints.resolve_step(workdir, "best")
    return ModelInfo(stage, model.config.name, step, *_scores(workdir / SCORES_FILE, step))


def _scores(path: pathlib.Path, step: int) -> tuple[dict[str, float], str]:
    """Scores that `evaluate.py --json` wrote beside the model, and on what; none of another step, or where it was not
    run."""
    try:
        content = json.loads(path.read_text())
        found = content["mean"]["overall"]["all"]
        scores = {
            name: float(value)
            for name, value in found.items()
            if "/" not in name and name not in _COUNTS and value is not None
        }
        return (scores, f"{content['dataset']}, {content['split']}") if content["step"] == step else ({}, "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, ""
