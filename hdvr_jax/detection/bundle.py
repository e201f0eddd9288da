"""The weights of MediaPipe's pose landmarker, as the .task bundle that its Tasks API reads.

Newer wheels of MediaPipe hold no weights. Those of its wheel 0.10.21, which is downloaded from the package index and
not installed, are the published "full" model. A bundle is an uncompressed zip of both networks, each with metadata that
say how to scale a picture.
"""

import hashlib
import importlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from typing import Any

from hdvr_jax.errors import InputError
from hdvr_jax.files import whole_file

_RELEASE = "0.10.21"
_PLATFORM = ("--python-version=3.11", "--platform=manylinux_2_28_x86_64", "--only-binary=:all:")
# Name in the bundle; place in the wheel; SHA-256; mean and deviation that pictures are scaled by.
_NETWORKS = (
    (
        "pose_detector.tflite",
        "mediapipe/modules/pose_detection/pose_detection.tflite",
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        (127.5, 127.5),
    ),
    (
        "pose_landmarks_detector.tflite",
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        (0.0, 255.0),
    ),
)
_NAME = f"pose_landmarker_full-{_RELEASE}.task"


def default_bundle(say: Callable[[str], None]) -> pathlib.Path:
    """The bundle in the user's cache folder (XDG_CACHE_HOME), made at the first use.

    Args:
        say: Is told, in a line, what takes time.

    Raises:
        InputError: it is not there and cannot be made.
    """
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    path = pathlib.Path(base) / "hdvr_jax" / _NAME
    if not path.is_file():
        say(f"weights of the detector are downloaded (36 MB, once) to {path}")
        content = build(_download())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as file:
                file.write(content)
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror}); set XDG_CACHE_HOME") from error
    return path


def build(wheel: bytes) -> bytes:
    """The bundle of the networks in a wheel. Raises InputError where they are not the ones that are known."""
    result = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_STORED) as target:
            for name, place, digest, scaling in _NETWORKS:
                network = source.read(place)
                if hashlib.sha256(network).hexdigest() != digest:
                    raise InputError(f"{place} of MediaPipe {_RELEASE}: other weights than expected (checksum)")
                # Without the date of today: the same bundle every time.
                target.writestr(zipfile.ZipInfo(name), with_scaling(network, *scaling))
    except (zipfile.BadZipFile, KeyError) as error:
        raise InputError(f"the wheel of MediaPipe {_RELEASE} is damaged ({error})") from error
    return result.getvalue()


def with_scaling(network: bytes, mean: float, deviation: float) -> bytes:
    """A TFLite network with metadata: a picture enters it as (value - mean) / deviation."""
    flatbuffers, schema = importlib.import_module("flatbuffers"), _schema("schema_py_generated")
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(network, 0))
    data, entry = schema.BufferT(), schema.MetadataT()
    data.data = list(_metadata(mean, deviation))
    model.buffers.append(data)
    entry.name, entry.buffer = "TFLITE_METADATA", len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _metadata(mean: float, deviation: float) -> bytes:
    flatbuffers, schema = importlib.import_module("flatbuffers"), _schema("metadata_schema_py_generated")
    scaling, unit = schema.NormalizationOptionsT(), schema.ProcessUnitT()
    scaling.mean, scaling.std = [mean], [deviation]
    unit.optionsType, unit.options = schema.ProcessUnitOptions.NormalizationOptions, scaling
    tensor, graph, model = schema.TensorMetadataT(), schema.SubGraphMetadataT(), schema.ModelMetadataT()
    tensor.processUnits = [unit]
    graph.inputTensorMetadata = [tensor]
    model.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"M001")
    return bytes(builder.Output())


def _schema(name: str) -> Any:
    from hdvr_jax.detection.landmarker import load_mediapipe

    load_mediapipe()
    return importlib.import_module(f"mediapipe.tasks.metadata.{name}")


def _download() -> bytes:
    """The wheel, by pip, from wherever that is set up to take packages."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += [*_PLATFORM, "--dest", folder, f"mediapipe=={_RELEASE}"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(pathlib.Path(folder).glob("*.whl"))
        if ran.returncode or not wheels:
            reason = (ran.stderr.strip().splitlines() or ["no wheel came"])[-1]
            raise InputError(
                f"weights of the detector: pip could not download mediapipe {_RELEASE} ({reason}); without a network, "
                "give the published pose_landmarker_full.task (or heavy, lite) as the detector's file"
            )
        return wheels[0].read_bytes()
