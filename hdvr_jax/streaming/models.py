"""The trained models of a stream: those of a recognition, none of which may read a frame after its own."""

import dataclasses
import functools
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import flax.errors
import flax.linen as nn
import jax
import jax.numpy as jnp

from hdvr_jax import lifter_inputs, trained
from hdvr_jax.clip_poses import LIFTED_SKELETON
from hdvr_jax.errors import InputError
from hdvr_jax.families import lifter as lifter_family
from hdvr_jax.movements import load_vocabulary, type_slots
from hdvr_jax.networks.lifter import Mirrors
from hdvr_jax.networks.lstm import GenreNetwork, MovementNetwork
from hdvr_jax.published.lifter import LAYOUTS
from hdvr_jax.published.videopose3d import Imported, load_with_trajectory
from hdvr_jax.recognition.models import STAGES, other_lifter, restore
from hdvr_jax.skeletons import BODY_PARTS, get_skeleton

# What a genre model of a stream may read.
_STREAMS = ("poses2d", "poses3d", "movements")
# Families of lifters that run a frame at a time, and by what names their variables hold networks; one has no name.
_LIFTERS = {"lifter": (), "lifter_trajectory": ("poses", "trajectory"), "reprojection": ("poses",)}


@dataclasses.dataclass(frozen=True, eq=False)
class LiftModel:
    """A causal lifter.

    Attributes:
        networks, variables, mirrors: Of "poses" and, where there is one, "trajectory" (`lifter_trajectory`; published:
            metres as they are). Mirrors are None where predictions are not averaged with the mirror image's.
        inputs: Kind, of `lifter_inputs.INPUTS`.
        skeleton: Of the inputs; poses are of h36m17.
        fps: At which it runs; None for the recording's.
        published: Whether the trajectory is in metres rather than along the dancer's ray.
    """

    networks: Mapping[str, nn.Module]
    variables: Mapping[str, Any]
    mirrors: Mapping[str, Mirrors | None]
    inputs: str
    skeleton: str
    fps: float | None
    published: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class MovementModel:
    """A causal movement model; `inputs` is "2d" or "3d_lifted"."""

    network: MovementNetwork
    variables: Any
    inputs: str
    own_axes: bool
    whole_body: bool
    fps: float


@dataclasses.dataclass(frozen=True, eq=False)
class GenreModel:
    """A genre model; `streams` as in `hdvr_jax.families.genre_streams`, `names` of the genres."""

    network: GenreNetwork
    variables: Any
    streams: tuple[str, ...]
    own_axes: bool
    fps: float
    names: tuple[str, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class StreamModels:
    """The models of a stream; None where a stage has none. `names` are those of their configs or files, by stage;
    `notes` tell in sentences what is assumed."""

    lifter: LiftModel
    movements: MovementModel | None = None
    genre: GenreModel | None = None
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def described(self) -> dict[str, dict[str, Any]]:
        """By stage, what is worth telling: name, frames per second (null: those of the recording) and what is read."""
        field = max(network.receptive_field for network in self.lifter.networks.values())
        found = {"lifter": {"fps": self.lifter.fps, "inputs": self.lifter.inputs, "frames": field}}
        if self.movements is not None:
            found["movements"] = {"fps": self.movements.fps, "inputs": self.movements.inputs}
        if self.genre is not None:
            found["genre"] = {"fps": self.genre.fps, "inputs": list(self.genre.streams)}
        return {stage: {"name": self.names.get(stage, ""), **told} for stage, told in found.items()}


def load(
    folder: str | os.PathLike,
    *,
    weights: str | os.PathLike | None = None,
    layout: str = "coco17",
    lifter: str | os.PathLike | None = None,
) -> StreamModels:
    """The models of a folder that holds a workdir for each stage.

    Args:
        weights: Published VideoPose3D checkpoint, trained with --causal, in place of the lifter.
        layout: Joint set of its inputs.
        lifter: Workdir of the lifter to take in place of the folder's; not beside `weights`.
    Raises:
        InputError: no lifter, a model that cannot be restored, or one that reads later frames or true 3D poses; says
            what to train.
    """
    folder = pathlib.Path(folder)
    makers = {"lifter": of_lifter, "movements": of_movements, "genre": of_genre}
    workdirs = {stage: folder / stage for stage in makers if (folder / stage).is_dir()}
    if lifter is not None:
        workdirs["lifter"] = pathlib.Path(lifter)
    if weights is None and "lifter" not in workdirs:
        causal = f"configs/lifter_causal.py with --workdir={folder / 'lifter'}"
        raise InputError(f"{folder}: no lifter, which a stream needs; train {causal}")
    loaded = {stage: restore(path) for stage, path in workdirs.items() if not (weights and stage == "lifter")}
    found = {stage: makers[stage](model, workdirs[stage]) for stage, model in loaded.items()}
    names = {stage: model.config.name for stage, model in loaded.items()}
    if weights:
        found["lifter"], names["lifter"] = of_published(weights, layout), pathlib.Path(weights).name
    readers = {stage: model.config.upstream.get("lifter", "") for stage, model in loaded.items() if stage != "lifter"}
    note = other_lifter(readers, lifter) if weights or lifter is not None else ""
    models = StreamModels(**found, names=names, notes=(note,) if note else ())
    if models.genre is not None:
        _check_genre(models, folder / "genre")
    return models


def of_lifter(model: trained.Trained, workdir: os.PathLike | str) -> LiftModel:
    """The lifter of a workdir; raises InputError where it is none, or not causal."""
    config = model.config
    _check_lifter(model, workdir)
    networks, variables = {"poses": lifter_family.network(config)}, {"poses": model.variables}
    if not networks["poses"].causal:
        raise InputError(
            f"{workdir}: this lifter reads frames after its own (config.model.causal is False); a stream needs one as "
            "configs/lifter_causal.py trains"
        )
    if "trajectory" in _LIFTERS[config.family]:
        networks["trajectory"] = lifter_family.network(config, joints=1)
    if _LIFTERS[config.family]:
        variables = {name: {kind: found.get(name) for kind, found in model.variables.items()} for name in networks}
    mirrors = {name: lifter_family.mirrors_of(config, net) for name, net in networks.items()}
    inputs = lifter_inputs.inputs_of(config)
    found = LiftModel(networks, variables, mirrors, inputs, config.model.skeleton, float(config.data.fps))
    _check_weights(found, workdir)
    return found


def _check_lifter(model: trained.Trained, workdir: os.PathLike | str) -> None:
    """Raises InputError for a family that does not lift, or not a frame at a time, and for another skeleton."""
    family, skeleton = model.config.family, model.config.model.skeleton
    if family in STAGES[1:] or model.family.on_clip is None:
        raise InputError(f"{workdir}: holds a model of family {family}; expected lifter")
    if family not in _LIFTERS:
        raise InputError(
            f"{workdir}: a lifter of family {family} cannot run a frame at a time; a stream needs one of the families "
            f"{', '.join(_LIFTERS)}, such as configs/lifter_causal.py trains"
        )
    if skeleton != LIFTED_SKELETON:
        raise InputError(f"{workdir}: lifts {skeleton}; a stream needs {LIFTED_SKELETON}")


def _check_weights(model: LiftModel, workdir: os.PathLike | str) -> None:
    """Raises InputError for weights that do not fit their config; shapes alone are traced."""
    values = len(get_skeleton(model.skeleton).joints) * (2 if model.inputs == "screen" else 3)
    for name, net in model.networks.items():
        seen = jax.ShapeDtypeStruct((1, net.receptive_field, values), jnp.float32)
        try:
            jax.eval_shape(functools.partial(net.apply, strided=False), model.variables[name], seen)
        except flax.errors.FlaxError as error:
            first = str(error).splitlines()[0]
            raise InputError(f"{workdir}: the weights are not those of the config beside them ({first})") from error


def of_published(path: str | os.PathLike, layout: str) -> LiftModel:
    """The lifter of a published checkpoint, which is taken to be causal: the file does not tell."""
    if layout not in LAYOUTS:
        raise InputError(f"no published weights read the layout {layout!r}; expected {' or '.join(LAYOUTS)}")
    posed, moved = load_with_trajectory(pathlib.Path(path), causal=True)
    models = {"poses": posed} | ({} if moved is None else {"trajectory": moved})
    order, outputs = get_skeleton(layout).mirror, get_skeleton(LIFTED_SKELETON).mirror
    for name, model in models.items():
        _check_joints(path, model, len(order), len(outputs) if name == "poses" else 1)
    return LiftModel(
        {name: model.network for name, model in models.items()},
        {name: jax.tree.map(jnp.asarray, model.variables) for name, model in models.items()},
        {name: (order, outputs if name == "poses" else (0,)) for name in models},
        "screen", layout, None, published=True,
    )  # fmt: skip


def _check_joints(path: str | os.PathLike, model: Imported, joints_in: int, joints_out: int) -> None:
    found = (model.joints_in, model.network.joints_out)
    if found != (joints_in, joints_out):
        raise InputError(f"{path}: takes {found[0]} joints to {found[1]}; expected {joints_in} to {joints_out}")


def of_movements(model: trained.Trained, workdir: os.PathLike | str) -> MovementModel:
    """The movement model of a workdir; raises InputError where it is none, or reads later frames or true 3D."""
    config, fields = model.config, model.config.model
    _check_reader(config, "movements", fields.inputs, workdir)
    if fields.get("types", ()):
        raise InputError(
            f"{workdir}: names movement types of a user's own (config.model.types), and a stream only those of the "
            "project's vocabulary; recognise the whole recording (without --stream), or take another movement model"
        )
    if fields.bidirectional:
        raise InputError(
            f"{workdir}: this movement model reads backwards too (config.model.bidirectional is True); a stream needs "
            "one as configs/movements_causal.py trains"
        )
    if fields.get("evidence", 0):
        raise InputError(
            f"{workdir}: this movement model reads the evidence of rules, which look ahead (config.model.evidence); a "
            "stream needs one as configs/movements_causal.py trains"
        )
    _check_causal(fields, workdir)
    network = MovementNetwork(
        slots=type_slots(load_vocabulary()),
        parts=len(BODY_PARTS),
        features=fields.features,
        layers=fields.layers,
        bidirectional=False,
    )
    own_axes = fields.own_axes and fields.inputs != "2d"
    whole_body = fields.get("whole_body", False)
    return MovementModel(network, model.variables, fields.inputs, own_axes, whole_body, float(config.data.fps))


def of_genre(model: trained.Trained, workdir: os.PathLike | str) -> GenreModel:
    """The genre model of a workdir; raises InputError where it is none, or reads what a stream does not have."""
    config, fields = model.config, model.config.model
    _check_reader(config, "genre", fields.inputs if "poses3d" in fields.streams else "2d", workdir)
    if "movements" in fields.streams and fields.movements != "model":
        raise InputError(
            f"{workdir}: this genre model reads the annotator's movements, which need true 3D; a stream needs one with "
            "config.model.movements = 'model'"
        )
    _check_causal(fields, workdir)
    if unknown := [stream for stream in fields.streams if stream not in _STREAMS]:
        raise InputError(f"{workdir}: this genre model reads {unknown[0]}, which a stream does not have")
    network = GenreNetwork(len(fields.genres), fields.features, fields.layers)
    return GenreModel(
        network, model.variables, tuple(fields.streams), fields.own_axes, float(config.data.fps), tuple(fields.genres)
    )


def _check_causal(fields: Any, workdir: os.PathLike | str) -> None:
    """Raises InputError for what takes the whole of a clip, or more of a frame than a stream keeps."""
    lifted = fields.inputs == "3d_lifted" and "poses3d" in fields.get("streams", ("poses3d",))
    for name in ("level", "beside"):
        if fields.get(name, False) and lifted:
            raise InputError(
                f"{workdir}: config.model.{name} is set, which a stream cannot do; train as "
                "configs/movements_causal.py and configs/genre_choreo.py:causal=True do"
            )


def _check_reader(config: Any, family: str, inputs: str, workdir: os.PathLike | str) -> None:
    if config.family != family:
        raise InputError(f"{workdir}: holds a model of family {config.family}; expected {family}")
    if inputs == "3d_true":
        raise InputError(
            f"{workdir}: was trained on true 3D (config.model.inputs is 3d_true); a stream needs a model of inputs "
            "3d_lifted or 2d"
        )
    if config.model.skeleton != LIFTED_SKELETON:
        raise InputError(f"{workdir}: reads {config.model.skeleton}; a stream needs {LIFTED_SKELETON}")


def _check_genre(models: StreamModels, workdir: pathlib.Path) -> None:
    if "movements" in models.genre.streams and models.movements is None:
        raise InputError(f"{workdir}: reads movements, and there is no movement model beside it")
    if models.lifter.fps is not None and models.genre.fps > models.lifter.fps:
        raise InputError(
            f"{workdir}: runs at {models.genre.fps:g} frames per second, the lifter at {models.lifter.fps:g}; expected "
            "no more than that"
        )
