"""Prints how long a frame of a stream takes, from keypoints to results, by number of dancers.

    python -m benchmarks.streaming [--frames=600]

Lifters of the paper's causal rows, published width, random weights; no detector. Beside it, the time of a frame of the
same network over a whole recording.
"""

import argparse
import time

import jax
import jax.numpy as jnp
import numpy as np

from configs import videopose3d
from hdvr_jax import families
from hdvr_jax.configurations import normalise
from hdvr_jax.families import lifter
from hdvr_jax.networks.lifter import apply_to_sequence
from hdvr_jax.streaming import Recording, StreamModels, models
from hdvr_jax.streaming.driver import Latency, run
from hdvr_jax.trained import Trained

_FPS, _SIZE, _WAY = 30.0, (1280, 720), 40.0


def _model(row: str) -> Trained:
    config = normalise(videopose3d.get_config(f"row={row}"))
    config.model.flip = False
    network = lifter.network(config)
    given = jnp.zeros((1, network.receptive_field, 2 * network.joints_out))
    variables = lifter.init(network, jax.random.key(0), {"inputs": given})
    return Trained(config, families.build(config), variables, lambda batch: batch)


def _people(frames: int, dancers: int) -> list[dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Bodies of random joints that sway across the image."""
    rng = np.random.default_rng(0)
    bodies = rng.uniform((300, 100), (900, 600), (dancers, 17, 2))
    sway = _WAY * np.sin(np.arange(frames) / 10)
    places = (bodies + np.array([shift, 0.0]) for shift in sway)
    seen = np.ones(17, np.float32)
    return [{str(i): (body.astype(np.float32), seen) for i, body in enumerate(bodies)} for bodies in places]


def live(model: Trained, frames: int, dancers: int) -> Latency:
    """Latency of every frame."""
    found = StreamModels(models.of_lifter(model, "the benchmark"))
    recording = Recording(_FPS, _SIZE, "h36m17")
    return run(_people(frames, dancers), recording, found, lambda *_: None, dancers=dancers)


def whole(model: Trained, frames: int) -> float:
    """Seconds a frame of the network over a recording at once."""
    network = lifter.network(model.config)
    given = jnp.asarray(np.random.default_rng(0).normal(size=(1, frames, 17, 2)), jnp.float32)
    compiled = jax.jit(lambda variables, x: apply_to_sequence(network, None, variables, x))
    jax.block_until_ready(compiled(model.variables, given))
    begun = time.perf_counter()
    jax.block_until_ready(compiled(model.variables, given))
    return (time.perf_counter() - begun) / frames


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=600)
    frames = parser.parse_args().frames
    print("| lifter | dancers | median, ms | 95th percentile, ms | at once, ms a frame and dancer |")
    print("| --- | --- | --- | --- | --- |")
    for row in ("causal_27", "causal_243"):
        model = _model(row)
        together = 1000 * whole(model, frames)
        for dancers in (1, 2, 5):
            median, late = 1000 * np.percentile(live(model, frames, dancers).seconds, (50, 95))
            print(f"| {row} | {dancers} | {median:.1f} | {late:.1f} | {together:.2f} |", flush=True)


if __name__ == "__main__":
    main()
