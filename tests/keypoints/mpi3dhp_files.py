"""A tiny MPI-INF-3DHP in its true layout, made of random numbers."""

import pathlib

import h5py
import numpy as np
import scipy.io

CAMERAS = 14
SUBJECTS = tuple(f"S{number}" for number in range(1, 9))
TRAIN_FRAMES, TEST_FRAMES = 5, 12
FOCAL, CENTER = np.array([1497.693, 1497.103]), np.array([1024.704, 1051.394])
LENS = (-0.276859611, 0.131125256, -0.000360494, -0.001149441, -0.049318332)
# 1 to 7 for the frames of a test recording, and which of them count.
ACTIVITY = np.array([1, 1, 1, 2, 2, 6, 6, 6, 1, 1, 0, 7])
VALID = np.array([1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0])


def extrinsics() -> list[tuple[np.ndarray, np.ndarray]]:
    """(rotation, translation in mm) of cameras on a circle, that look at a place 1 m above the floor; Y up."""
    found = []
    for angle in np.linspace(0, 2 * np.pi, CAMERAS, endpoint=False):
        position = np.array([4000 * np.cos(angle), 1500.0, 4000 * np.sin(angle)])
        forward = np.array([0, 1000.0, 0]) - position
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0, 1.0, 0])
        right /= np.linalg.norm(right)
        rotation = np.stack([right, np.cross(forward, right), forward])
        found.append((rotation, -rotation @ position))
    return found


def world(seed: int, frames: int = TRAIN_FRAMES, joints: int = 28) -> np.ndarray:
    """Random points (frames, joints, 3) in millimetres, Y up, within half a metre of a standing person."""
    return np.random.default_rng(seed).uniform(-500, 500, (frames, joints, 3)) + np.array([100, 900, -50])


def project(points: np.ndarray, distortion: tuple[float, ...] = (0.0,) * 5) -> np.ndarray:
    """Pixels of points in the camera's frame, with OpenCV's distortion written out."""
    x, y = points[..., 0] / points[..., 2], points[..., 1] / points[..., 2]
    k1, k2, p1, p2, k3 = distortion
    r2 = x**2 + y**2
    radial = 1 + k1 * r2 + k2 * r2**2 + k3 * r2**3
    across = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x**2)
    down = y * radial + p1 * (r2 + 2 * y**2) + 2 * p2 * x * y
    return np.stack([across, down], -1) * FOCAL + CENTER


def calibration() -> str:
    """The text of a camera.calibration."""
    lines = ["Skeletool Camera Calibration File V1.0"]
    for number, (rotation, translation) in enumerate(extrinsics()):
        numbers = np.vstack([np.column_stack([rotation, translation]), [0, 0, 0, 1]])
        lines += [
            f"name          {number}",
            "  sensor      10 10",
            "  size        2048 2048",
            "  animated    0",
            f"  intrinsic   {FOCAL[0]} 0 {CENTER[0]} 0 0 {FOCAL[1]} {CENTER[1]} 0 0 0 1 0 0 0 0 1 ",
            f"  extrinsic   {' '.join(f'{value:.7g}' for value in numbers.ravel())} ",
            "  radial      0",
        ]
    return "\n".join(lines) + "\n"


def annotations(seed: int, order: list[int] | None = None) -> dict[str, np.ndarray]:
    """The content of an annot.mat; `order` is of the cameras' cells."""
    order = list(range(CAMERAS)) if order is None else order
    cells = {name: np.empty((CAMERAS, 1), object) for name in ("annot2", "annot3", "univ_annot3")}
    for place, camera in enumerate(order):
        rotation, translation = extrinsics()[camera]
        points = world(seed) @ rotation.T + translation
        cells["annot2"][place, 0] = project(points).reshape(len(points), -1)
        cells["annot3"][place, 0] = points.reshape(len(points), -1)
        cells["univ_annot3"][place, 0] = 0.9 * cells["annot3"][place, 0]
    return {
        **cells,
        "cameras": np.array([order], np.uint8),
        "frames": np.arange(TRAIN_FRAMES, dtype=np.uint16)[:, None],
    }


def evaluated_content(seed: int, distortion: tuple[float, ...] = (0.0,) * 5) -> dict[str, np.ndarray]:
    """The content of an annot_data.mat, axes as HDF5 has them."""
    points = np.random.default_rng(seed).uniform([-900, -900, 2500], [900, 900, 4500], (TEST_FRAMES, 17, 3))
    pixels = project(points, distortion)
    pixels[-1] = 0
    return {
        "annot2": pixels[:, None],
        "annot3": points[:, None],
        "univ_annot3": 0.9 * points[:, None],
        "valid_frame": VALID[:, None].astype(np.uint8),
        "activity_annotation": ACTIVITY[:, None].astype(float),
    }


def write_train(folder: pathlib.Path, content: dict[str, np.ndarray]) -> None:
    """Writes annot.mat and camera.calibration."""
    folder.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(folder / "annot.mat", content, do_compression=True)
    (folder / "camera.calibration").write_text(calibration())


def write_test(path: pathlib.Path, content: dict[str, np.ndarray]) -> pathlib.Path:
    """Writes annot_data.mat as Matlab does: HDF5 behind a block of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in content.items():
            file[name] = array
    return path


def write(
    root: pathlib.Path, subjects: tuple[str, ...] = tuple(f"S{number}" for number in range(1, 9))
) -> pathlib.Path:
    """The whole dataset; TS5 has lens distortion in its 2D."""
    for number, subject in enumerate(subjects):
        for sequence in (1, 2):
            write_train(root / subject / f"Seq{sequence}", annotations(10 * number + sequence))
    for number in range(1, 7):
        content = evaluated_content(100 + number, LENS if number == 5 else (0.0,) * 5)
        write_test(root / "mpi_inf_3dhp_test_set" / f"TS{number}" / "annot_data.mat", content)
    return root
