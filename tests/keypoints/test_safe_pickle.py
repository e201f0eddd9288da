"""Pickles give arrays and plain values, or an error; they never run."""

import collections
import contextlib
import os
import pathlib
import pickle
import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def test_arrays_within_arrays_lists_and_tuples_are_arrays(tmp_path):
    ragged = np.empty((2, 2), object)
    ragged[0, 0], ragged[0, 1], ragged[1, 0], ragged[1, 1] = [], [np.arange(3)], (np.ones(2), 1), {"a": np.zeros(1)}
    alone = np.array({"a": [np.arange(4)]}, object)
    loop = [np.arange(2)]
    loop.append(loop)
    path = tmp_path / "nested.pkl"
    path.write_bytes(pickle.dumps([ragged, alone, loop]))
    found, single, circle = safe_pickle.load(path)
    assert found.shape == (2, 2)
    for array in (found[0, 1][0], found[1, 0][0], found[1, 1]["a"], single.item()["a"][0], circle[0], circle[1][0]):
        assert type(array) is np.ndarray
    assert circle[1] is circle


@pytest.mark.parametrize(
    "state",
    [b"(I3\nS'>'\nNNNI-1\nI-1\nI0\nt", b"(I3\nS'<'\nNS'ab'\nNI-1\nI-1\nI0\nt", b"(I3\nI7\nt", b"I5\n", b"N"],
)
def test_types_of_numpy_are_out_of_reach(tmp_path, state):
    """Without the copy flag the state would be put into NumPy's own type of four bytes."""
    path = tmp_path / "type.pkl"
    path.write_bytes(b"cnumpy\ndtype\n(S'f4'\nI00\nI00\ntR" + state + b"b.")
    with contextlib.suppress(InputError):
        safe_pickle.load(path)
    assert np.dtype("f4").byteorder == "="
    assert np.float32(1).tobytes() == np.array([1], "f4").tobytes() == np.array(1.0).astype("f4").tobytes()


@given(seed=st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_flipped_bits_never_end_the_process(seed):
    random = np.random.default_rng(seed)
    content = {"a": np.arange(6.0).reshape(2, 3), "b": np.array([[1], None], object), "c": np.float32(1)}
    damaged = bytearray(pickle.dumps(content, protocol=int(random.integers(2, 6))))
    for place in random.integers(len(damaged), size=random.integers(1, 5)):
        damaged[place] ^= 1 << int(random.integers(8))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "damaged.pkl"
        path.write_bytes(damaged)
        with contextlib.suppress(InputError):
            repr(safe_pickle.load(path))
