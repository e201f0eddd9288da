"""Inputs of recognize.py, and what it says."""

import recognize
from hdvr_jax.keypoints import native
from tests.recognition import fabricated


def track_file(path, *tracks):
    native.write(path, list(tracks))
    return path


def dancer(frames=40, id="1"):
    return fabricated.seen(fabricated.swaying(max(frames, 1)), id)


def run(capsys, *arguments):
    """Exit status, lines of stdout and lines of stderr of a run."""
    try:
        status = recognize.main([str(argument) for argument in arguments])
    except SystemExit as exit_:
        status = exit_.code
    told = capsys.readouterr()
    return status, told.out.splitlines(), told.err.splitlines()


def refused(capsys, *arguments):
    """The one line of error of a run that must fail."""
    status, _, errors = run(capsys, *arguments)
    assert status == 2
    assert len(errors) == 1
    assert errors[0].startswith("error: ")
    return errors[0]
