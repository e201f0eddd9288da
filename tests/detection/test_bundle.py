"""The bundle of weights."""

import io
import pathlib
import subprocess
import zipfile

import pytest

from hdvr_jax.detection import bundle
from hdvr_jax.errors import InputError


def wheel(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def test_other_weights_and_damaged_wheels_are_refused():
    detector = "mediapipe/modules/pose_detection/pose_detection.tflite"
    with pytest.raises(InputError, match="checksum"):
        bundle.build(wheel(**{detector: b"other"}))
    for content in (b"", b"PK" + bytes(100), wheel(**{"readme": b""})):
        with pytest.raises(InputError, match="damaged"):
            bundle.build(content)


def test_a_bundle_that_is_there_is_taken_from_the_users_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = tmp_path / "hdvr_jax" / "pose_landmarker_full-0.10.21.task"
    place.parent.mkdir()
    place.write_bytes(b"weights")
    said = []
    assert bundle.default_bundle(said.append) == place
    assert said == []


def test_a_download_that_fails_says_what_to_do_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 1, "", "first\nNo network\n"))
    said = []
    with pytest.raises(InputError, match=r"No network.*pose_landmarker_full\.task") as error:
        bundle.default_bundle(said.append)
    assert "\n" not in str(error.value)
    assert "36 MB" in said[0]
    assert list(tmp_path.rglob("*.task")) == []


def test_a_download_becomes_the_bundle(tmp_path, monkeypatch):
    """With `build` left out: networks are 36 MB away."""

    def download(command, **options):
        folder = pathlib.Path(command[command.index("--dest") + 1])
        (folder / "mediapipe.whl").write_bytes(b"wheel")
        assert "mediapipe==0.10.21" in command
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(subprocess, "run", download)
    monkeypatch.setattr(bundle, "build", lambda content: b"bundle of " + content)
    assert bundle.default_bundle(lambda line: None).read_bytes() == b"bundle of wheel"


def test_scaling_is_written_into_the_network():
    pytest.importorskip("mediapipe", reason="MediaPipe is not installed (make video)")
    flatbuffers = pytest.importorskip("flatbuffers")
    from hdvr_jax.detection.landmarker import load_mediapipe

    load_mediapipe()
    from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
    from mediapipe.tasks.metadata import schema_py_generated as schema

    model, builder = schema.ModelT(), flatbuffers.Builder(0)
    model.version, model.buffers, model.subgraphs = 3, [schema.BufferT()], [schema.SubGraphT()]
    builder.Finish(model.Pack(builder), b"TFL3")
    plain = bytes(builder.Output())
    scaled = bundle.with_scaling(plain, 0.0, 255.0)
    assert scaled == bundle.with_scaling(plain, 0.0, 255.0)
    found = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(scaled, 0))
    (entry,) = found.metadata
    content = bytes(bytearray(found.buffers[entry.buffer].data))
    read = metadata.ModelMetadataT.InitFromObj(metadata.ModelMetadata.GetRootAsModelMetadata(content, 0))
    (unit,) = read.subgraphMetadata[0].inputTensorMetadata[0].processUnits
    assert (list(unit.options.mean), list(unit.options.std)) == ([0.0], [255.0])
