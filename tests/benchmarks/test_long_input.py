"""What the benchmark of long files writes, runs and counts."""

import sys

import numpy as np
import pytest

from benchmarks import long_input
from hdvr_jax import keypoints
from tests.keypoints import detected


@pytest.fixture
def found():
    """(T, 2, 17, 3) of two people, of whom one has joints that were missed, and nobody for two frames."""
    points = detected.dancers(2, 30).transpose(1, 0, 2, 3)
    values = np.concatenate([points, np.full((*points.shape[:3], 1), 0.9)], -1).astype(np.float32)
    values[5, 0, :4] = 0
    values[7:9, 1] = 0
    return values


@pytest.mark.parametrize("kind", long_input.FORMATS)
def test_files_hold_what_was_found(tmp_path, found, kind):
    write = {"alphapose": long_input.write_alphapose, "openpose": long_input.write_openpose}[kind]
    tracks = keypoints.read(write(tmp_path / kind, found)).tracks
    assert len(tracks) == 2
    seen = np.where(found[..., 2:] > 0, found[..., :2], np.nan)
    for track in tracks:
        points = track.to_skeleton("coco17").keypoints[:, 5:]
        assert min(np.nanmax(np.abs(points - seen[:, one, 5:])) for one in (0, 1)) < 0.01
    assert sum(int(np.isnan(track.keypoints).all((1, 2)).sum()) for track in tracks) == 2


def test_a_process_is_measured():
    code = "held = bytearray(80_000_000); print('read     3.4 s'); print('lift  0.2 s'); print('note: a b s')"
    own = np.ones(40_000_000)  # 320 MB of this process are not the other's
    seconds, work, memory, told = long_input.measured([sys.executable, "-c", code])
    del own
    assert 0 < work < seconds + 1
    assert 80 < memory < 200
    assert list(long_input.stages(told)) == ["read 3"]
    with pytest.raises(SystemExit, match="failed"):
        long_input.measured([sys.executable, "-c", "raise SystemExit(3)"])
