"""The trained models of a recognition, from a folder that holds a workdir for each stage."""

import dataclasses
import functools
import json
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import flax.errors
import numpy as np

from hdvr_jax import checkpoints, configurations, trained
from hdvr_jax.clip_poses import LIFTED_SKELETON
from hdvr_jax.errors import InputError
from hdvr_jax.families.genre_streams import IMAGE_STREAMS
from hdvr_jax.movements import Vocabulary, load_vocabulary, own_labels
from hdvr_jax.multiseed.refinement import refine
from hdvr_jax.published import lifter as published_lifter
from hdvr_jax.recognition.results import ModelInfo

STAGES = ("lifter", "movements", "genre")
HOW_TO_TRAIN = "run `make demo`, or train.py with a config of configs/ and --workdir={folder}/{stage}"
SCORES_FILE = "evaluation.json"
PUBLISHED_NOTE = (
    "The published model knows one camera, that of its training (Human3.6M, focal length 1.15 image widths): with "
    "another its {what} are those which that camera would have seen."
)
REFINED_NOTE = (
    "Lifted poses were refined: fitted to the keypoints, bones held to constant length (--refine). Their expected "
    "errors are those of lifters that are right within about 5 cm; with a poorer one they tell which joints and frames "
    "to trust less, not by how much."
)
_COUNTS = ("sequences", "types")  # among the scores, but none
_FIELDS = ("family", "name", "num_seeds", "data", "model", "train")  # of the config of every training

Clip = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Lifted:
    """What a lifter gives for a clip of one view.

    Attributes:
        poses: (T, J, 3) metres about the hips, in the camera's axes.
        trajectory: (T, 3) metres, where the hips are in the same axes; None where the lifter does not tell.
        expected_error: (T, J) metres by which joints are off in the mean; None without refinement.
    """

    poses: Any
    trajectory: Any = None
    expected_error: Any = None


@dataclasses.dataclass(frozen=True)
class Reader:
    """A model of a later stage.

    Attributes:
        needs_image: Whether it reads 2D keypoints, which a 3D input does not have.
        run: Clip -> what the family's `on_clip` gives.
        explain: (clip, causes, genre) -> what the family's `explain` gives; None where the model cannot.
        vocabulary: Movement types that it names or reads.
        lifter: Workdir of the lifter on whose poses it was trained; "" where there was none.
    """

    needs_image: bool
    run: Callable[[Clip], Any]
    explain: Callable[[Clip, Sequence[tuple[int, int, int]], int], Any] | None = None
    vocabulary: Vocabulary = dataclasses.field(default_factory=load_vocabulary)
    lifter: str = ""


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
        lifter_workdir: Of the lifter's training; None for a published one.
        refines: Whether lifted poses are refined.
    """

    folder: str
    lifter: Callable[[Clip], Lifted] | None = None
    movements: Reader | None = None
    genre: Reader | None = None
    infos: Mapping[str, ModelInfo] = dataclasses.field(default_factory=dict)
    notes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    lifter_workdir: pathlib.Path | None = None
    refines: bool = False


def how_to_train(folder: str | os.PathLike, stage: str = "lifter") -> str:
    """What to do where there is no model."""
    return HOW_TO_TRAIN.format(folder=folder, stage=stage)


def with_published_lifter(models: Models, path: str | os.PathLike, layout: str, *, causal: bool = False) -> Models:
    """The models with the lifter of a published checkpoint; arguments and errors as in `published.lifter.load`."""
    found = published_lifter.load(path, layout, causal=causal)
    kind = "with trajectory" if found.trajectory else "poses alone"
    name = f"{pathlib.Path(path).name} (published weights, {len(found.report)} entries, {kind})"
    known = PUBLISHED_NOTE.format(what="poses and distances" if found.trajectory else "poses")
    return dataclasses.replace(
        models,
        lifter=_lifter(found.on_clip),
        lifter_workdir=None,
        infos={**models.infos, "lifter": ModelInfo("lifter", name, entries=found.report)},
        notes={**models.notes, "lifter": f"{known} {other_lifter(_trained_on(models), None)}".rstrip()},
    )


def with_refinement(models: Models) -> Models:
    """The models with every lifted pose refined on its clip, from those of all seeds of the lifter's training
    (`hdvr_jax.multiseed.refinement`)."""
    if models.lifter is None:
        return dataclasses.replace(models, refines=True)
    lifters, workdir, info = [models.lifter], models.lifter_workdir, models.infos["lifter"]
    name = info.name
    if workdir is not None:
        config = configurations.load_config(workdir)
        name, others = config.name, range(1, config.num_seeds)
        lifters += [_lifter(_on_clip(trained.load(workdir, seed_index=index), workdir)) for index in others]

    def refined(clip: Clip) -> Lifted:
        return Lifted(**refine(clip, np.stack([lifter(clip).poses for lifter in lifters]), LIFTED_SKELETON))

    each = f"{len(lifters)} seeds" if len(lifters) > 1 else "one seed"
    scored_on = info.scored_on and f"{info.scored_on}, not refined"
    told = dataclasses.replace(info, name=f"{name}, refined from {each}", scored_on=scored_on)
    note = " ".join(filter(None, (models.notes.get("lifter", ""), REFINED_NOTE)))
    notes, infos = {**models.notes, "lifter": note}, {**models.infos, "lifter": told}
    return dataclasses.replace(models, lifter=refined, notes=notes, infos=infos, refines=True)


def other_lifter(trained_on: Mapping[str, str], lifter: str | os.PathLike | None) -> str:
    """A sentence on which models were trained on the poses of another lifter than the one used; "" where none was.

    Args:
        trained_on: Workdir of that lifter by stage; "" for a model that read no lifted poses.
        lifter: Workdir of the lifter used; None for one that no training left.
    """
    used = None if lifter is None else pathlib.Path(lifter).resolve()
    others = {stage: path for stage, path in trained_on.items() if path and pathlib.Path(path).resolve() != used}
    if not others:
        return ""
    names = " and ".join({"movements": "movement"}.get(stage, stage) for stage in others)
    were, paths = "models were" if len(others) > 1 else "model was", ", ".join(dict.fromkeys(others.values()))
    return f"The {names} {were} trained on poses of another lifter ({paths}) and may err more on those of this one."


def load(folder: str | os.PathLike, *, optional: bool = False, lifter: str | os.PathLike | None = None) -> Models:
    """Loads the models of all stages that the folder has.

    Args:
        optional: whether no folder and no model in it will do.
        lifter: workdir of the lifter to take in place of the folder's, of which there need then be nothing.
    Raises:
        InputError: no folder, no model in it, a model that cannot be restored, one of another family or skeleton, or a
            genre model of other movement types than the movement model names.
    """
    folder = pathlib.Path(folder)
    found = {stage: folder / stage for stage in STAGES if (folder / stage).is_dir()}
    if lifter is not None:
        found = {**found, "lifter": pathlib.Path(lifter)}
    if not found and not optional:
        raise InputError(f"{folder}: no trained models (no folder {', '.join(STAGES)}); {how_to_train(folder)}")
    models = {stage: _load(stage, workdir) for stage, workdir in found.items()}
    _check_types(models, found)
    readers = {stage: _reader(model, found[stage]) for stage, model in models.items() if stage != "lifter"}
    loaded = Models(
        folder=str(folder),
        lifter=_lifter(_on_clip(models["lifter"], found["lifter"])) if "lifter" in models else None,
        lifter_workdir=found.get("lifter"),
        infos={stage: _info(stage, models[stage], workdir) for stage, workdir in found.items()},
        **readers,
    )
    note = other_lifter(_trained_on(loaded), lifter) if lifter is not None else ""
    return dataclasses.replace(loaded, notes={"lifter": note} if note else {})


def _trained_on(models: Models) -> dict[str, str]:
    """By stage, the workdir of the lifter on whose poses the model was trained."""
    readers = {"movements": models.movements, "genre": models.genre}
    return {stage: reader.lifter for stage, reader in readers.items() if reader is not None}


def restore(workdir: pathlib.Path) -> trained.Trained:
    """`trained.load`; raises InputError too for a folder whose config.json is of something else."""
    config = configurations.load_config(workdir)
    if missing := [field for field in _FIELDS if field not in config]:
        path = workdir / configurations.CONFIG_FILE
        raise InputError(f"{path}: has no {missing[0]}; {workdir} is not the workdir of a training")
    return trained.load(workdir)


def _load(stage: str, workdir: pathlib.Path) -> trained.Trained:
    model = restore(workdir)
    # Besides the family of that name, any that is of no other stage may lift.
    lifts = stage == "lifter" and model.config.family not in STAGES and model.family.on_clip is not None
    if model.config.family != stage and not lifts:
        raise InputError(f"{workdir}: holds a model of family {model.config.family}; expected {stage}")
    if stage == "lifter" and model.config.model.skeleton != LIFTED_SKELETON:
        raise InputError(f"{workdir}: lifts {model.config.model.skeleton}; expected a lifter of {LIFTED_SKELETON}")
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
    vocabulary, lifter = own_labels.vocabulary(_types(model)), model.config.upstream.get("lifter", "")
    return Reader(needs_image, _on_clip(model, workdir), _explain(model), vocabulary, lifter)


def _explain(model: trained.Trained) -> Callable[..., Any] | None:
    """The family's `explain` of this model; not that of `Trained`, its `predict` can be differentiated."""
    if model.family.explain is None:
        return None
    return functools.partial(model.family.explain, functools.partial(model.family.predict, model.variables))


def _on_clip(model: trained.Trained, workdir: pathlib.Path) -> Callable[[Clip], Any]:
    """The family's `on_clip`; weights that do not fit the config show when the network meets them."""

    def predict(batch: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return model.predict(batch)
        # Here, with the clip read and the batch made, what is missing (KeyError) is missing of the weights.
        except (flax.errors.FlaxError, KeyError) as error:
            first = str(error).splitlines()[0]
            raise InputError(f"{workdir}: the weights are not those of the config beside them ({first})") from error

    return functools.partial(model.family.on_clip, predict)


def _info(stage: str, model: trained.Trained, workdir: pathlib.Path) -> ModelInfo:
    step = checkpoints.resolve_step(workdir, "best")
    seeds = model.config.num_seeds
    name = f"{model.config.name}, first seed of {seeds}" if seeds > 1 else model.config.name
    return ModelInfo(stage, name, step, *_scores(workdir / SCORES_FILE, step))


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
