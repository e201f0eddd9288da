"""recognize.py --refine: poses that fit the keypoints better, and how sure they are."""

import json

import numpy as np

from tests.recognition import fabricated, workdirs
from tests.recognize.runs import dancer, refused, run, track_file


def _report(out):
    return json.loads((out / "report.json").read_text())


def test_refined_poses_fit_the_image_better_and_tell_their_expected_error(capsys, tmp_path, lifter_only):
    source = track_file(tmp_path / "two.json", dancer(id="Ada"), dancer(1, id="Bob"))
    for out, options in (("plain", ()), ("refined", ("--refine",))):
        assert run(capsys, source, "--out", tmp_path / out, "--models", lifter_only, *options)[0] == 0
    plain, refined = (_report(tmp_path / out) for out in ("plain", "refined"))
    error = [np.nanmedian(np.array(r["tracks"][0]["reprojection"]["error_px"], float)) for r in (plain, refined)]
    assert error[1] < 0.5 * error[0]
    assert plain["tracks"][0]["poses"]["expected_error"] is None
    assert np.isfinite(np.array(refined["tracks"][0]["poses"]["expected_error"])).all()
    assert any("refined" in note for note in refined["notes"])
    assert not any("refined" in note for note in plain["notes"])


def test_all_seeds_of_the_lifters_training_take_part(capsys, tmp_path):
    """The first seeds of both trainings are the same, so that what a refined pose owes to the second one shows."""
    source = track_file(tmp_path / "one.json", dancer())
    found = {}
    for seeds in (1, 2):
        folder = workdirs.write(tmp_path / f"models{seeds}", "lifter", seeds=seeds)
        for options in ((), ("--refine",)):
            out = tmp_path / f"out{seeds}"
            assert run(capsys, source, "--out", out, "--models", folder, *options)[0] == 0
            report = _report(out)
            found[seeds, bool(options)] = report["models"][0]["name"], np.array(report["tracks"][0]["poses"]["points"])
    apart = {refined: np.abs(found[1, refined][1] - found[2, refined][1]).max() for refined in (False, True)}
    assert apart[False] < 1e-4 < 1e-3 < apart[True]
    assert found[2, True][0] == "lifter_choreo, refined from 2 seeds"
    assert found[2, False][0] == "lifter_choreo, first seed of 2"


def test_poses_of_3d_input_are_kept_as_they_are_and_a_note_says_so(capsys, tmp_path, lifter_only):
    source = track_file(tmp_path / "given.npz", fabricated.three_dimensional(fabricated.track_result(frames=20)))
    for out, options in (("plain", ()), ("refined", ("--refine",))):
        assert run(capsys, source, "--out", tmp_path / out, "--models", lifter_only, *options)[0] == 0
    plain, refined = (_report(tmp_path / out) for out in ("plain", "refined"))
    assert refined["tracks"][0]["poses"] == plain["tracks"][0]["poses"]
    assert [note for note in refined["notes"] if note not in plain["notes"]] == [
        "Nothing was refined (--refine), because poses of 3D input are kept as they are."
    ]


def test_a_stream_cannot_be_refined(capsys, tmp_path, lifter_only):
    source = track_file(tmp_path / "one.json", dancer())
    told = refused(capsys, source, "--out", tmp_path / "out", "--models", lifter_only, "--stream", "--refine")
    assert "--refine looks at the whole recording" in told
