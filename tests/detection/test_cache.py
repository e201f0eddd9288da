"""What is kept of a detection."""

import json

import numpy as np
import pytest

from hdvr_jax.detection.cache import Cache
from hdvr_jax.errors import InputError

ABOUT = {"weights": "a"}


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"film")
    return path


def people(*counts: int) -> list[np.ndarray]:
    random = np.random.default_rng(sum(counts))
    return [random.random((count, 33, 3)).astype(np.float32) for count in counts]


@pytest.mark.parametrize("counts", [(2, 0, 1), (0, 0), (3,), ()])
def test_pieces_and_the_whole_come_back(tmp_path, film, counts):
    cache = Cache(tmp_path / "kept", film, ABOUT)
    assert cache.piece(4) is None
    assert cache.whole() is None
    cache.keep_piece(4, people(*counts))
    for found, true in zip(cache.piece(4), people(*counts), strict=True):
        np.testing.assert_array_equal(found, true)
    cache.keep_whole(people(*counts), {"fps": 25.0, "notes": ["é"]})
    assert cache.piece(4) is None
    found, about = Cache(tmp_path / "kept", film, ABOUT).whole()
    assert [len(frame) for frame in found] == list(counts)
    assert about == {"fps": 25.0, "notes": ["é"]}
    assert len(list((tmp_path / "kept").rglob("*.npz"))) == 1


def test_another_video_or_other_options_are_another_cache(tmp_path, film):
    cache = Cache(tmp_path / "kept", film, ABOUT)
    cache.keep_whole(people(1), {})
    assert Cache(tmp_path / "kept", film, {"weights": "b"}).whole() is None
    other = tmp_path / "other"
    other.mkdir()
    assert Cache(tmp_path / "kept", film.rename(other / "film.mp4"), ABOUT).whole() is not None
    (other / "film.mp4").write_bytes(b"Film")
    assert Cache(tmp_path / "kept", other / "film.mp4", ABOUT).whole() is None


@pytest.mark.parametrize("damage", ["cut", "noise", "empty", "shape", "pickle"])
def test_what_is_damaged_is_not_there(tmp_path, film, damage):
    cache = Cache(tmp_path / "kept", film, ABOUT)
    cache.keep_piece(0, people(2, 1))
    (path,) = (tmp_path / "kept").rglob("*.npz")
    content = path.read_bytes()
    if damage == "shape":
        np.savez(path, counts=np.array([5]), people=np.zeros((1, 33, 3), np.float32))
    elif damage == "pickle":
        np.savez(path, counts=np.array([{}], object), people=np.zeros((1, 33, 3), np.float32))
    else:
        path.write_bytes({"cut": content[:-30], "noise": b"PK" + bytes(50), "empty": b""}[damage])
    assert cache.piece(0) is None


def test_a_whole_without_its_description_is_not_there(tmp_path, film):
    cache = Cache(tmp_path / "kept", film, ABOUT)
    cache.keep_whole(people(1), {})
    (path,) = (tmp_path / "kept").rglob("*.npz")
    for about in (None, "no json", json.dumps([1])):
        fields = {"counts": np.array([1]), "people": people(1)[0]}
        np.savez(path, **fields, **({} if about is None else {"about": np.array(about)}))
        assert cache.whole() is None


def test_without_a_folder_nothing_is_kept(tmp_path, film):
    cache = Cache(None, film, ABOUT)
    cache.keep_piece(0, people(1))
    cache.keep_whole(people(1), {})
    assert cache.piece(0) is None
    assert cache.whole() is None
    assert list(tmp_path.iterdir()) == [film]


def test_a_folder_that_cannot_be_made_is_told_first(tmp_path, film):
    (tmp_path / "kept").write_text("")
    with pytest.raises(InputError, match="kept"):
        Cache(tmp_path / "kept", film, ABOUT)
