"""Pickles give arrays and plain values, or an error; they never run."""

import collections
import os
import pickle

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import safe_pickle


class _Runs:
    """Pickles to a call of `os.mkdir`, as an attacker's file would."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return os.mkdir, (self.target,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_scalars_and_containers_come_back(tmp_path, protocol):
    content = {
        "array": np.arange(6.0).reshape(2, 3),
        "column": np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
        "empty": np.zeros((0, 3)),
        "scalar": np.float32(0.5),
        "ragged": np.array([[1], None, "x"], dtype=object),
        "nested": [(1, 2.5, True, None, "text", b"bytes"), {"set"}, frozenset({1})],
        "ordered": collections.OrderedDict(a=1),
    }
    path = tmp_path / "fine.pkl"
    path.write_bytes(pickle.dumps(content, protocol))
    found = safe_pickle.load(path)
    assert list(found) == list(content)
    for name in ("array", "column", "empty"):
        np.testing.assert_array_equal(found[name], content[name])
        assert found[name].dtype == content[name].dtype
    assert found["scalar"] == np.float32(0.5)
    assert found["ragged"].tolist() == [[1], None, "x"]
    assert found["nested"] == content["nested"]
    assert found["ordered"] == {"a": 1}


def test_module_names_of_numpy_1_are_known(tmp_path):
    path = tmp_path / "old.pkl"
    path.write_bytes(pickle.dumps(np.arange(3), 2).replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    assert b"numpy.core.multiarray" in path.read_bytes()
    np.testing.assert_array_equal(safe_pickle.load(path), np.arange(3))


def test_code_is_refused_by_name_and_does_not_run(tmp_path):
    path, target = tmp_path / "evil.pkl", tmp_path / "made"
    path.write_bytes(pickle.dumps({"keypoints2d": _Runs(target)}))
    with pytest.raises(InputError, match=r"evil\.pkl: refused a pickle that names posix\.mkdir"):
        safe_pickle.load(path)
    assert not target.exists()


@pytest.mark.parametrize(
    "program",
    [
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cnumpy\nload\n(S'x'\ntR.",
        b"cnumpy.core.multiarray\nfromfile\n.",
        b"c_codecs\ndecode\n.",
        b"c_codecs\nencode\n(Vabc\nVrot13\ntR.",
        b"\x80\x02X\x01\x00\x00\x00aQ.",
    ],
)
def test_other_ways_in_are_refused(tmp_path, program):
    path = tmp_path / "evil.pkl"
    path.write_bytes(program)
    with pytest.raises(InputError, match=r"evil\.pkl"):
        safe_pickle.load(path)


def test_every_truncation_is_an_input_error(tmp_path):
    whole = pickle.dumps({"keypoints2d": np.arange(24.0).reshape(2, 3, 4), "timestamps": np.arange(3)})
    path = tmp_path / "cut.pkl"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"cut\.pkl"):
            safe_pickle.load(path)


def test_impossible_sizes_and_missing_files_are_input_errors(tmp_path):
    path = tmp_path / "huge.pkl"
    path.write_bytes(b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(L4611686018427387904L\ntS'b'\ntR.")
    with pytest.raises(InputError, match=r"huge\.pkl"):
        safe_pickle.load(path)
    with pytest.raises(InputError, match="no such file"):
        safe_pickle.load(tmp_path / "absent.pkl")
    with pytest.raises(InputError, match="not a file"):
        safe_pickle.load(tmp_path)
