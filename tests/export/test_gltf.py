"""glTF: two independent readers find what was written; the skeleton in it moves as the rig does."""

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pygltflib
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from hdvr_jax.export.gltf import write_gltf
from hdvr_jax.rigging import fit
from tests.rigging import bodies

_TYPES = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


def _array(file, index):
    """An accessor's values, and checks of its size and bounds."""
    accessor = file.accessors[index]
    view = file.bufferViews[accessor.bufferView]
    kind = {5126: "<f4", 5121: "u1"}[accessor.componentType]
    data = file.binary_blob()[view.byteOffset : view.byteOffset + view.byteLength]
    values = np.frombuffer(data, kind).reshape(accessor.count, _TYPES[accessor.type])
    assert view.byteOffset % 4 == 0
    assert np.isfinite(values).all()
    if accessor.min:
        np.testing.assert_array_equal(values.min(0), np.float32(accessor.min))
        np.testing.assert_array_equal(values.max(0), np.float32(accessor.max))
    return values


def _moved(file, frame):
    """{node: (3,) metres} and {node: (3, 3)} in one frame, from nothing but the file."""
    place = {index: np.array(node.translation or [0, 0, 0]) for index, node in enumerate(file.nodes)}
    turn = {index: np.eye(3) for index in place}
    (animation,) = file.animations
    for channel in animation.channels:
        sampler = animation.samplers[channel.sampler]
        value = _array(file, sampler.output)[frame]
        if channel.target.path == "translation":
            place[channel.target.node] = value
        else:
            turn[channel.target.node] = Rotation.from_quat(value).as_matrix()
    todo = list(file.scenes[file.scene].nodes)
    while todo:
        node = todo.pop()
        for child in file.nodes[node].children or []:
            place[child] = place[node] + turn[node] @ place[child]
            turn[child] = turn[node] @ turn[child]
            todo.append(child)
    return place, turn


@hypothesis.settings(max_examples=5, deadline=None)
@hypothesis.given(st.integers(0, 2**31 - 1))
def test_joints_move_as_the_rig_does(tmp_path_factory, seed):
    motions = [fit(bodies.track(bodies.random_body(seed + number), id=f"d/{number}")) for number in range(2)]
    path = tmp_path_factory.mktemp("gltf") / "poses.glb"
    write_gltf(motions, path)
    file = pygltflib.GLTF2().load(str(path))
    assert [file.nodes[node].name for node in file.scenes[0].nodes] == [
        "Dancer d/0",
        "Body d/0",
        "Dancer d/1",
        "Body d/1",
    ]
    for frame in (0, 7, 11):
        place, _ = _moved(file, frame)
        for motion, skin in zip(motions, file.skins):
            assert tuple(file.nodes[node].name for node in skin.joints) == motion.rig.names
            np.testing.assert_allclose([place[node] for node in skin.joints], motion.positions()[frame], atol=1e-5)


@pytest.mark.parametrize("frames", [1, 20])
def test_times_and_quaternions(tmp_path, frames):
    motion = fit(bodies.track(bodies.random_body(1, frames)))
    write_gltf([motion], tmp_path / "poses.glb")
    file = pygltflib.GLTF2().load(str(tmp_path / "poses.glb"))
    (animation,) = file.animations
    for sampler in animation.samplers:
        np.testing.assert_allclose(_array(file, sampler.input)[:, 0], np.arange(frames) / motion.fps, atol=1e-6)
        assert file.accessors[sampler.input].min
        output = _array(file, sampler.output)
        assert len(output) == frames
        if output.shape[1] == 4:
            np.testing.assert_allclose(np.linalg.norm(output, axis=-1), 1, atol=1e-6)
            assert ((output[1:] * output[:-1]).sum(-1) >= 0).all()
    targets = [(channel.target.node, channel.target.path) for channel in animation.channels]
    assert len(set(targets)) == len(targets)


def test_the_mesh_is_bound_to_the_joints(tmp_path):
    """Unbinding takes every joint's rest place to the origin, and each corner of a bone moves with the bone."""
    motion = fit(bodies.track(bodies.random_body(6)))
    write_gltf([motion], tmp_path / "poses.glb")
    file = pygltflib.GLTF2().load(str(tmp_path / "poses.glb"))
    (skin,), (mesh,) = file.skins, file.meshes
    attributes = mesh.primitives[0].attributes
    for index in (attributes.POSITION, attributes.NORMAL, attributes.JOINTS_0, attributes.WEIGHTS_0):
        assert file.bufferViews[file.accessors[index].bufferView].target == pygltflib.ARRAY_BUFFER
    unbound = _array(file, skin.inverseBindMatrices).reshape(-1, 4, 4)
    rest = motion.rig.rest - [0, motion.rig.rest[:, 1].min(), 0]
    np.testing.assert_allclose(unbound[:, 3, :3], -rest, atol=1e-6)
    joints, weights = _array(file, attributes.JOINTS_0), _array(file, attributes.WEIGHTS_0)
    np.testing.assert_array_equal(weights, np.tile([1, 0, 0, 0], (len(joints), 1)))
    points = _array(file, attributes.POSITION) + unbound[joints[:, 0], 3, :3]
    place, turn = _moved(file, 5)
    nodes = np.array(skin.joints)[joints[:, 0]]
    skinned = np.array([place[node] + turn[node] @ point for node, point in zip(nodes, points)])
    tips = [skinned[np.linalg.norm(skinned - there, axis=-1) < 1e-5] for there in motion.positions()[5]]
    assert all(len(tip) for tip in tips)
    for axis in range(3):
        margin = 0.2 * np.ptp(skinned[:, axis])
        assert skinned[:, axis].min() > motion.positions()[5][:, axis].min() - margin


def test_a_mesh_reader_sees_bodies_that_stand(tmp_path):
    motions = [fit(bodies.track(bodies.random_body(number), id=str(number))) for number in range(3)]
    write_gltf(motions, tmp_path / "poses.glb")
    scene = trimesh.load(tmp_path / "poses.glb", process=False)
    assert len(scene.geometry) == 3
    for mesh, motion in zip(scene.geometry.values(), motions):
        reach = np.ptp(motion.rig.rest, axis=0)
        np.testing.assert_allclose(mesh.extents[:2], reach[:2], rtol=0.15)
        assert abs(mesh.bounds[0, 1]) < 0.02
        assert mesh.volume > 0
        merged = trimesh.Trimesh(mesh.vertices, mesh.faces, process=True)
        assert merged.is_winding_consistent


def test_bones_without_length_have_no_shape(tmp_path):
    """All joints in one place: what is left are hands and feet, whose length is an average body's."""
    write_gltf([fit(bodies.track(np.ones((3, 17, 3))))], tmp_path / "poses.glb")
    file = pygltflib.GLTF2().load(str(tmp_path / "poses.glb"))
    assert len(_array(file, file.meshes[0].primitives[0].attributes.NORMAL)) == 4 * 24
    np.testing.assert_allclose(_moved(file, 0)[0][file.skins[0].joints[0]], 1)
