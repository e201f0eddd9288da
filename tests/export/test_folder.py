import json

import numpy as np
import pytest

from hdvr_jax import export
from hdvr_jax.errors import InputError
from tests.recognition import fabricated


def test_poses_come_back(tmp_path):
    result = fabricated.recognition()
    export.write(result, tmp_path / "out")
    with np.load(tmp_path / "out" / "poses3d.npz", allow_pickle=False) as poses:
        np.testing.assert_array_equal(poses["points"][1], result.tracks[1].poses.points)
        np.testing.assert_array_equal(poses["provenance"][0], result.tracks[0].prepared.provenance)
        assert poses["joint_names"].tolist()[0] == "hip"
        assert poses["ids"].tolist() == ["1", "2"]
        assert float(poses["fps"]) == fabricated.FPS


def test_shorter_tracks_end_in_nan(tmp_path):
    result = fabricated.recognition(dancers=1)
    longer = type(result)("x", "", (*result.tracks, fabricated.track_result("2", frames=100)), result.models)
    export.write(longer, tmp_path)
    with np.load(tmp_path / "poses3d.npz", allow_pickle=False) as poses:
        assert poses["points"].shape == (2, 100, 17, 3)
        assert np.isnan(poses["points"][0, 90:]).all()
        assert (poses["provenance"][0, 90:] == 3).all()


def test_earlier_results_are_replaced_and_nothing_is_left_beside(tmp_path):
    export.write(fabricated.recognition(source="first"), tmp_path)
    paths = export.write(fabricated.recognition(source="second"), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(export.FILES)
    assert {path.name for path in paths} == set(export.FILES)
    assert json.loads((tmp_path / "report.json").read_text())["source"] == "second"


@pytest.mark.parametrize("name", export.FILES)
def test_files_of_others_are_not_touched(tmp_path, name):
    (tmp_path / name).write_text('{"schema": "theirs"}')
    with pytest.raises(InputError, match="not from an earlier run"):
        export.write(fabricated.recognition(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_out_that_is_a_file(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="must be a folder"):
        export.write(fabricated.recognition(), tmp_path / "out")
