"""Prints how long a frame of a stream takes, from keypoints to results, by number of dancers.

    python -m benchmarks.streaming [--frames=600] [--models=DIR]

Lifters of the paper's causal rows, published width, random weights; no detector. Beside it, the time of a frame of the
same network over a whole recording. With --models, the trained models of a stream instead, stage by stage.
"""

import argparse
import time

import jax
import jax.numpy as jnp
import numpy as np

from configs import videopose3d
from hdvr_jax import families, scripts
from hdvr_jax.configurations import normalise
from hdvr_jax.families import lifter
from hdvr_jax.networks.lifter import apply_to_sequence
from hdvr_jax.streaming import Frame, Latency, Recording, Stream, StreamModels, load_models, models, run
from hdvr_jax.trained import Trained

_FPS, _SIZE, _WAY = 30.0, (1280, 720), 40.0


def _model(row: str) -> Trained:
    config = normalise(videopose3d.get_config(f"row={row}"))
    config.model.flip = False
    network = lifter.network(config)
    given = jnp.zeros((1, network.receptive_field, 2 * network.joints_out))
    variables = lifter.init(network, jax.random.key(0), {"inputs": given})
    return Trained(config, families.build(config), variables, lambda batch: batch)


def _frames(frames: int, dancers: int) -> list[Frame]:
    """Bodies of random joints that sway across the image."""
    rng = np.random.default_rng(0)
    bodies = rng.uniform((300, 100), (900, 600), (dancers, 17, 2))
    sway = _WAY * np.sin(np.arange(frames) / 10)
    places = (bodies + np.array([shift, 0.0]) for shift in sway)
    seen = np.ones(17, np.float32)
    return [Frame({str(i): (body.astype(np.float32), seen) for i, body in enumerate(bodies)}) for bodies in places]


def live(found: StreamModels, frames: int, dancers: int) -> Latency:
    """Latency of every frame."""
    stream = Stream(Recording(_FPS, _SIZE, "h36m17"), iter(_frames(frames, dancers)))
    return run(stream, found, lambda *_: None, dancers=dancers)


def whole(model: Trained, frames: int) -> float:
    """Seconds a frame of the network over a recording at once."""
    network = lifter.network(model.config)
    given = jnp.asarray(np.random.default_rng(0).normal(size=(1, frames, 17, 2)), jnp.float32)
    compiled = jax.jit(lambda variables, x: apply_to_sequence(network, None, variables, x))
    jax.block_until_ready(compiled(model.variables, given))
    begun = time.perf_counter()
    jax.block_until_ready(compiled(model.variables, given))
    return (time.perf_counter() - begun) / frames


def _trained(found: StreamModels, frames: int) -> None:
    print("| dancers | stage | median, ms | 95th percentile, ms | longest, ms |")
    print("| --- | --- | --- | --- | --- |")
    for dancers in (1, 2, 5):
        latency = live(found, frames, dancers)
        for stage, seconds in {"all": latency.seconds, **latency.stages}.items():
            told = " | ".join(f"{1000 * value:.1f}" for value in np.percentile(seconds, (50, 95, 100)))
            print(f"| {dancers} | {stage} | {told} |", flush=True)


def _random(frames: int) -> None:
    print("| lifter | dancers | median, ms | 95th percentile, ms | at once, ms a frame and dancer |")
    print("| --- | --- | --- | --- | --- |")
    for row in ("causal_27", "causal_243"):
        model = _model(row)
        found = StreamModels(models.of_lifter(model, "the benchmark"))
        together = 1000 * whole(model, frames)
        for dancers in (1, 2, 5):
            median, late = 1000 * np.percentile(live(found, frames, dancers).seconds, (50, 95))
            print(f"| {row} | {dancers} | {median:.1f} | {late:.1f} | {together:.2f} |", flush=True)


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--models", help="folder with the workdirs lifter, movements and genre")
    options = parser.parse_args()
    if options.models:
        _trained(load_models(options.models), options.frames)
    else:
        _random(options.frames)


if __name__ == "__main__":
    scripts.guarded(main)
