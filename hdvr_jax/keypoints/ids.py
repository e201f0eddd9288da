"""Ids of dancers: the file's own numbers of people, where they are to be trusted."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool

from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.keypoints.words import listed
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import MISSING
from hdvr_jax.tracking.results import Tracking

_OWN = 0.8  # share of a track's figures that must have a number for the track to take it
_DOUBLED = 0.05  # share of figures with a number that their frame has twice, beyond which no number is believed


def of_file(people: Detections, tracking: Tracking) -> tuple[Tracking, list[str]]:
    """The tracks by the file's numbers of people, and notes on whose they are.

    A track takes the number that most of its figures have; tracks of one number that are nowhere together become one.
    The others are counted from 1, past the file's numbers. Where the file has one number for several people of a
    frame, or 0 for everybody, as when its detector did not track, there is nothing to take.
    """
    numbered, twice = people.person != NOBODY, _doubled(people)
    notes = []
    if twice.any():
        notes.append("Some frames have one number of a person twice; there, people are told apart by their motion.")
    if not people.person[numbered].any() or twice.sum() > _DOUBLED * numbered.sum():
        return tracking, notes
    votes = _votes(dataclasses.replace(people, person=np.where(twice, NOBODY, people.person)), tracking.tracks)
    if not votes:
        told = "The file's numbers of people change within tracks; dancers are numbered here."
        return tracking, [*notes, told]
    free = _free(people.person)
    called = {track.id: str(votes.get(track.id) or next(free)) for track in tracking.tracks}
    return _called(tracking, called), [*notes, *_words(called, votes)]


def _doubled(people: Detections) -> Bool[np.ndarray, " N"]:
    """Whose number somebody else of the same frame has too."""
    keys = np.stack([people.frame, people.person], 1)
    _, inverse, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    return (counts[inverse.ravel()] > 1) & (people.person != NOBODY)


def _votes(people: Detections, tracks: list[PoseTrack]) -> dict[str, str]:
    """The file's number of every track that has one for most of its figures, and shares it only with absent ones."""
    votes: dict[str, str] = {}
    taken: dict[str, np.ndarray] = {}
    for track in tracks:
        numbers = people.person[_shown(people, track)]
        values, counts = np.unique(numbers[numbers != NOBODY], return_counts=True)
        if not len(values) or counts.max() < _OWN * len(numbers):
            continue
        number, there = str(values[counts.argmax()]), _there(track)
        if not (taken.get(number, False) & there).any():
            votes[track.id], taken[number] = number, taken.get(number, False) | there
    return votes


def _shown(people: Detections, track: PoseTrack) -> Bool[np.ndarray, " N"]:
    """Of whom the track is made: those most of whose joints it has."""
    same = (track.keypoints[people.frame] == people.keypoints).all(-1)
    return 2 * same.sum(1) > np.isfinite(people.keypoints).all(-1).sum(1)


def _there(track: PoseTrack) -> Bool[np.ndarray, " T"]:
    return (track.provenance != MISSING).any(1)


def _free(taken: np.ndarray) -> Iterator[int]:
    """Numbers from 1 that the file does not have."""
    known = set(taken.tolist())
    return (number for number in range(1, len(taken) + 2) if number not in known)


def _called(tracking: Tracking, called: dict[str, str]) -> Tracking:
    """The tracks by these names, those of one name as one."""
    tracks: dict[str, PoseTrack] = {}
    for track in tracking.tracks:
        name, there = called[track.id], _there(track)[:, None]
        before = tracks.get(name, track)
        fields = {field: getattr(before, field).copy() for field in ("keypoints", "confidence", "provenance")}
        for field, values in fields.items():
            np.copyto(values, getattr(track, field), where=there if values.ndim == 2 else there[..., None])
        tracks[name] = dataclasses.replace(before, id=name, **fields)
    named = [
        dataclasses.replace(risk, tracks=tuple(sorted({called[id] for id in risk.tracks}, key=int)))
        for risk in tracking.risks
    ]
    # Those who are now one can not have been taken for each other.
    risks = tuple(risk for risk in named if len(risk.tracks) > 1)
    return dataclasses.replace(tracking, tracks=list(tracks.values()), risks=risks)


def _words(called: dict[str, str], votes: dict[str, str]) -> list[str]:
    notes = [f"Dancers have the file's numbers of people: {listed(dict.fromkeys(votes.values()))}."]
    if others := [name for id, name in called.items() if id not in votes]:
        notes.append(f"Numbered here, as the file's numbers change within the track or are missing: {listed(others)}.")
    return notes
