"""The sound of a recording under a video that was drawn over it, by the program ffmpeg where there is one."""

import pathlib
import shutil
import subprocess

from hdvr_jax.files import writer_mark

# ffmpeg takes far less; for files on which it hangs.
_LEAST_SECONDS = 60.0


def add_sound(path: pathlib.Path, recording: pathlib.Path, start: float, seconds: float) -> bool:
    """Puts the sound of a recording, from `start` on and `seconds` long, under a video; returns whether it did.

    Without ffmpeg, without sound in the recording, or where anything fails, the video stays as it is.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        return False
    draft = path.with_name(f".{path.stem}.{writer_mark()}.part.mp4")
    # No other protocol than files: a recording might be made to lead elsewhere.
    command = [program, "-nostdin", "-v", "quiet", "-y", "-protocol_whitelist", "file", "-i", f"file:{path.resolve()}"]
    command += ["-protocol_whitelist", "file", "-ss", f"{start:.4f}", "-i", f"file:{recording.resolve()}"]
    command += ["-map", "0:v:0", "-map", "1:a:0", "-c:v", "copy", "-c:a", "aac", "-t", f"{seconds:.4f}"]
    command += ["-movflags", "+faststart", f"file:{draft.resolve()}"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_LEAST_SECONDS + seconds,
            check=False,
        )
        if done.returncode or not draft.is_file() or draft.stat().st_size < path.stat().st_size / 2:
            return False
        draft.replace(path)
        return True
    except (OSError, subprocess.TimeoutExpired):
        return False
    finally:
        draft.unlink(missing_ok=True)
