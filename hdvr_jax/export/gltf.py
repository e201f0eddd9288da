"""glTF 2.0 (.glb) of all dancers: skinned skeletons that dance, metres, y up.

Every dancer is a node "Dancer <id>" with the joints of her rig beneath it, and a mesh of bones, "Body <id>", that is
bound to them. One animation moves all: a rotation for every joint that turns, and the place of the hips. The
specification is Khronos' "glTF 2.0", 3.6 (binary data), 3.7 (skins) and 3.11 (animations).
"""

import json
import os
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from hdvr_jax.export.colours import dancer_colour
from hdvr_jax.export.shapes import bones
from hdvr_jax.files import whole_file
from hdvr_jax.rigging import RiggedMotion, turning

_FLOAT, _BYTE, _VERTICES = 5126, 5121, 34962
_KINDS = {(): "SCALAR", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}


class _File:
    """The JSON of a file, and its binary data, in the making."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.json: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "hdvr_jax"},
            "scene": 0,
            "scenes": [{"nodes": []}],
            **{name: [] for name in ("nodes", "meshes", "materials", "skins", "accessors", "bufferViews")},
            "animations": [{"name": "dance", "channels": [], "samplers": []}],
        }

    def add(self, name: str, entry: dict[str, Any]) -> int:
        """Index of a new entry of a list."""
        self.json[name].append(entry)
        return len(self.json[name]) - 1

    def array(self, values: np.ndarray, bounds: bool = False, vertices: bool = False) -> int:
        """Index of a new accessor: float32, or bytes for integers; with least and greatest values where asked.

        Args:
            vertices: Whether the values are of the corners of a mesh.
        """
        whole = values.dtype.kind in "iu"
        stored = np.ascontiguousarray(values, np.uint8 if whole else "<f4")
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": stored.nbytes}
        if vertices:
            view["target"] = _VERTICES
        self.data += stored.tobytes()
        self.data += bytes(-len(self.data) % 4)
        accessor = {
            "bufferView": self.add("bufferViews", view),
            "componentType": _BYTE if whole else _FLOAT,
            "count": len(stored),
            "type": _KINDS[stored.shape[1:]],
        }
        if bounds:
            accessor |= {
                key: np.atleast_1d(of(stored, axis=0)).tolist() for key, of in (("min", np.min), ("max", np.max))
            }
        return self.add("accessors", accessor)

    def animate(self, node: int, path: str, times: int, values: np.ndarray) -> None:
        """Moves a node; `times` is an accessor."""
        animation = self.json["animations"][0]
        animation["samplers"].append({"input": times, "interpolation": "LINEAR", "output": self.array(values)})
        target = {"node": node, "path": path}
        animation["channels"].append({"sampler": len(animation["samplers"]) - 1, "target": target})

    def packed(self) -> bytes:
        """The file: header, JSON chunk and binary chunk, each padded to four bytes."""
        # The format has no empty lists.
        filled = {name: entry for name, entry in self.json.items() if entry not in ([], {})}
        text = json.dumps({**filled, "buffers": [{"byteLength": len(self.data)}]}, allow_nan=False).encode()
        text += b" " * (-len(text) % 4)
        chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(self.data), b"BIN\0")
        return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks) + len(self.data)) + chunks + bytes(self.data)


def write_gltf(motions: Sequence[RiggedMotion], path: str | os.PathLike) -> None:
    """Writes all dancers' motions to one .glb file, whole or not at all."""
    file = _File()
    for number, motion in enumerate(motions):
        _add_dancer(file, motion, dancer_colour(number))
    with whole_file(path) as output:
        output.write(file.packed())


def _add_dancer(file: _File, motion: RiggedMotion, colour: tuple[float, float, float]) -> None:
    first, rig = len(file.json["nodes"]), motion.rig
    # At rest the dancer stands on the floor.
    standing = np.array([0, -rig.rest[:, 1].min(), 0])
    for joint, name in enumerate(rig.names):
        place = standing if rig.parents[joint] < 0 else rig.offsets[joint]
        node = {"name": name, "translation": place.tolist()}
        children = [first + child for child in rig.children(joint)]
        file.add("nodes", {**node, "children": children} if children else node)
    top = file.add("nodes", {"name": f"Dancer {motion.id}", "children": [first]})
    # A bound mesh follows its joints, whatever node it hangs on; the specification wants none above it.
    body = file.add("nodes", {"name": f"Body {motion.id}", **_body(file, motion, first, standing, colour)})
    file.json["scenes"][0]["nodes"] += [top, body]
    times = file.array(np.arange(motion.frames) / motion.fps, bounds=True)
    file.animate(first, "translation", times, motion.root)
    for joint in range(len(rig.names)):
        if not np.array_equal(motion.turns[:, joint], np.broadcast_to(np.eye(3), (motion.frames, 3, 3))):
            # glTF wants the scalar last.
            turns = np.roll(turning.quaternions(motion.turns[:, joint]), -1, axis=-1)
            file.animate(first + joint, "rotation", times, turns)


def _body(
    file: _File, motion: RiggedMotion, first: int, standing: np.ndarray, colour: tuple[float, float, float]
) -> dict[str, int]:
    """Mesh and skin.

    Args:
        first: Node of the first joint.
        standing: Place of the root at rest.
    """
    points, normals, moved_by = bones(motion.rig)
    corners = {
        "NORMAL": normals,
        "JOINTS_0": np.pad(moved_by[:, None], ((0, 0), (0, 3))),
        "WEIGHTS_0": np.tile([1.0, 0, 0, 0], (len(points), 1)),
    }
    attributes = {name: file.array(values, vertices=True) for name, values in corners.items()}
    attributes["POSITION"] = file.array(points + standing, bounds=True, vertices=True)
    linear = [round(share**2.2, 4) for share in colour]
    surface = {"baseColorFactor": [*linear, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.7}
    material = file.add("materials", {"name": f"Dancer {motion.id}", "pbrMetallicRoughness": surface})
    mesh = file.add("meshes", {"primitives": [{"attributes": attributes, "material": material}]})
    # Columns first, as glTF has matrices: from the mesh's axes to the joint's, at rest.
    unbound = np.tile(np.eye(4), (len(motion.rig.names), 1, 1))
    unbound[:, 3, :3] = -(motion.rig.rest + standing)
    joints = [first + joint for joint in range(len(motion.rig.names))]
    skin = file.add("skins", {"inverseBindMatrices": file.array(unbound), "joints": joints, "skeleton": first})
    return {"mesh": mesh, "skin": skin}
