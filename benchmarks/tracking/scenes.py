"""Scenes: who dances where, before which camera.

`salsa_NN_x` is a couple of the CMU captures (real motion of two people in one world frame), `choreo_N_x` a group of N
built-in dancers in unison who change places again and again. `x`, one of `a` to `d`, names the camera, and with it the
clothes and a group's dance: in every third scene the dancers are dressed nearly alike. What is tuned is tuned on `a`
and `b`; `c` and `d` are there to see whether it holds. The same scenes under `HARD` conditions, with larger groups,
are there to make trackers fail.
"""

import dataclasses
import pathlib

import numpy as np
from jaxtyping import Float

from datasets.raw import find_raw
from hdvr_jax.choreo.curves import minimum_jerk, smooth
from hdvr_jax.choreo.dancer import sample_dancer
from hdvr_jax.choreo.grammar import GENRES, sample_choreography
from hdvr_jax.choreo.streams import stream
from hdvr_jax.choreo.take import Take, dance
from hdvr_jax.choreo.views import image_points, sample_views
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.cmu import load_pack
from hdvr_jax.keypoints.views import View
from hdvr_jax.pose_track import PoseTrack

COUPLES = ("01", "02", "03", "04", "05", "06", "07", "09", "10", "11", "12")
COMPANIES = (2, 3, 4, 5)
CAMERAS = "abcd"
SIZE = 640  # pixels of the longer side
FPS = 30.0
_ANKLE_HEIGHT = 0.08  # metres
_APART = 1.2  # metres between neighbours of a formation
_KEPT = 0.3  # share of a dancer's own travel that is kept, so that neighbours do not walk into each other
_PASSING = 0.45  # metres by which dancers who change places pass to the right of the straight line


@dataclasses.dataclass(frozen=True)
class Conditions:
    """Under which a scene is filmed and its people are detected.

    Attributes:
        fps: Frames per second of the camera.
        uniform: Whether all dancers are dressed nearly alike in every scene.
        hidden: A person of whom less than about this share is seen is missed.
        duplicate: Of two boxes that overlap more than this (IoU), the less certain is suppressed.
        missed: Share of the time in which a person is missed for no reason.
        trembling: Error of joints besides the fitted one, in a dancer's heights (standard deviation).
        crowds: Sizes of further groups, beside `COMPANIES`.
    """

    fps: float = FPS
    uniform: bool = False
    hidden: float = 0.3
    duplicate: float = 0.7
    missed: float = 0.0
    trembling: float = 0.0
    crowds: tuple[int, ...] = ()


USUAL = Conditions()
# A detector that keeps up with every third frame only, on people who are a third hidden or far too near to each other.
HARD = Conditions(fps=10.0, uniform=True, hidden=0.5, duplicate=0.5, missed=0.05, trembling=0.02, crowds=(6, 8))


@dataclasses.dataclass(frozen=True)
class Scene:
    """Dancers before a camera.

    Attributes:
        name: As in `names`.
        points: (D, T, 17, 3) COCO-17 joints of the D dancers, metres, Y up, floor at 0.
        view: The camera.
        seed: Of everything that is drawn at random: clothes, room, noise.
        alike: Whether the dancers are dressed nearly alike.
        conditions: Under which it is filmed.
    """

    name: str
    points: Float[np.ndarray, "D T 17 3"]
    view: View
    seed: int
    alike: bool
    conditions: Conditions = USUAL

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.conditions.fps

    @property
    def dancers(self) -> int:
        """How many there are."""
        return self.points.shape[0]

    @property
    def frames(self) -> int:
        """How long it lasts."""
        return self.points.shape[1]

    def seen(self) -> tuple[Float[np.ndarray, "D T 17 2"], Float[np.ndarray, "D T 17"]]:
        """Pixels and depth (metres) of the joints."""
        return image_points(self.view, self.points)


def names(conditions: Conditions = USUAL) -> list[str]:
    """Every scene's name."""
    groups = [f"choreo_{count}" for count in (*COMPANIES, *conditions.crowds)]
    couples = [f"salsa_{couple}" for couple in COUPLES]
    return [f"{kind}_{camera}" for kind in (*couples, *groups) for camera in CAMERAS]


def dressed_alike(name: str) -> bool:
    """Whether the dancers of a scene wear nearly the same under usual conditions."""
    kind, which, camera = name.split("_")
    place = COUPLES.index(which) if kind == "salsa" else len(COUPLES) + int(which) - COMPANIES[0]
    return (2 * place + CAMERAS.index(camera)) % 3 == 2


def load(name: str, seconds: float, conditions: Conditions = USUAL) -> Scene:
    """A scene of at most `seconds`; another length gives another camera, and groups other changes of place.

    Raises:
        InputError: an unknown name or a missing recording.
    """
    if name not in names(conditions):
        raise InputError(f"no scene {name!r}; there are {', '.join(names(conditions))}")
    kind, which, camera = name.split("_")
    rng = stream(0, "tracking", name)
    points = _salsa(which, rng) if kind == "salsa" else _company(f"{which}_{camera}", int(which), seconds, rng)
    points = np.ascontiguousarray(points[:, : max(1, round(seconds * FPS))], np.float32)
    seed = int(rng.integers(2**31))
    view, step = _view(points, rng), round(FPS / conditions.fps)
    return Scene(name, points[:, ::step], view, seed, conditions.uniform or dressed_alike(name), conditions)


def _salsa(take: str, rng: np.random.Generator) -> np.ndarray:
    """A couple, turned about the vertical by any angle, so that cameras stand all around."""
    path = find_raw("cmu") / "dance_30fps.npz"
    clips = [clip for clip in load_pack(pathlib.Path(path)) if clip.take == f"salsa_{take}"]
    if len(clips) < 2:
        raise InputError(f"{path}: salsa_{take} has {len(clips)} dancers; expected a couple")
    frames = min(len(clip.points) for clip in clips)
    tracks = [PoseTrack.from_points(clip.points[:frames], "cmu25", clip.fps).to_skeleton("coco17") for clip in clips]
    points = np.stack([track.keypoints for track in tracks])
    middle = points.mean((0, 1, 2))
    floor = np.percentile(points[..., 1].min(-1), 5) - _ANKLE_HEIGHT
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    return (points - [middle[0], floor, middle[2]]) @ turn.T


def _company(name: str, count: int, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Dancers of one choreography, each in a place of a circle; they move as on a carpet when they change places."""
    genre = str(rng.choice(GENRES))
    choreography = sample_choreography(stream(0, "tracking", "choreography", name), genre, name)
    first = int(rng.integers(len(choreography.items)))
    tracks = []
    for number in range(count):
        dancer = sample_dancer(stream(0, "tracking", name, number), f"dancer-{number}")
        take = Take(name, "test", choreography, (dancer,), first, seconds)
        points = dance(take, FPS, stream(0, "tracking", "dance", name, number))[0].coco17
        travel = smooth(points.mean(1), 0.8, FPS) * [1.0, 0.0, 1.0]
        tracks.append(points - (1 - _KEPT) * travel[:, None])
    paths = formation_paths(count, tracks[0].shape[0], rng)
    return np.stack(tracks) + paths[:, :, None]


def formation_paths(count: int, frames: int, rng: np.random.Generator) -> Float[np.ndarray, "D T 3"]:
    """Where dancers stand on a circle, and how they change places: two exchange theirs, or all move on by one."""
    radius = max(0.7, _APART / (2 * np.sin(np.pi / count)))
    around = 2 * np.pi * np.arange(count) / count + rng.uniform(0, 2 * np.pi)
    places = radius * np.stack([np.cos(around), np.zeros(count), np.sin(around)], -1)
    held = np.arange(count)
    time = np.arange(frames) / FPS
    paths = np.repeat(places[held][:, None], frames, 1)
    moment = float(rng.uniform(0.5, 1.5))
    while moment < time[-1]:
        after, lasts = _exchanged(held, rng), float(rng.uniform(1.2, 2.0))
        share = (time - moment) / lasts
        way = places[after] - places[held]
        side = np.stack([-way[:, 2], way[:, 1], way[:, 0]], -1)
        side /= np.maximum(np.linalg.norm(side, axis=-1, keepdims=True), 1e-6)
        bow = _PASSING * np.sin(np.pi * np.clip(share, 0, 1))
        moved = places[held][:, None] + minimum_jerk(share)[:, None] * way[:, None] + bow[:, None] * side[:, None]
        paths = np.where((share > 0)[:, None], moved, paths)
        held, moment = after, moment + lasts + float(rng.uniform(0.3, 1.8))
    return paths


def _exchanged(held: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Who holds which place after the next change: neighbours or opposites exchange theirs, or all move on."""
    count = len(held)
    if count > 2 and rng.random() < 0.3:
        # This way round, passing on the right leads outwards; the other way all would meet in the middle.
        return (held - 1) % count
    place = int(rng.integers(count))
    other = (place + (count // 2 if count % 2 == 0 and rng.random() < 0.5 else 1)) % count
    return np.select([held == place, held == other], [other, place], held)


def _view(points: np.ndarray, rng: np.random.Generator) -> View:
    """A camera that sees everybody, its picture as small as is drawn here."""
    (view,) = sample_views(rng, points.reshape(-1, 3), (float(rng.uniform(-50, 50)),))
    scale = SIZE / max(view.image_size)
    width, height = (round(scale * side) for side in view.image_size)
    return dataclasses.replace(view, focal=view.focal * scale, center=view.center * scale, image_size=(width, height))
