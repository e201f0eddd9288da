"""What the genre family says about its reasons."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from configs.genre_choreo import get_config
from hdvr_jax import attribution, families
from hdvr_jax.movements import load_vocabulary
from tests.families.dancing import make_clip

FRAMES, FPS, TYPES = 60, 30.0, len(load_vocabulary())


def _family(streams="movements"):
    config = get_config(f"size=tiny,streams={streams},inputs=3d_true")
    config.model.dropout = 0.0
    return families.build(config)


def _clip(seed=0):
    movements = (np.random.default_rng(seed).random((FRAMES, TYPES)) < 0.2).astype(np.float32)
    return {**make_clip(seed, frames=FRAMES, views=1, fps=FPS), "movements": movements}


@functools.cache
def _predict():
    """Batch -> outputs of a stand-in whose log odds of genre 1 rise by 1 at every frame that has type 5, fall by 2 at
    every one that has type 7, and sum up over the past."""

    def predict(batch):
        score = jnp.cumsum(batch["movements"][..., 5] - 2 * batch["movements"][..., 7], 1)
        return {"running": jax.nn.softmax(jnp.stack([jnp.zeros_like(score), score], -1))}

    return predict


def test_what_reads_no_movements_gives_no_reasons():
    assert _family("poses3d").explain is None
    assert _family("poses3d+movements").explain is not None


def test_weights_count_the_frames_of_the_models_rate():
    clip = _clip()
    clip["movements"] = np.zeros_like(clip["movements"])
    clip["movements"][12:30, 5] = 1  # frames 4 to 9 of 20, at 10 a second: means of three
    clip["movements"][45:60, 7] = 1
    causes = [(5, 12, 30), (7, 45, 60), (9, 3, 9)]
    found = _family().explain(_predict(), clip, causes, 1)
    rise, fall = np.r_[np.zeros(4), np.arange(1, 7), np.full(10, 6)], np.r_[np.zeros(15), 2 * np.arange(1, 6)]
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found[0], [rise.mean(), -fall.mean(), 0], atol=0.25)
    np.testing.assert_allclose(found[1], found[0], rtol=0.25, atol=0.02)


def test_a_real_model_answers_and_other_genres_differ():
    family, clip = _family(), _clip(1)
    sequence = family.prepare([clip], {})[0]
    batch = {name: jnp.asarray(value)[None] for name, value in sequence.items() if not isinstance(value, str)}
    frames = {"frame_mask": jnp.ones((1, 20)), "example": jnp.zeros(1, jnp.int32)}
    variables = jax.jit(family.init)(jax.random.key(0), {**batch, **frames})
    predict = functools.partial(family.predict, variables)
    causes = [(kind, 10 * kind, 10 * kind + 10) for kind in range(5)]
    found = [family.explain(predict, clip, causes, genre) for genre in (0, 3)]
    assert np.isfinite(found).all()
    assert np.abs(found[0] - found[1]).max() > 1e-5
    assert attribution.agreement(found[0]) == pytest.approx(1, abs=0.5)
    assert family.explain(predict, clip, [], 0).shape == (2, 0)
