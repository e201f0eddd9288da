"""How hard is `choreo`? The genre from single clip-level features, and from all of them at once.

    python -m benchmarks.choreo_difficulty [--size=standard] [--seed=0]

Every feature of `clip_features` is given to two one-dimensional classifiers (Gaussian naive Bayes, quantile bins) that
are fitted on the training split and scored on the test split (other dancers, other choreographies). Beside the best of
them stands linear discriminant analysis of all features. Motion is taken in 3D, without detector noise.
"""

import argparse
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax import scripts
from hdvr_jax.choreo.grammar import GENRES
from hdvr_jax.choreo.plan import size_named
from hdvr_jax.choreo.records import records
from hdvr_jax.skeletons import get_skeleton

_J = {name: index for index, name in enumerate(get_skeleton("coco17").joints)}
_BANDS = ((0.3, 1.2), (1.2, 2.5), (2.5, 6.0))
_BINS = 8


def clip_features(points: Float[np.ndarray, "T 17 3"], fps: float) -> dict[str, float]:
    """Features of a clip that do not depend on where it is danced: speeds, heights, spectra, angles, travel, turns."""
    left, right = _sides(points)
    hips = (points[:, _J["left_hip"]] + points[:, _J["right_hip"]]) / 2
    shoulders = (points[:, _J["left_shoulder"]] + points[:, _J["right_shoulder"]]) / 2
    size = float(np.median(points[:, _J["nose"], 1]))
    across = points[:, _J["left_hip"]] - points[:, _J["right_hip"]]
    heading = np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))
    features = _speeds(points, hips, size, fps) | _heights(points, hips, size) | _angles(points, hips, shoulders)
    travel = np.linalg.norm(np.diff(hips[:, [0, 2]], axis=0), axis=-1)
    turn_rate = np.abs(np.diff(heading)) * fps
    features |= {
        "travel": travel.sum() / size / len(points),
        "extent": float(np.ptp(hips[:, [0, 2]], axis=0).max()) / size,
        "turn_mean": turn_rate.mean(),
        "turn_p95": np.percentile(turn_rate, 95),
        "turn_range": float(np.ptp(heading)),
        "still": float(np.mean(travel * fps < 0.1)),
    }
    for name, apart in {
        "hands": left["wrist"] - right["wrist"],
        "feet": left["ankle"] - right["ankle"],
        "left_hand_head": left["wrist"] - points[:, _J["nose"]],
        "right_hand_hip": right["wrist"] - hips,
    }.items():
        distance = np.linalg.norm(apart, axis=-1) / size
        features |= {f"{name}_mean": distance.mean(), f"{name}_std": distance.std()}
    return {name: float(value) for name, value in features.items()}


def _sides(points: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    return tuple(
        {joint: points[:, _J[f"{side}_{joint}"]] for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")}
        for side in ("left", "right")
    )


def _speeds(points: np.ndarray, hips: np.ndarray, size: float, fps: float) -> dict[str, float]:
    features = {}
    tracks = {"hips": hips} | {name: points[:, _J[name]] for name in ("nose", "left_wrist", "left_ankle", "left_knee")}
    tracks["right_wrist_in_body"] = points[:, _J["right_wrist"]] - hips
    for name, track in tracks.items():
        speed = np.linalg.norm(np.diff(track, axis=0), axis=-1) * fps / size
        jerk = np.linalg.norm(np.diff(track, 3, axis=0), axis=-1)
        features |= {
            f"{name}_speed_mean": speed.mean(),
            f"{name}_speed_p95": np.percentile(speed, 95),
            f"{name}_smoothness": np.log(jerk.mean() + 1e-9) - np.log(speed.mean() + 1e-9),
        }
        spectrum = np.abs(np.fft.rfft((speed - speed.mean()) * np.hanning(speed.size))) ** 2
        rate = np.fft.rfftfreq(speed.size, 1.0 / fps)
        inside = (rate > 0.4) & (rate < 6)
        features[f"{name}_tempo"] = rate[inside][np.argmax(spectrum[inside])]
        for low, high in _BANDS[1:]:
            features[f"{name}_band_{low}"] = spectrum[(rate >= low) & (rate < high)].sum() / (spectrum[1:].sum() + 1e-9)
    return features


def _heights(points: np.ndarray, hips: np.ndarray, size: float) -> dict[str, float]:
    features = {"hips_height": hips[:, 1].mean() / size, "hips_height_std": hips[:, 1].std() / size}
    features["hips_lowest"] = hips[:, 1].min() / size
    for name in ("left_wrist", "right_wrist", "left_ankle", "right_knee"):
        height = points[:, _J[name], 1] / size
        features |= {f"{name}_height": height.mean(), f"{name}_height_std": height.std(), f"{name}_top": height.max()}
    return features


def _angles(points: np.ndarray, hips: np.ndarray, shoulders: np.ndarray) -> dict[str, float]:
    features = {}
    for name, (a, b, c) in {
        "left_elbow": ("left_shoulder", "left_elbow", "left_wrist"),
        "right_elbow": ("right_shoulder", "right_elbow", "right_wrist"),
        "left_knee": ("left_hip", "left_knee", "left_ankle"),
        "right_knee": ("right_hip", "right_knee", "right_ankle"),
        "left_armpit": ("left_hip", "left_shoulder", "left_elbow"),
    }.items():
        angle = _between(points[:, _J[a]] - points[:, _J[b]], points[:, _J[c]] - points[:, _J[b]])
        features |= {f"{name}_mean": angle.mean(), f"{name}_std": angle.std()}
    lean = _between(shoulders - hips, np.array([0.0, 1.0, 0.0]))
    lines = [points[:, _J[f"left_{part}"]] - points[:, _J[f"right_{part}"]] for part in ("hip", "shoulder", "ear")]
    twist = _between(lines[0], lines[1])
    head = _between(lines[1], lines[2])
    roll = np.arcsin(np.clip(lines[0][:, 1] / np.linalg.norm(lines[0], axis=-1), -1, 1))
    for name, angle in {"lean": lean, "twist": twist, "head_turn": head, "hip_roll": np.abs(roll)}.items():
        features |= {f"{name}_mean": angle.mean(), f"{name}_std": angle.std()}
    return features


def _between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    cosine = np.sum(a * b, axis=-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1) + 1e-9)
    return np.arccos(np.clip(cosine, -1.0, 1.0))


def macro_f(truth: Int[np.ndarray, " N"], guess: Int[np.ndarray, " N"]) -> float:
    """Mean over the genres of the F-score; a genre that is neither danced nor guessed does not count."""
    scores = []
    for genre in np.union1d(truth, guess):
        right = np.sum((truth == genre) & (guess == genre))
        scores.append(2.0 * right / (np.sum(truth == genre) + np.sum(guess == genre)))
    return float(np.mean(scores))


def gaussian_bayes(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """One feature, one Gaussian a genre."""
    mean = np.array([x[y == g].mean() for g in range(len(GENRES))])
    spread = np.array([x[y == g].std() for g in range(len(GENRES))]) + 1e-6 + 0.05 * x.std()
    return np.argmax(-np.log(spread) - 0.5 * ((x_test[:, None] - mean) / spread) ** 2, axis=1)


def quantile_bins(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """One feature cut at the training quantiles; the commonest genre of each bin."""
    edges = np.quantile(x, np.linspace(0, 1, _BINS + 1)[1:-1])
    counts = np.zeros((_BINS, len(GENRES)))
    np.add.at(counts, (np.digitize(x, edges), y), 1.0)
    return np.argmax(counts / counts.sum(0), axis=1)[np.digitize(x_test, edges)]


def discriminant(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, shrinkage: float = 0.2) -> np.ndarray:
    """Linear discriminant analysis of all features with a shrunken covariance."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    x, x_test = (x - mean) / spread, (x_test - mean) / spread
    centres = np.array([x[y == g].mean(0) for g in range(len(GENRES))])
    covariance = np.cov((x - centres[y]).T)
    covariance = (1 - shrinkage) * covariance + shrinkage * np.eye(len(covariance))
    weights = np.linalg.solve(covariance, centres.T)
    return np.argmax(x_test @ weights - 0.5 * np.sum(centres.T * weights, axis=0), axis=1)


def table(seed: int, size: str, split: str) -> tuple[Float[np.ndarray, "N F"], Int[np.ndarray, " N"], list[str]]:
    """Features and genre index of every clip of a split, and the names of the features."""
    clips = list(records(seed, size_named(size), split, azimuths=()))
    rows = [clip_features(clip["points_world"], clip["fps"]) for clip in clips]
    genres = np.array([GENRES.index(clip["genre"]) for clip in clips])
    return np.array([list(row.values()) for row in rows]), genres, list(rows[0])


def single_feature_scores(
    x: np.ndarray, y: np.ndarray, x_test: np.ndarray, y_test: np.ndarray, names: list[str]
) -> dict[str, float]:
    """Test macro-F of the better of the two one-dimensional classifiers, for each feature."""
    classifiers: tuple[Callable[..., np.ndarray], ...] = (gaussian_bayes, quantile_bins)
    return {
        name: max(macro_f(y_test, classify(x[:, i], y, x_test[:, i])) for classify in classifiers)
        for i, name in enumerate(names)
    }


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", default="standard")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    x, y, names = table(args.seed, args.size, "train")
    x_test, y_test, _ = table(args.seed, args.size, "test")
    scores = single_feature_scores(x, y, x_test, y_test, names)
    print(
        f"choreo {args.size}, seed {args.seed}: {len(y)} training and {len(y_test)} test clips, {len(names)} features"
    )
    print(f"{'chance':32s} {1 / len(GENRES):.3f}")
    for name in sorted(scores, key=scores.get, reverse=True)[:8]:
        print(f"{name:32s} {scores[name]:.3f}")
    print(f"{'all features, linear':32s} {macro_f(y_test, discriminant(x, y, x_test)):.3f}")


if __name__ == "__main__":
    scripts.guarded(main)
