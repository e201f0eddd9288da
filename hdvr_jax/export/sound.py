"""The sound of a recording under a video that was drawn over it, by the program ffmpeg where there is one."""

import pathlib
import shutil
import subprocess

from hdvr_jax.files import draft

# ffmpeg takes far less; for files on which it hangs.
_LEAST_SECONDS = 60.0


def add_sound(path: pathlib.Path, recording: pathlib.Path, start: float, seconds: float) -> str:
    """Puts the sound of a recording, from `start` on and `seconds` long, under a video.

    Returns:
        Why the video stays as it is: without ffmpeg, without sound in the recording, or where anything fails. Empty
        where it has the sound.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        return "there is no program ffmpeg to copy it"
    # No other protocol than files: a recording might be made to lead elsewhere.
    command = [program, "-nostdin", "-v", "quiet", "-y", "-protocol_whitelist", "file", "-i", f"file:{path.resolve()}"]
    command += ["-protocol_whitelist", "file", "-ss", f"{start:.4f}", "-i", f"file:{recording.resolve()}"]
    command += ["-map", "0:v:0", "-map", "1:a:0", "-c:v", "copy", "-c:a", "aac", "-t", f"{seconds:.4f}"]
    try:
        with draft(path, ".mp4") as place:
            _run([*command, "-movflags", "+faststart", f"file:{place.resolve()}"], _LEAST_SECONDS + seconds)
            if place.stat().st_size < path.stat().st_size / 2:
                raise OSError("cut short")
    except (OSError, subprocess.SubprocessError):
        return f"ffmpeg found none in {recording.name}, or could not copy it"
    return ""


def _run(command: list[str], seconds: float) -> None:
    nothing = subprocess.DEVNULL
    subprocess.run(command, stdin=nothing, stdout=nothing, stderr=nothing, timeout=seconds, check=True)
