"""What the joints of BVH files mean: one table per naming convention, since the same word means different places.

Keys are anatomical names as in `hdvr_jax.skeletons`; values are the file's. `X_end` is the end site of joint X.
"LeftShoulder", say, is the shoulder joint in one convention and the inner end of the collar bone in another.
"""

from hdvr_jax.skeletons import get_skeleton

# Every convention must place these; "head" is the crown and may be missing.
REQUIRED = tuple(
    f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
)


def _both_sides(words: dict[str, str], head: str) -> dict[str, str]:
    table = {
        f"{side}_{joint}": f"{side.capitalize()}{word}" for side in ("left", "right") for joint, word in words.items()
    }
    return {**table, "head": head}


def conventions() -> dict[str, dict[str, str]]:
    """Naming conventions, each {anatomical name: name in the file}.

    daz: the character rig of the CMU conversions ("lShldr"), all of skeleton "cmu25".
    chest4: Hips, Chest .. Chest4, LeftShoulder, LeftHip.
    uparm: Hips, LeftUpLeg, LeftArm, as MotionBuilder, Mixamo and older CMU conversions have it.
    """
    rig = get_skeleton("cmu25")
    return {
        "daz": dict(zip(rig.joints, rig.aliases, strict=True)),
        "chest4": _both_sides(
            {
                "hip": "Hip",
                "knee": "Knee",
                "ankle": "Ankle",
                "shoulder": "Shoulder",
                "elbow": "Elbow",
                "wrist": "Wrist",
            },
            head="Head_end",
        ),
        "uparm": _both_sides(
            {
                "hip": "UpLeg",
                "knee": "Leg",
                "ankle": "Foot",
                "shoulder": "Arm",
                "elbow": "ForeArm",
                "wrist": "Hand",
            },
            head="Head_end",
        ),
    }


def plain_name(name: str) -> str:
    """A joint's name without its exporter's prefix ("mixamorig:Hips" is "Hips")."""
    return name.rsplit(":", 1)[-1]
