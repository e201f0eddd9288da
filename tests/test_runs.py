"""Which examples each model of a training draws."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.pipeline import Windows, batch_at
from hdvr_jax.runs import Order, make_runs, steps_per_epoch


def windows():
    """Twelve windows of one frame: four walks of which one is labelled, eight runs of which two are."""
    kinds = [("walk", 1)] + [("walk", 0)] * 3 + [("run", 1)] * 2 + [("run", 0)] * 6
    entries = [
        {"x": np.float32([place]), "labelled": np.float32(labelled), "action": action}
        for place, (action, labelled) in enumerate(kinds)
    ]
    return Windows(entries, length=1)


def test_every_window_is_used_once_in_an_epoch_and_nothing_is_dropped():
    order = Order(seed=3, count=10, batch_size=4)
    seen = np.concatenate([order.batch_at(step) for step in range(5)])
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))
    assert list(seen[:10]) != list(seen[10:])
    assert list(seen) != list(np.concatenate([Order(4, 10, 4).batch_at(step) for step in range(5)]))


def test_every_batch_holds_its_share_of_unlabelled_examples():
    found = windows()
    (run,) = make_runs(found, [0], 4, unlabelled=0.5)
    batches = [batch_at(found, [run], step) for step in range(9)]
    assert all(list(batch["labelled"]) == [1, 1, 0, 0] for batch in batches)
    unlabelled = np.concatenate([batch["x"][2:, 0] for batch in batches])
    assert sorted(unlabelled[:9]) == sorted(unlabelled[9:]) == [1, 2, 3, 6, 7, 8, 9, 10, 11]


def test_withheld_sequences_are_not_drawn_unless_asked_for():
    found = windows()
    (run,) = make_runs(found, [0], 4)
    assert set(np.concatenate([batch_at(found, [run], step)["x"][:, 0] for step in range(3)])) == {0, 4, 5}


def test_models_of_actions_draw_from_their_own_and_see_as_many_examples():
    found = windows()
    runs = make_runs(found, [0, 1], 2, label="action", values=("walk", "run"))
    assert [run.name for run in runs] == ["seed_0_walk", "seed_0_run", "seed_1_walk", "seed_1_run"]
    batch = batch_at(found, runs, 3)
    assert batch["x"].shape == (4, 2, 1)
    assert set(batch["x"][0].ravel()) | set(batch["x"][2].ravel()) == {0}
    assert set(batch["x"][1].ravel()) | set(batch["x"][3].ravel()) <= {4, 5}
    # An epoch has as many steps as for one model of both actions.
    assert steps_per_epoch(runs) == steps_per_epoch(make_runs(found, [0], 2)) == 1


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"unlabelled": 1.0}, "a part empty"),
        ({"unlabelled": -0.5}, "a part empty"),
        ({"unlabelled": 0.01}, "a part empty"),
        ({"label": "action", "values": ("swim",)}, "no labelled sequence with action 'swim'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(asked, named):
    with pytest.raises(InputError, match=named):
        make_runs(windows(), [0], 4, **asked)


def test_without_unlabelled_sequences_there_is_nothing_to_draw_them_from():
    with pytest.raises(InputError, match="no unlabelled sequence"):
        make_runs(Windows([{"x": np.zeros(3)}], length=1), [0], 4, unlabelled=0.5)
