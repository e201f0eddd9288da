"""Finding every dancer in pictures, with a landmark model that finds one or two large people in a square.

MediaPipe's detector shrinks a picture to a square of 224 pixels, and misses people who are lower than about a third of
it. So frames are searched in overlapping squares of several sizes now and then, and in between every dancer is followed
by a square of their own.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from jaxtyping import Float, UInt8

from hdvr_jax.detection import squares as layout
from hdvr_jax.detection.squares import Square
from hdvr_jax.skeletons import get_skeleton

SKELETON = "mediapipe33"
Picture = UInt8[np.ndarray, "_ _ 3"]
Person = Float[np.ndarray, "33 3"]
# x, y in pixels and visibility in [0, 1] of each joint.
People = Float[np.ndarray, "_ 33 3"]
Quality = Float[np.ndarray, " _"]
Find = Callable[[Picture], People]

_VISIBLE = 0.5
# Shares of a person's size.
_SAME, _ON_BODY = 0.12, 0.08
_LARGEST_PART, _LEAST_INSIDE = 0.75, 0.85
_MIRROR = np.array(get_skeleton(SKELETON).mirror)
# Width of a painted limb.
_LIMB = 0.07
_TRUNK = [
    get_skeleton(SKELETON).index(f"{side}_{joint}") for joint in ("shoulder", "hip") for side in ("left", "right")
]
_LIMBS = tuple(
    tuple(get_skeleton(SKELETON).index(joint) for joint in bone.split("-"))
    for side in ("left", "right")
    for bone in (
        f"nose-{side}_shoulder",
        f"{side}_shoulder-{side}_elbow",
        f"{side}_elbow-{side}_wrist",
        f"{side}_shoulder-{side}_hip",
        f"{side}_hip-{side}_knee",
        f"{side}_knee-{side}_ankle",
        f"{side}_ankle-{side}_foot_index",
    )
)


@dataclasses.dataclass(frozen=True)
class Settings:
    """How people are looked for.

    Attributes:
        search_seconds: Time between two searches of the whole frame; dancers who enter are found that late.
        smallest: Height of the smallest dancers to find, as a share of the frame's shorter side.
        shorter_side: Pixels; larger frames are shrunk to it before the search.
        margin: Side of a dancer's square, as a multiple of their height or width.
        confidence: Least confidence of the model in a person, 0 to 1.
        people_in_square: Most people to find in one square.
    """

    search_seconds: float = 0.5
    smallest: float = 0.15
    shorter_side: int = 1080
    margin: float = 1.5
    confidence: float = 0.5
    people_in_square: int = 3


def found_in(frames: Iterable[Picture], find: Find, settings: Settings) -> Iterator[People]:
    """The people of each frame, in its pixels: all of the first frame is searched, dancers are followed from there.

    Args:
        frames: BGR, all of one size, in order of time.
        find: The people in a square picture, in pixels of it.
        settings: How they are looked for.
    """
    places: list[Square] = []
    for number, frame in enumerate(frames):
        people, places = found_next(frame, find, places, settings, anew=number == 0)
        yield people


def found_next(
    frame: Picture, find: Find, places: list[Square], settings: Settings, *, anew: bool
) -> tuple[People, list[Square]]:
    """The people of a frame, and the squares in which to look for them in the next one.

    Args:
        places: Those squares, as the frame before told them; none before the first.
        anew: Whether all of the frame is searched.
    """
    if anew:
        places = layout.merged(places + search(frame, find, settings))
    people = look_at(frame, find, places, settings.margin)
    around = [_around(person, settings.margin) for person in people]
    # Where nobody was found this time somebody may be found in the next frame.
    return people, around + [place for place in places if all(layout.overlap(place, other) < 0.3 for other in around)]


def search(frame: Picture, find: Find, settings: Settings) -> list[Square]:
    """The squares of all people in a frame, found in squares of all sizes."""
    height, width = frame.shape[:2]
    tried = layout.covering(width, height, settings.smallest)
    found = [_find_in(frame, square, find, settings.margin) for square in tried]
    places = [_around(person, settings.margin) for person in _all_distinct(found)]
    # A square that cut somebody is put right by a second look, in which somebody close behind may show as well.
    people = look_at(frame, find, places, settings.margin)
    hidden = _look_behind(frame, find, [_around(person, settings.margin) for person in people], people, settings.margin)
    return [_around(person, settings.margin) for person in np.concatenate([people, hidden])]


def look_at(frame: Picture, find: Find, places: list[Square], margin: float) -> People:
    """The people in some squares of a frame, everybody once, as seen by the square that frames them best.

    Of two who are close the model sees one. So a square that led to nobody is looked at again without who was found.
    """
    people = _all_distinct([_find_in(frame, place, find, margin) for place in places])
    around = [_around(person, margin) for person in people]
    taken = set()
    for square in around:
        free = [index for index in range(len(places)) if index not in taken]
        taken |= {max(free, key=lambda index, square=square: layout.overlap(places[index], square))} if free else set()
    left = [place for index, place in enumerate(places) if index not in taken]
    return np.concatenate([people, _look_behind(frame, find, left, people, margin)])


def _look_behind(frame: Picture, find: Find, places: list[Square], people: People, margin: float) -> People:
    """Who is found in some squares besides the people known, when those are painted over."""
    near = [place for place in places if any(layout.overlap(place, _around(one, margin)) > 0 for one in people)]
    if not near:
        return people[:0]
    painted = frame.copy()
    for person in people:
        paint_over(painted, person)
    found = _all_distinct([_find_in(painted, place, find, margin) for place in near])
    new = [one for one in found if not any(_same(one, other) or _part_of(one, other) for other in people)]
    return np.array(new, np.float32).reshape(-1, *found.shape[1:])


def paint_over(frame: Picture, person: Person) -> None:
    """Paints head, trunk and limbs of somebody in the mean colour of their surroundings."""
    import cv2

    low, high = box(person)
    left, top = np.maximum(low, 0).astype(int)
    right, bottom = np.minimum(high + 1, frame.shape[1::-1]).astype(int)
    if left >= right or top >= bottom:
        return
    colour = tuple(float(value) for value in frame[top:bottom, left:right].mean((0, 1)))
    points = np.clip(person[:, :2], -30000, 30000).round().astype(int)
    width = max(1, round(_LIMB * _size(person)))
    for start, end in _LIMBS:
        cv2.line(frame, points[start].tolist(), points[end].tolist(), colour, width)
    cv2.fillConvexPoly(frame, cv2.convexHull(points[_TRUNK].astype(np.int32)), colour)
    cv2.circle(frame, points[0].tolist(), width, colour, -1)


def distinct(people: People, quality: Quality) -> People:
    """Everybody once, as found with the best quality, of people who may be there several times, or in parts."""
    kept: list[int] = []
    for index in np.argsort(-quality, kind="stable"):
        if not any(_same(people[index], people[other]) for other in kept):
            kept.append(int(index))
    return people[[one for one in kept if not any(_part_of(people[one], people[other]) for other in kept)]]


def shrunk(frame: Picture, shorter_side: int) -> tuple[Picture, float]:
    """A frame whose shorter side is no longer than wanted, and how many pixels of before one of its pixels is."""
    import cv2

    shorter = min(frame.shape[:2])
    if shorter <= shorter_side:
        return frame, 1.0
    scale = shorter / shorter_side
    size = (round(frame.shape[1] / scale), round(frame.shape[0] / scale))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA), scale


def box(person: Person) -> Float[np.ndarray, "2 2"]:
    """Least and largest (x, y) of the joints that are visible, of all joints where fewer than three are."""
    seen = person[person[:, 2] >= _VISIBLE, :2]
    seen = seen if len(seen) > 2 else person[:, :2]
    return np.stack([seen.min(0), seen.max(0)])


def _all_distinct(found: list[tuple[People, Quality]]) -> People:
    if not found:
        return np.zeros((0, 33, 3), np.float32)
    people, quality = zip(*found)
    return distinct(np.concatenate(people), np.concatenate(quality))


def _find_in(frame: Picture, square: Square, find: Find, margin: float) -> tuple[People, Quality]:
    """People in a square of a frame, without those whom its edge cuts, and how good the finds are."""
    x, y, side = square
    people = find(layout.cut(frame, square)) + np.array([x, y, 0], np.float32)
    height, width = frame.shape[:2]
    least = np.array([x if x > 0 else -np.inf, y if y > 0 else -np.inf])
    most = np.array([x + side if x + side < width else np.inf, y + side if y + side < height else np.inf])
    whole = [_share_inside(person, least, most) >= _LEAST_INSIDE for person in people]
    people = people[np.array(whole, bool)]
    return people, _quality(people, square, margin)


def _quality(people: People, square: Square, margin: float) -> Quality:
    """Mean visibility, less what somebody is off the middle of the square and off the size that fits it."""
    result = np.zeros(len(people))
    for index, person in enumerate(people):
        low, high = box(person)
        off = np.linalg.norm((low + high) / 2 - np.array(square[:2]) - square[2] / 2) / square[2]
        fit = abs(np.log(max(float((high - low).max()), 1.0) * margin / square[2]))
        result[index] = person[:, 2].mean() - 0.5 * off - 0.3 * fit
    return result


def _share_inside(person: Person, least: np.ndarray, most: np.ndarray) -> float:
    low, high = box(person)
    extent = np.maximum(high - low, 1)
    return float(np.prod(np.clip(np.minimum(high, most) - np.maximum(low, least), 0, extent) / extent))


def _same(one: Person, other: Person) -> bool:
    """Whether two finds are one person: most joints near to each other, left and right perhaps exchanged."""
    distances = (np.linalg.norm(one[:, :2] - turned[:, :2], axis=-1) for turned in (other, other[_MIRROR]))
    return bool(min(float(np.median(distance)) for distance in distances) < _SAME * _size(one))


def _part_of(one: Person, other: Person) -> bool:
    """Whether a find is a piece of a larger person, an arm or the legs taken for somebody: it lies on their limbs."""
    if _size(one) >= _LARGEST_PART * _size(other):
        return False
    joints = sorted({joint for bone in _LIMBS for joint in bone})
    starts, ends = (other[[bone[end] for bone in _LIMBS], :2] for end in (0, 1))
    along = ends - starts
    offset = one[joints, None, :2] - starts
    share = np.clip((offset * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-6), 0, 1)
    nearest = np.linalg.norm(offset - share[..., None] * along, axis=-1).min(1)
    return bool(np.median(nearest) < _ON_BODY * _size(other))


def _size(person: Person) -> float:
    low, high = box(person)
    return max(float((high - low).max()), 1.0)


def _around(person: Person, margin: float) -> Square:
    low, high = box(person)
    side = max(32, round(margin * _size(person)))
    x, y = (low + high) / 2 - side / 2
    return round(float(x)), round(float(y)), side
