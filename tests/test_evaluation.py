"""Tables: masked sums over sequences, divided once."""

import dataclasses

import jax
import numpy as np
import pytest

from hdvr_jax import configurations, corpus, divisions, evaluation
from hdvr_jax.errors import InputError
from hdvr_jax.pipeline import Windows
from tests import toy


def setup(length=0, config=None):
    family = toy.make(config or toy.config())
    sequences = family.prepare(toy.clips("toy", "test"), {})
    windows = Windows(sequences, length=length, stride=max(1, length))
    return family, sequences, windows, family.init(jax.random.key(0), toy.batch(2))


def slow_error(family, variables, sequences):
    """Mean absolute error over all frames, one sequence after the other."""
    errors = [np.abs(family.predict(variables, {"x": s["x"][None]})["y"][0] - s["y"]) for s in sequences]
    return np.concatenate(errors).mean()


@pytest.mark.parametrize(("length", "batch_size"), [(0, 2), (0, 5), (4, 3)])
def test_tables_agree_with_a_slow_reference(length, batch_size):
    family, sequences, windows, variables = setup(length)
    scorer = evaluation.make_scorer(family)
    tables = evaluation.evaluate(family, scorer, {"": variables}, windows, batch_size, ("genre",))
    assert tables["overall"]["all"]["sequences"] == 6
    np.testing.assert_allclose(tables["overall"]["all"]["error"], slow_error(family, variables, sequences), rtol=1e-5)
    assert list(tables["genre"]) == ["Tango", "Tap", "(average)"]
    average = tables["genre"].pop("(average)")
    assert average["sequences"] == 6
    np.testing.assert_allclose(average["error"], np.mean([row["error"] for row in tables["genre"].values()]))
    for genre, row in tables["genre"].items():
        own = [s for s in sequences if s["genre"] == genre]
        np.testing.assert_allclose(row["error"], slow_error(family, variables, own), rtol=1e-5)
        assert row["sequences"] == 3


def test_the_same_numbers_every_time():
    family, _, windows, variables = setup()
    scorer = evaluation.make_scorer(family)
    first, second = (evaluation.evaluate(family, scorer, {"": variables}, windows, 2) for _ in range(2))
    assert first == second


def test_padding_that_scores_nan_does_not_count():
    family, _, windows, variables = setup()
    bad = family.scores

    def scores(outputs, batch):
        total, weight = bad(outputs, batch)["error"]
        return {"error": (jax.numpy.where(batch["mask"] > 0, total, np.nan), weight)}

    family = dataclasses.replace(family, scores=scores)
    tables = evaluation.evaluate(family, evaluation.make_scorer(family), {"": variables}, windows, 4)
    assert np.isfinite(tables["overall"]["all"]["error"])


def test_an_unknown_label_or_metric_is_an_error():
    family, _, windows, variables = setup()
    scorer = evaluation.make_scorer(family)
    with pytest.raises(InputError, match=r"'view'.*clip, genre"):
        evaluation.evaluate(family, scorer, {"": variables}, windows, 2, ("view",))
    tables = evaluation.evaluate(family, scorer, {"": variables}, windows, 2)
    with pytest.raises(InputError, match=r"no 'mpjpe'; there are error"):
        evaluation.metric(tables, "mpjpe")


def test_models_of_a_label_score_their_own_sequences():
    family, sequences, windows, variables = setup()
    other = jax.tree.map(lambda x: 2 * x, variables)
    tables = evaluation.evaluate(
        family, evaluation.make_scorer(family), {"Tango": variables, "Tap": other}, windows, 2, ("genre",), "genre"
    )
    for genre, model in (("Tango", variables), ("Tap", other)):
        own = [s for s in sequences if s["genre"] == genre]
        np.testing.assert_allclose(tables["genre"][genre]["error"], slow_error(family, model, own), rtol=1e-5)
    with pytest.raises(InputError, match="no sequence whose genre is one of Waltz"):
        evaluation.evaluate(family, evaluation.make_scorer(family), {"Waltz": other}, windows, 2, label="genre")


def test_models_that_have_seen_what_is_unseen_are_named(monkeypatch, tmp_path):
    def labels(dataset, data_dir=None, **options):
        if options:
            raise InputError("no raw files")
        return toy.labels(dataset)

    monkeypatch.setattr(corpus, "load_labels", labels)
    fields = {
        "same": {},
        "everything": {"data__train_split": "all"},
        "elsewhere": {"data__dataset": "other", "data__train_split": "all"},
        "random": {"data__splitting": "random_window", "data__split_seed": 1},
        "moved": {},
    }
    for name, own in fields.items():
        config = toy.config(**own)
        config.data.options.update({"raw_dir": "gone"} if name == "moved" else {})
        configurations.claim(tmp_path / name, config)
    found = toy.config(train__initial=str(tmp_path / "everything"))
    configurations.claim(tmp_path / "model", found)
    found.upstream.update({name: str(tmp_path / name) for name in ("same", "elsewhere", "random", "moved")})
    found.upstream.update({"none": "", "gone": str(tmp_path / "gone")})
    seen = "of what is unseen here it has seen dancer (6 of 6), choreography (6 of 6), take (6 of 6)"
    own = "divided otherwise (the dataset's own division"
    told = evaluation.seen_by_models(found, tmp_path / "model")
    assert told[0] == f"initial model ({tmp_path / 'everything'}): {own}, trained on all); {seen}"
    assert sorted(told[1:])[0].startswith(
        f"upstream gone ({tmp_path / 'gone'}): what its training has seen is not known"
    )
    assert sorted(told[1:])[1:] == [
        f"upstream moved ({tmp_path / 'moved'}): what its training has seen is not known (no raw files)",
        f"upstream random ({tmp_path / 'random'}): divided otherwise (random_window, seed 1); {seen}",
    ]
    trained = next(entry for entry in toy.labels("toy") if entry["split"] == "test")
    divisions.write_clips(tmp_path / "model", [{**trained, "clip": trained["take"]}])
    assert evaluation.seen_by_models(found, tmp_path / "model")[0] == (
        f"this model ({tmp_path / 'model'}): the files have changed since its training, which has seen "
        "dancer (1 of 6), choreography (1 of 6), take (1 of 6) of what is unseen"
    )
    found.data.splitting, found.evaluate.split = "random_window", "test"
    assert len(evaluation.seen_by_models(found, tmp_path / "model")) == 1
