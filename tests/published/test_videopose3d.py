"""The published lifter's weights and outputs, from golden files that its own code wrote (benchmarks/)."""

import dataclasses
import pathlib
import pickle
import zipfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.published import torch_file, videopose3d

DATA = pathlib.Path(__file__).parent.parent / "data"
WIDTHS = {"plain": (3, 3, 3), "causal": (3, 3, 3), "dense": (3, 3), "mixed": (1, 5, 3)}


def golden(name):
    with np.load(DATA / f"videopose3d_{name}.npz") as file:
        return dict(file)


def imported(name, file=None):
    path = DATA / f"videopose3d_{file or name}.bin"
    found = videopose3d.load(path, causal=name == "causal", dense=name == "dense")
    return dataclasses.replace(found, variables=jax.tree.map(jnp.asarray, found.variables))


def flat(x):
    return jnp.asarray(x.reshape(*x.shape[:2], -1))


@pytest.mark.parametrize(("name", "file"), [*((name, None) for name in WIDTHS), ("plain", "older_layout")])
def test_outputs_are_those_of_the_published_code(name, file):
    found, expected = imported(name, file), golden(name)
    assert found.network.widths == WIDTHS[name]
    assert found.joints_in == found.network.joints_out == 17
    output = found.network.apply(found.variables, flat(expected["inputs"]), strided=False)
    np.testing.assert_allclose(output, expected["output"], atol=1e-5)


@pytest.mark.parametrize("name", ["plain", "causal"])
def test_the_training_form_and_its_running_statistics(name):
    found, expected = imported(name), golden(name)
    network = found.network.clone(dropout=0.0)
    output, state = network.apply(
        found.variables, flat(expected["windows"]), strided=True, train=True, mutable=["batch_stats"]
    )
    np.testing.assert_allclose(output, expected["trained_output"], atol=1e-5)
    statistics = {"expand": "expand_bn"}
    statistics |= {f"{kind}_{i}": f"layers_bn/{2 * i + at}" for i in (0, 1) for at, kind in enumerate(("conv", "mix"))}
    for ours, theirs in statistics.items():
        norm = state["batch_stats"][ours]["norm"]
        np.testing.assert_allclose(norm["mean"], expected[f"{theirs}/running_mean"], atol=1e-5)
        np.testing.assert_allclose(norm["var"], expected[f"{theirs}/running_var"], atol=1e-5)


def test_variables_fit_the_network():
    for name in WIDTHS:
        found = imported(name)
        inputs = jnp.zeros((1, found.network.receptive_field, 34))
        wanted = jax.eval_shape(lambda n=found.network, x=inputs: n.init(jax.random.key(0), x, strided=False))
        assert jax.tree.map(jnp.shape, found.variables) == jax.tree.map(jnp.shape, dict(wanted))


def test_the_report_names_every_tensor_and_what_was_left_out():
    report = "\n".join(imported("plain").report)
    for word in ("expand_conv", "layers_bn.3: mix_1", "shrink: shrink (51, 8, 1)", "random_state: not read"):
        assert word in report


def test_the_trajectory_model():
    found = videopose3d.load(DATA / "videopose3d_trajectory.bin", "model_traj")
    assert (found.joints_in, found.network.joints_out) == (17, 1)
    expected = golden("trajectory")
    variables = jax.tree.map(jnp.asarray, found.variables)
    output = found.network.apply(variables, flat(expected["inputs"]), strided=False)
    np.testing.assert_allclose(output, expected["output"], atol=1e-5)
    with pytest.raises(InputError, match="no model_traj in it; there is epoch, lr, random_state, model_pos"):
        videopose3d.load(DATA / "videopose3d_plain.bin", "model_traj")


@pytest.mark.parametrize(("file", "there"), [("plain", False), ("older_layout", False), ("trajectory", True)])
def test_a_checkpoint_of_supervised_training_has_no_trajectory(file, there):
    posed, moved = videopose3d.load_with_trajectory(DATA / f"videopose3d_{file}.bin")
    assert posed.network.joints_out == 17
    assert (moved is not None) == there
    assert ("model_traj: not read" in posed.report) == (file == "older_layout")
    assert "epoch: not read" in posed.report


@pytest.mark.parametrize("file", ["plain", "older_layout"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.6, 0.99])
def test_truncated_files_are_errors(tmp_path, file, share):
    content = (DATA / f"videopose3d_{file}.bin").read_bytes()
    (tmp_path / "cut.bin").write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=r"cut\.bin"):
        videopose3d.load(tmp_path / "cut.bin")


class _Hostile:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize("zipped", [True, False])
def test_pickled_code_is_refused(tmp_path, capsys, zipped):
    path = tmp_path / "bad.bin"
    if zipped:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps({"model_pos": _Hostile()}, 2))
    else:
        path.write_bytes(pickle.dumps(_Hostile(), 2))
    with pytest.raises(InputError, match=r"refused a pickle that names .*print"):
        videopose3d.load(path)
    assert capsys.readouterr().out == ""


def test_a_tensor_beyond_its_storage_is_an_error():
    storage = torch_file._Storage("0", np.dtype("<f4"), 4, np.zeros(4, np.float32))
    assert torch_file._Tensor(storage, 0, (2, 2), (2, 1)).array().shape == (2, 2)
    for offset, size, stride in [(1, (2, 2), (2, 1)), (0, (2,), (9,)), (-1, (1,), (1,)), (0, (2, 2), (-1, 1))]:
        with pytest.raises(ValueError, match="does not lie in"):
            torch_file._Tensor(storage, offset, size, stride).array()


def _weights():
    return dict(torch_file.load(DATA / "videopose3d_plain.bin")["model_pos"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.pop("expand_conv.weight"), "no expand_conv.weight"),
        (lambda w: w.update(extra=np.zeros(3)), "left over: extra"),
        (lambda w: w.update({"layers_bn.1.bias": np.zeros(5)}), r"layers_bn.1.bias has shape \(5,\); expected 8"),
        (lambda w: w.update({"layers_conv.0.weight": np.zeros((8, 4, 3))}), "has 8 channels"),
        (lambda w: w.update({"expand_conv.weight": np.zeros((8, 34, 2))}), "expected odd"),
        (lambda w: w.clear(), "no shrink.weight"),
    ],
)
def test_another_architecture_is_an_error(change, message):
    weights = _weights()
    change(weights)
    with pytest.raises(InputError, match=message):
        videopose3d.convert(weights)
