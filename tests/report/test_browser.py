"""The page in a real browser: it checks itself (report.html#test) through the handlers that people's actions reach."""

import dataclasses
import html
import json
import re
import shutil
import subprocess

import pytest

from hdvr_jax.report import page
from tests.recognition import fabricated

_BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=3000",
]

pytestmark = pytest.mark.skipif(_BROWSER is None, reason="no Chromium on this machine (apt-get install chromium)")


def self_test(tmp_path, text, width):
    path = tmp_path / "report.html"
    path.write_text(text, encoding="utf-8")
    flags = [*_FLAGS, f"--window-size={width},900", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    done = subprocess.run(
        [_BROWSER, *flags, f"{path.as_uri()}#test"], capture_output=True, text=True, timeout=120, check=True
    )
    found = re.search(r'<pre id="self-test">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stdout[-2000:]
    return json.loads(html.unescape(found.group(1)))


@pytest.mark.parametrize(("width", "floor"), [(1280, False), (800, True)])
def test_page_in_a_browser(tmp_path, width, floor):
    hostile = "<script>document.title = 'gone'</script><img src=x onerror=alert(1)>.json"
    result = fabricated.recognition(source=hostile)
    checks = self_test(tmp_path, page(fabricated.on_floor(result) if floor else result), width)
    assert checks["errors"] == []
    assert checks["upright"] == 1
    assert checks["moves"] > 0.3
    # The hips travel, and the grid is at the estimated floor, or else at the feet.
    assert checks["travels"] > 0.5
    assert checks["floor"] == 0 if floor else checks["floor"] < -0.7
    assert checks["turned"] > 20
    assert 0.005 < checks["painted"] < 0.9
    assert checks["identity"] > 0.3
    assert (checks["stepped"], checks["playing"], checks["played"]) == (1, True, 16)
    assert checks["sought"] == pytest.approx(0.5, abs=0.03)
    frame, lines, words = checks["reason"]
    assert frame == result.tracks[0].genre.reasons[0].start
    assert lines.count("+") == 3
    assert "\u22120.50" in lines
    assert words.startswith("Tango, because of: ")
    assert checks["scripts"] == 2
    assert checks["overflow"] <= 0


@pytest.mark.parametrize("genre", [None, "unexplained"])
def test_a_page_without_reasons(tmp_path, genre):
    track = fabricated.track_result()
    plain = genre and dataclasses.replace(track.genre, reasons=())
    result = dataclasses.replace(
        fabricated.recognition(), tracks=(dataclasses.replace(track, genre=plain),), risks=None
    )
    checks = self_test(tmp_path, page(result), 1000)
    assert checks["errors"] == []
    assert checks["reason"][1:] == ["", ""]


def test_a_page_of_one_frame(tmp_path):
    result = fabricated.recognition(dancers=0)
    single = type(result)(result.source, result.layout, (fabricated.track_result(frames=1),), result.models)
    checks = self_test(tmp_path, page(single), 1000)
    assert checks["errors"] == []
    assert checks["upright"] == 1
