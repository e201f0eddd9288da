"""Models that the tests of the script share."""

import pytest

from tests.recognition import workdirs


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return workdirs.write(tmp_path_factory.mktemp("models"), "lifter", "movements", "genre")


@pytest.fixture(scope="module")
def lifter_only(tmp_path_factory):
    return workdirs.write(tmp_path_factory.mktemp("lifter_only"), "lifter")
