"""What the configs share that learn without 3D: recordings of several cameras, on which no clip is labelled."""

import ml_collections

from configs.lifter_common import observe_detections

DATA = ("aistpp", "cmu")
CMU_VIEWS = 4
# What may be left out of AIST++; motion capture has none of them.
SKIP = ("none", *(f"c0{number}" for number in range(1, 10)))


def set_budget(train: ml_collections.ConfigDict, batch_size: int, steps: int, *, tiny: bool) -> None:
    """How large batches are, how many there are, and how often the model is kept and evaluated."""
    train.batch_size = 16 if tiny else batch_size
    train.steps = steps
    train.eval_every = train.checkpoint_every = 10 if tiny else 1000


def see_views(config: ml_collections.ConfigDict, data: str, skip: str, *, tiny: bool = False) -> None:
    """Clips of all cameras: "aistpp", nine real ones and real detections, ch01, ch02, ch05 and ch06 to train on and
    ch03 to test; "cmu", motion capture filmed by four virtual cameras, the same at every run, on the takes' own bodies.

    Args:
        skip: a view to leave out, "none" for none.
        tiny: two virtual views in place of four, for tests.
    """
    fields = config.data
    fields.dataset = {"aistpp": "aistpp", "cmu": "cmu_mocap"}[data]
    film_views = CMU_VIEWS if data == "cmu" else 0
    observe_detections(fields, film_views=2 if tiny and film_views else film_views)
    fields.skip_views = () if skip == "none" else (skip,)
    fields.vary_bodies = False
    fields.extrinsics = "given"  # or "estimated", from the detections of pairs of views
    fields.virtual_views = 0  # of every training clip, filmed from its triangulated detections
    fields.unpaired = False  # whether losses may see 3D of other examples, for the adversarial rival
    fields.validation_split = ""  # there is no 3D to choose by: the last step is taken
    config.evaluate.split = "test"
    config.evaluate.metric = "body_mpjpe_mm"
    config.evaluate.groups = ("view",) if data == "aistpp" else ("genre",)
