"""Clothed figures as limbs: tapered capsules between joints, each with a cloth."""

import dataclasses

import numpy as np
from jaxtyping import Float

from hdvr_jax.choreo.streams import stream
from hdvr_jax.skeletons import get_skeleton

PATTERNS = ("plain", "stripes", "hoops", "checks", "dots")
_SKINS = ((128, 166, 214), (96, 138, 198), (72, 106, 160), (52, 78, 124), (150, 186, 230))  # blue, green, red
_HAIRS = ((24, 26, 30), (30, 44, 70), (52, 84, 128), (90, 130, 170), (110, 110, 112))
_COCO17 = get_skeleton("coco17")


@dataclasses.dataclass(frozen=True)
class Cloth:
    """A pattern of two colours (blue, green, red; 0 to 255), repeated every `metres`."""

    pattern: str
    first: tuple[float, float, float]
    second: tuple[float, float, float]
    metres: float = 0.1


@dataclasses.dataclass(frozen=True)
class Look:
    """What a dancer wears; `skirt` is its length as a share of the way from hips to ankles, 0 for trousers."""

    top: Cloth
    legs: Cloth
    skin: Cloth
    hair: Cloth
    shoes: Cloth
    sleeves: bool
    skirt: float


@dataclasses.dataclass(frozen=True)
class Limbs:
    """The K limbs of one dancer through time.

    Attributes:
        ends: (T, K, 2, 3) where each begins and ends, metres, world.
        radii: (K, 2) metres at either end.
        cloths: What covers each.
        hem: The limb that is cut off straight at its end, as a skirt is; -1 for none.
    """

    ends: Float[np.ndarray, "T K 2 3"]
    radii: Float[np.ndarray, "K 2"]
    cloths: tuple[Cloth, ...]
    hem: int = -1


def looks(count: int, seed: int, alike: bool) -> list[Look]:
    """What the dancers of a scene wear; `alike` gives all of them the first one's clothes in shades a little apart."""
    rng = stream(seed, "looks")
    drawn = [_look(rng) for _ in range(count)]
    return [_shade(drawn[0], rng) for _ in drawn] if alike else drawn


def limbs(points: Float[np.ndarray, "T 17 3"], look: Look) -> Limbs:
    """The body around COCO-17 joints, metres, Y up."""
    joint = {name: points[:, _COCO17.index(name)] for name in _COCO17.joints}
    hips, chest, ears = (
        (joint[f"left_{name}"] + joint[f"right_{name}"]) / 2 for name in ("hip", "shoulder", "ear")
    )  # fmt: skip
    across = joint["left_hip"] - joint["right_hip"]
    ahead = np.cross(across, [0.0, 1.0, 0.0])
    ahead /= np.maximum(np.linalg.norm(ahead, axis=-1, keepdims=True), 1e-6)
    up = (ears - chest) / np.maximum(np.linalg.norm(ears - chest, axis=-1, keepdims=True), 1e-6)
    parts = [
        (chest, ears, 0.055, 0.055, look.skin),
        (ears - 0.03 * up + 0.02 * ahead, ears + 0.03 * up + 0.02 * ahead, 0.095, 0.095, look.skin),
        (ears + 0.03 * up - 0.02 * ahead, ears + 0.05 * up - 0.02 * ahead, 0.105, 0.1, look.hair),
        (chest, hips, 0.13, 0.125, look.top),
        (joint["left_shoulder"], joint["right_shoulder"], 0.075, 0.075, look.top),
        (joint["left_hip"], joint["right_hip"], 0.1, 0.1, look.legs),
    ]
    for side in ("left", "right"):
        parts += _side({name: joint[f"{side}_{name}"] for name in _LIMBED}, ahead, look)
    if look.skirt:
        ankles = (joint["left_ankle"] + joint["right_ankle"]) / 2
        parts.append((hips, hips + look.skirt * (ankles - hips), 0.17, 0.17 + 0.2 * look.skirt, look.legs))
    hem = len(parts) - 1 if look.skirt else -1
    ends = np.stack([np.stack([first, last], 1) for first, last, *_ in parts], 1)
    return Limbs(ends, np.array([part[2:4] for part in parts]), tuple(part[4] for part in parts), hem)


_LIMBED = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


def _side(joint: dict[str, np.ndarray], ahead: np.ndarray, look: Look) -> list[tuple]:
    """One side's trunk, arm and leg."""
    hand = joint["wrist"] + 0.35 * (joint["wrist"] - joint["elbow"])
    toe = joint["ankle"] + 0.14 * ahead - np.array([0.0, 0.04, 0.0])
    leg = look.skin if look.skirt else look.legs
    return [
        (joint["shoulder"], joint["hip"], 0.095, 0.1, look.top),
        (joint["shoulder"], joint["elbow"], 0.058, 0.046, look.top),
        (joint["elbow"], joint["wrist"], 0.044, 0.034, look.top if look.sleeves else look.skin),
        (joint["wrist"], hand, 0.036, 0.034, look.skin),
        (joint["hip"], joint["knee"], 0.065 if look.skirt else 0.088, 0.06, leg),
        (joint["knee"], joint["ankle"], 0.06, 0.042, leg),
        (joint["ankle"], toe, 0.045, 0.035, look.shoes),
    ]


def _look(rng: np.random.Generator) -> Look:
    def colour() -> tuple[float, float, float]:
        bright = rng.uniform(20, 235, 3)
        return tuple(float(value) for value in 0.7 * bright + 0.3 * bright.mean())

    def cloth(patterns: tuple[str, ...]) -> Cloth:
        return Cloth(str(rng.choice(patterns)), colour(), colour(), float(rng.uniform(0.06, 0.16)))

    skin, hair = _SKINS[rng.integers(len(_SKINS))], _HAIRS[rng.integers(len(_HAIRS))]
    top, legs = cloth(PATTERNS), cloth(("plain", "plain", *PATTERNS))
    shoes = Cloth("plain", *[tuple(float(v) for v in rng.uniform(10, 90, 3))] * 2)
    skirt = float(rng.uniform(0.45, 0.75)) if rng.random() < 0.4 else 0.0
    bare = (Cloth("plain", tone, tone) for tone in (skin, hair))
    return Look(top, legs, *bare, shoes, bool(rng.random() < 0.5), skirt)


def _shade(look: Look, rng: np.random.Generator) -> Look:
    """The same clothes, each colour changed by a little."""

    def near(cloth: Cloth) -> Cloth:
        first, second = (
            tuple(float(v) for v in np.clip(np.array(colour) + rng.normal(0, 7, 3), 0, 255))
            for colour in (cloth.first, cloth.second)
        )
        return dataclasses.replace(cloth, first=first, second=second)

    return dataclasses.replace(look, top=near(look.top), legs=near(look.legs), hair=near(look.hair))
