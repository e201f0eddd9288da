"""The adversarial rival: poses that a judge of real 3D poses cannot tell from them (Li's thesis, tables 3.1 and 4.1).

The rows "+ADV" of the tables, beside which the self-supervised methods stand. They read 3D annotations, which the
methods do not: unpaired ones, no pose of which is held against the example that it belongs to. The thesis does not say
how its rival is built; here poses are turned to look at random directions, so that the discriminator knows no view,
and learns in the same step as the generator does.

Symbols: N poses, J joints; B examples of T frames.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int, PRNGKeyArray

from hdvr_jax import losses
from hdvr_jax.poses import turned_randomly


def adversarial_terms(
    discriminator_apply: Callable[[Array], Array],
    fake: Float[Array, "N J D"],
    real: Float[Array, "N J D"],
    mask: Float[ArrayLike, "N"],
) -> tuple[Float[Array, "N"], Float[Array, "N"]]:
    """(discriminator's loss, the generator's) of every pose; only the first is to be added to a training's loss.

    The discriminator's is the cross-entropy of `fake` told as fake and `real` as real. What `fake` came from sees none
    of its gradient but that of the generator's, -log(probability that the fake is real), whose slope does not vanish
    where the discriminator is sure (Goodfellow et al. 2014, section 3): it comes with a term that is always zero, the
    discriminator's odds less themselves, of which one side sees the fakes move and both see the discriminator. The
    generator's loss has no gradient; it is there to be shown.

    Fakes and real poses are never compared with each other: the sum over all N is the same in whatever order either
    come, so `real` may well be the truth of the same examples.

    Args:
        discriminator_apply: poses (N, J, 3) -> (N,) log odds that each is real. It is to see poses one by one.
        fake: as `unify` gives them.
        real: so too; a pose that holds NaN does not count.
        mask: (N,) 0 where neither counts; fakes there may be anything.
    """
    weights = jnp.broadcast_to(jnp.asarray(mask, fake.dtype), fake.shape[:1])
    fake = jnp.where(weights[:, None, None] > 0, fake, 0.0)
    known = jnp.isfinite(real).all((-1, -2))
    odds, moving = (discriminator_apply(given) for given in (jax.lax.stop_gradient(fake), fake))
    fixed = jax.lax.stop_gradient(odds)
    to_the_fakes = -jax.nn.sigmoid(-fixed) * (moving - odds)
    told_real = jax.nn.softplus(-discriminator_apply(jnp.where(known[:, None, None], real, 0.0)))
    told = jax.nn.softplus(odds) + to_the_fakes + jnp.where(known, told_real, 0.0)
    return weights * told, weights * jax.nn.softplus(-fixed)


def judged(
    discriminator_apply: Callable[[Array], Array],
    fake: Float[Array, "B T J 3"],
    real: Float[Array, "B T J 3"],
    mask: Float[Array, "B T"],
    key: PRNGKeyArray,
    example: Int[Array, "B"],
    root: int,
) -> tuple[Float[Array, "B"], Float[Array, "B"]]:
    """`adversarial_terms` of examples, means over their frames; poses of any view and place (`unify`)."""
    keys = jax.random.split(key)
    poses = [unify(given, own, example, root).reshape(-1, *given.shape[2:]) for given, own in zip((fake, real), keys)]
    terms = adversarial_terms(discriminator_apply, *poses, mask.reshape(-1))
    discriminator, generator = (losses.masked_mean(term.reshape(mask.shape), mask) for term in terms)
    return discriminator, generator


def unify(
    poses: Float[Array, "B T J 3"], key: PRNGKeyArray, example: Int[Array, "B"], root: int
) -> Float[Array, "B T J 3"]:
    """Poses about their root, each `turned_randomly`. A pose that holds NaN holds nothing else. Sizes stay: where fakes
    have none of their own, both are to be of unit size (`poses.unit_size`)."""
    poses = poses - poses[:, :, root : root + 1]
    known = jnp.isfinite(poses).all((-1, -2), keepdims=True)
    safe = jnp.where(known, poses, 0.0)
    return jnp.where(known, turned_randomly(safe, key, example), jnp.nan)
