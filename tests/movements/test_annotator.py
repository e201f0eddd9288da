"""The annotator on real motion: usage, flicker, noise, invariance, missing joints, errors."""

import time

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from hdvr_jax.errors import InputError
from hdvr_jax.movements import annotate, compute_signals, load_vocabulary, signal_table
from hdvr_jax.movements.body import make_body
from hdvr_jax.movements.hysteresis import BRIDGE_SECONDS, runs
from hdvr_jax.movements.smoothing import rate
from hdvr_jax.poses import CAMERA_UP
from hdvr_jax.skeletons import BODY_PARTS, get_mapping, get_skeleton, part_joints
from tests.movements.puppet import mirrored, perform
from tests.real_data import real_data

VOCABULARY = load_vocabulary()
H36M = get_skeleton("h36m17")


def _busy(fps=30.0):
    """Puppet motion in which many parts move at once."""
    rng = np.random.default_rng(3)
    names = [f"{s}_{n}" for s in ("left", "right") for n in ("hip_flexion", "hip_abduction", "knee", "elbow")]
    names += [f"{s}_shoulder_{n}" for s in ("left", "right") for n in ("flexion", "abduction")]
    names += ["trunk_forward", "trunk_side", "twist", "head_turn", "nod", "heading", "hike"]
    sizes = {name: float(rng.uniform(15, 70)) for name in names}
    return perform(sizes, fps, lambda t: 0.5 - 0.5 * np.cos(2 * np.pi * 0.6 * t))


@pytest.fixture(scope="module")
def dance():
    """Some CMU dance takes as (T, 17, 3) at 30 fps."""
    archive = np.load(real_data("cmu", "dance_30fps.npz"), allow_pickle=False)
    names = [name for name in archive.files if archive[name].ndim == 3][::6]
    mapping = get_mapping("cmu25", "h36m17")
    return [mapping.apply(archive[name].astype(np.float64)) for name in names]


def test_mirror_symmetry_is_exact_on_real_motion(dance):
    for points in dance[:3]:
        labels, _ = annotate(points, 30.0, "h36m17")
        seen, _ = annotate(mirrored(points), 30.0, "h36m17")
        np.testing.assert_array_equal(seen, labels[:, list(VOCABULARY.mirror)])


def test_invariant_to_camera_placement_and_body_size(dance):
    points = dance[0]
    labels, _ = annotate(points, 30.0, "h36m17")
    turn = Rotation.from_euler("y", 130, degrees=True).as_matrix()
    moved, _ = annotate(1.25 * points @ turn.T + [4.0, -2.0, 7.0], 30.0, "h36m17")
    assert (moved == labels).mean() > 0.9999
    view = Rotation.from_euler("xyz", [155, 20, 12], degrees=True).as_matrix()
    seen, _ = annotate(points @ view.T, 30.0, "h36m17", up=tuple(view @ [0, 1, 0]))
    assert (seen == labels).mean() > 0.9999
    level = np.diag([1.0, -1.0, -1.0])
    assert (annotate(points @ level, 30.0, "h36m17", up=CAMERA_UP)[0] == labels).mean() > 0.9999


def test_no_global_trajectory_is_needed(dance):
    points = dance[1]
    labels, _ = annotate(points, 30.0, "h36m17")
    rootless, _ = annotate(points - points[:, :1], 30.0, "h36m17")
    np.testing.assert_array_equal(labels, rootless)


@pytest.mark.parametrize(("first", "second"), [(24, 60), (30, 60), (24, 30)])
def test_frame_rates_agree(dance, first, second):
    for points in dance[:3]:
        spline, end = CubicSpline(np.arange(len(points)) / 30.0, points, axis=0), (len(points) - 2) / 30.0
        seen = {}
        for fps in (first, second):
            labels, _ = annotate(spline(np.arange(0, end, 1 / fps)), float(fps), "h36m17")
            frames = np.round(np.arange(0.2, end - 0.2, 1 / 120) * fps).astype(int)
            seen[fps] = labels[frames]
        both, either = (seen[first] & seen[second]).sum(), (seen[first] | seen[second]).sum()
        assert (seen[first] == seen[second]).mean(0).min() > 0.95
        assert (seen[first] == seen[second]).mean() > 0.985
        # Most labels are off at any time, so agreement on those that are on says more.
        assert both / either > 0.9


def test_noise_of_five_millimetres_changes_few_labels(dance):
    rng = np.random.default_rng(0)
    for points in dance[:3]:
        labels, _ = annotate(points, 30.0, "h36m17")
        noisy, _ = annotate(points + rng.normal(0, 0.005, points.shape), 30.0, "h36m17")
        assert (labels != noisy).mean() < 0.02


def test_labels_do_not_flicker(dance):
    minimum = VOCABULARY.minimum_seconds
    flips, seconds = 0, 0.0
    for points in dance:
        labels, _ = annotate(points, 30.0, "h36m17")
        flips = flips + np.abs(np.diff(labels.astype(int), axis=0)).sum(0)
        seconds += len(points) / 30.0
        column, start, end = runs(labels)
        assert (end - start >= 30.0 * minimum[column] - 0.5).all()
        pause = (start[1:] - end[:-1])[column[1:] == column[:-1]]
        assert pause.min() >= 30.0 * BRIDGE_SECONDS - 0.5
    assert (flips / seconds).max() < 2.0
    assert (flips / seconds).mean() < 0.7


def test_every_type_occurs_and_none_is_always_on(dance):
    """Over dance, break dance and everyday actions; the puppet's tests show each type on its own."""
    labels = [annotate(points, 30.0, "h36m17")[0] for points in dance]
    archive = np.load(real_data("cmu", "actions_30fps.npz"), allow_pickle=False)
    names = [name for name in archive.files if archive[name].ndim == 3][::5]
    labels += [annotate(archive[name], 30.0, "cmu25")[0] for name in names]
    archive = np.load(real_data("aistpp", "triangulated_keypoints3d_cm.npz"), allow_pickle=False)
    names = [name for name in archive.files if archive[name].ndim == 3]
    labels += [annotate(archive[name] / 100.0, 60.0, "aistpp")[0] for name in names]
    share = np.concatenate(labels).mean(0)
    assert [VOCABULARY.ids[m] for m in np.flatnonzero(share == 0)] == []
    assert share.max() < 0.7


def test_missing_joints_mask_exactly_the_types_that_need_them():
    points = _busy()
    full, valid = annotate(points, 30.0, "h36m17")
    assert valid.all()
    broken = points.copy()
    broken[40:60, H36M.index("left_wrist")] = np.nan
    labels, valid = annotate(broken, 30.0, "h36m17")
    bent, legs = VOCABULARY.index("left_arm_bent"), list(VOCABULARY.indices("left_leg"))
    assert not valid[40:60, bent].any()
    assert valid[:40, bent].all()
    assert valid[60:, bent].all()
    assert not (labels & ~valid).any()
    assert valid[:, legs].all()
    np.testing.assert_array_equal(labels[:, legs], full[:, legs])


@pytest.mark.parametrize("part", BODY_PARTS)
def test_a_part_reads_no_joint_outside_its_model(part):
    points = _busy()[:40]
    outside = [j for j in range(17) if j not in part_joints("h36m17", part)]
    points[:, outside] = np.nan
    _, valid = annotate(points, 30.0, "h36m17")
    assert valid[:, list(VOCABULARY.indices(part))].all()


def test_other_skeletons_are_mapped():
    coco = np.random.default_rng(0).normal(size=(20, 17, 3))
    labels, valid = annotate(coco, 60.0, "aistpp")
    assert labels.shape == valid.shape == (20, 154)
    assert valid.all()


def test_nothing_one_frame_and_no_frames():
    labels, valid = annotate(np.full((5, 17, 3), np.nan), 30.0, "h36m17")
    assert not labels.any()
    assert not valid.any()
    one = perform({"left_shoulder_abduction": 80})[60:61]
    labels, valid = annotate(one, 1.0, "h36m17")
    raised, raising = (VOCABULARY.index(f"left_{name}") for name in ("shoulder_abduction", "arm_raising"))
    assert valid[0, raised]
    assert not valid[0, raising]
    labels, valid = annotate(one[:0], 30.0, "h36m17")
    assert labels.shape == valid.shape == (0, 154)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"skeleton": "coco18"}, "coco18"),
        ({"points": np.zeros((4, 16, 3))}, "17"),
        ({"fps": 0.0}, "fps"),
        ({"fps": float("nan")}, "fps"),
        ({"up": (0.0, 0.0, 0.0)}, "up"),
    ],
)
def test_wrong_input_is_named(change, message):
    given = {"points": np.zeros((4, 17, 3)), "fps": 30.0, "skeleton": "h36m17", **change}
    with pytest.raises(InputError, match=message):
        annotate(**given)


def test_signals_are_those_of_the_table_and_change_sign_in_the_mirror_as_declared():
    points, up = _busy(), np.array([0.0, 1.0, 0.0])
    table = signal_table()
    signals = dict(zip(table, compute_signals(points, 30.0, up).T, strict=True))
    seen = dict(zip(table, compute_signals(mirrored(points), 30.0, up).T, strict=True))
    swap = {"left": "right", "right": "left"}
    for name, signal in table.items():
        side, _, rest = name.partition("_")
        twin = f"{swap[side]}_{rest}" if side in swap else name
        np.testing.assert_allclose(seen[twin], -signals[name] if signal.lateral else signals[name], atol=1e-9)


def test_ten_thousand_frames_take_a_second_or_so(dance):
    points = np.concatenate(dance * 2)[:10_000]
    annotate(points[:10], 30.0, "h36m17")
    start = time.process_time()
    annotate(points, 30.0, "h36m17")
    assert time.process_time() - start < 2.0 * len(points) / 10_000


def test_described_takes_show_what_their_description_says():
    """CMU's own one-line descriptions against the share of frames that carry a label."""
    archive = np.load(real_data("cmu", "actions_30fps.npz"), allow_pickle=False)

    def share(take, *identifiers):
        labels, _ = annotate(archive[take], 30.0, "cmu25")
        return [labels[:, VOCABULARY.index(identifier)].mean() for identifier in identifiers]

    steps = [f"{side}_foot_step_{way}" for way in ("forward", "backward") for side in ("left", "right")]
    assert min(share("cmu_02_02", *steps[:2])) > 0.25  # walk
    assert max(share("cmu_02_02", *steps[2:])) < 0.1
    assert min(share("cmu_06_06", *steps[2:])) > 0.2  # backward dribble
    assert max(share("cmu_06_06", *steps[:2])) < 0.1
    assert min(share("cmu_13_10", "left_hand_overhead", "right_hand_overhead")) > 0.4  # jump up to grab
    assert share("cmu_02_06", "torso_deep_bend")[0] > 0.15  # bend over, scoop up
    assert share("cmu_02_02", "torso_deep_bend")[0] == 0
    assert min(share("cmu_13_01", "hips_low_level")) > 0.3  # sit on a high stool, stand up
    assert min(share("cmu_09_04", "left_leg_swing", "right_leg_swing")) > 0.3  # run


def test_steps_seen_without_a_trajectory_are_those_of_the_feet_in_the_world(dance):
    """Where a label says that a foot steps, that foot moves that way over the floor while the other one carries."""
    totals = {}
    for points in dance:
        labels, _ = annotate(points, 30.0, "h36m17")
        heading = make_body(points, 30.0, np.array([0.0, 1.0, 0.0])).heading
        speed = {s: heading.coordinates(rate(points[:, H36M.index(f"{s}_ankle")], 30.0)) for s in ("left", "right")}
        for side, other, outward in (("left", "right", 1), ("right", "left", -1)):
            still = np.linalg.norm(speed[other], axis=-1) < 0.3
            for way, axis, sign in (("forward", 0, 1), ("backward", 0, -1), ("sideways", 1, 1), ("closing", 1, -1)):
                over_floor = speed[side][:, axis] * sign * (outward if axis else 1)
                label, stepping = labels[:, VOCABULARY.index(f"{side}_foot_step_{way}")], (over_floor > 0.8) & still
                counts = [label.sum(), (label & (over_floor > 0.25)).sum(), stepping.sum(), (label & stepping).sum()]
                totals[way] = totals.get(way, 0) + np.array(counts)
    for labelled, right, stepping, found in totals.values():
        assert right / labelled > 0.75
        assert found / stepping > 0.75


def test_doubtful_frames_are_those_that_an_observer_could_not_decide(dance):
    points = dance[0]
    labels, valid = annotate(points, 30.0, "h36m17")
    for doubt in (0.5, 1.0):
        sure, known = annotate(points, 30.0, "h36m17", doubt=doubt)
        np.testing.assert_array_equal(sure[known], labels[known])
        assert not sure[~known].any()
        assert not (known & ~valid).any()
        assert 0.6 < known.mean() < valid.mean()
    assert known.mean() < annotate(points, 30.0, "h36m17", doubt=0.5)[1].mean()


def test_a_slow_raise_of_the_arm_is_doubtful_about_its_threshold():
    points = perform({"left_shoulder_flexion": 90.0}, 30.0, lambda t: np.clip(t / 4, 0, 1))
    flexion = compute_signals(points, 30.0, np.array([0.0, 1.0, 0.0]))[
        :, list(signal_table()).index("left_shoulder_flexion")
    ]
    column = VOCABULARY.index("left_shoulder_flexion")
    _, valid = annotate(points, 30.0, "h36m17", doubt=1.0)
    doubtful = ~valid[:, column]
    assert doubtful.any()
    # On 45 degrees, give or take 8.
    assert 36 < flexion[doubtful].min() < 39
    assert 51 < flexion[doubtful].max() < 54
