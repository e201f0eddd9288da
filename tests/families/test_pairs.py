"""What families of pairs of views refuse."""

import pytest

from configs import factorization, reprojection
from hdvr_jax.configurations import normalise
from hdvr_jax.errors import InputError
from hdvr_jax.families import build


@pytest.mark.parametrize("module", [factorization, reprojection])
@pytest.mark.parametrize(
    ("field", "value"), [("observation", "random"), ("random_share", 0.3), ("labelled_share", 0.5), ("unlabelled", 0.5)]
)
def test_ways_of_seeing_that_leave_no_pairs_are_refused(module, field, value):
    config = normalise(module.get_config("size=tiny"))
    config.data[field] = value
    with pytest.raises(InputError, match=rf"config\.data\.{field}: .*expected .*, got {value!r}"):
        build(config)
