"""Arguments of config files, and configs beside trainings."""

import ml_collections
import pytest

from hdvr_jax import configurations
from hdvr_jax.errors import InputError


def test_arguments_get_the_types_of_their_defaults():
    found = configurations.parse_arg(
        "size=tiny, widths=3+5,causal=true,rate=1e-4", size="", widths=(1,), causal=False, rate=1.0
    )
    assert found.to_dict() == {"size": "tiny", "widths": (3, 5), "causal": True, "rate": 1e-4}
    assert configurations.parse_arg("", size=3).size == 3
    assert configurations.parse_arg("size=4", {"size": ("3", "4")}, size=3).size == 4
    with pytest.raises(InputError, match="size=5: expected one of 3, 4"):
        configurations.parse_arg("size=5", {"size": ("3", "4")}, size=3)


@pytest.mark.parametrize(
    ("arg", "message"),
    [
        ("sise=3", "did you mean 'size'"),
        ("qqq=3", "there are size, causal"),
        ("size", "expected key=value"),
        ("size=big", "expected int"),
        ("causal=perhaps", "expected true or false"),
    ],
)
def test_bad_arguments_are_errors(arg, message):
    with pytest.raises(InputError, match=message):
        configurations.parse_arg(arg, size=3, causal=False)


def example(**changed):
    config = configurations.base_config()
    config.model.update({"widths": (3, 3), "ratio": 0.25, "nothing": None, **changed})
    return config


def test_a_config_survives_its_json(tmp_path):
    configurations.claim(tmp_path, example())
    found = configurations.load_config(tmp_path)
    assert found.to_dict() == configurations.normalise(example()).to_dict()
    assert found.model.widths == (3, 3)
    configurations.claim(tmp_path, example())


def test_a_workdir_of_another_config_is_an_error_that_names_the_fields(tmp_path):
    other = example(ratio=0.5, extra=1)
    configurations.claim(tmp_path, other)
    configurations.claim(tmp_path, example())  # nothing was trained with the other
    (tmp_path / "checkpoints" / "5").mkdir(parents=True)
    with pytest.raises(InputError, match=r"model.extra was None and is 1; model.ratio was 0.25 and is 0.5"):
        configurations.claim(tmp_path, other)
    assert configurations.load_config(tmp_path).model.ratio == 0.25


def test_steps_may_be_raised_but_not_lowered(tmp_path):
    config = example()
    configurations.claim(tmp_path, config)
    (tmp_path / "checkpoints" / "5").mkdir(parents=True)
    config.train.steps += 10
    configurations.claim(tmp_path, config)
    assert configurations.load_config(tmp_path).train.steps == config.train.steps
    config.train.steps -= 20
    with pytest.raises(InputError, match=r"train\.steps"):
        configurations.claim(tmp_path, config)


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00\xff"])
def test_a_damaged_config_is_an_error(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(InputError, match=r"config\.json"):
        configurations.load_config(tmp_path)


def test_no_config_is_an_error(tmp_path):
    with pytest.raises(InputError, match="not the workdir of a training"):
        configurations.load_config(tmp_path / "nowhere")


def test_other_data_to_evaluate_on():
    config = example()
    config.data.dataset, config.data.options = "choreo", ml_collections.ConfigDict({"size": "demo"})
    found = configurations.for_evaluation(
        config, None, "aistpp", "all", ["view"], ["data.options.raw_dir=/x", "evaluate.batch_size=3"]
    )
    assert found.data.dataset == "aistpp"
    assert found.data.options.to_dict() == {"raw_dir": "/x"}
    assert (found.evaluate.split, found.evaluate.groups, found.evaluate.batch_size) == ("all", ("view",), 3)
    assert config.data.dataset == "choreo"
    other = example()
    other.data.dataset, other.evaluate.split = "cmu_mocap", "validation"
    found = configurations.for_evaluation(config, other)
    assert (found.data.dataset, found.evaluate.split) == ("cmu_mocap", "validation")


@pytest.mark.parametrize("text", ["c05+c99", "('c05','c99')", '["c05", "c99"]'])
def test_tuples_are_set_as_arguments_or_python_write_them(text):
    found = configurations.for_evaluation(example(), assignments=[f"evaluate.groups={text}"])
    assert found.evaluate.groups == ("c05", "c99")
    found = configurations.for_evaluation(example(), assignments=["evaluate.groups=('c05')"])
    assert found.evaluate.groups == ("c05",)


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("model.widths=3", "expected data.FIELD=VALUE"),
        ("evaluate.batch_size", "expected data.FIELD=VALUE"),
        ("evaluate.batchsize=3", "did you mean 'batch_size'"),
        ("data.nowhere.x=3", "'nowhere' has no fields"),
        ("evaluate.groups=('c05'", "as Python writes a tuple"),
    ],
)
def test_bad_changes_are_errors(assignment, message):
    with pytest.raises(InputError, match=message):
        configurations.for_evaluation(example(), assignments=[assignment])
