"""Recognition of a stream: every frame is answered before the next one comes, from the frames so far.

    state = start(models, Recording(fps=30, image_size=(1280, 720), skeleton="coco17"))
    state, found = step(state, {"Ada": (keypoints, confidence)})

`Stream` is where frames come from, `run` takes them one after another and measures, and `hdvr_jax.streaming.results`
says what a file of them holds, which `read_results` reads.

Models are causal, and what they remember is kept in the state: a frame costs one column of every convolution and one
step of every LSTM. On the same inputs that is what they give of the whole clip. Of a recognition of the whole clip,
these inputs and outputs are not of the past alone, and differ:

    gaps                 a joint is held where it was last seen, not interpolated, and not filled in before it was seen
    begin                a dancer's sequence begins with the first frame that shows a joint; the lifter sees copies of
                         that frame before it, LSTMs see nothing
    size of a sighting   of the last seconds (`hdvr_jax.streaming.lifter`), not of the clip
    size of a body       of the last seconds (`hdvr_jax.streaming.bodies`), not of the clip
    frame rate           models run at their own rate; a frame gets what was found last, at most one of the lifter's
                         frames ago, in place of what lies between two
    genre                comes when all movements have come that are averaged for its frame; the last of a clip is of
                         what movements there are
    decisions            movements that are too short stay
    place                poses are about the hips, and no floor is estimated; a lifter that tells where the hips are,
                         tells it
    bystanders           stay: who has not moved so far may dance later

Frames come at the recording's rate, or tell their time. A camera's do: of its pictures the newest is looked at whenever
the detector is ready, the others are skipped, and models are given the frames in between, interpolated, so that speeds
are those of the dancer whatever was skipped. A video, a pipe and recorded keypoints wait: nothing of them is skipped.
"""

from hdvr_jax.streaming.driver import run
from hdvr_jax.streaming.latency import Latency
from hdvr_jax.streaming.models import StreamModels
from hdvr_jax.streaming.models import load as load_models
from hdvr_jax.streaming.records import Frame, Outcome, Recording, Stream
from hdvr_jax.streaming.results import read_results
from hdvr_jax.streaming.session import step
from hdvr_jax.streaming.state import State, start

__all__ = [
    "Frame",
    "Latency",
    "Outcome",
    "Recording",
    "State",
    "Stream",
    "StreamModels",
    "load_models",
    "read_results",
    "run",
    "start",
    "step",
]
