"""Mixing on given flows against hand calculation."""

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.network.pipes.mixing import LineMixer


@pytest.mark.parametrize("nodes", [3, 200], ids=["dense", "sparse"])
def test_two_branches_mix_by_hand(nodes):
    # 1 kg/s in at 300 K; 0.75 and 0.25 kg/s on to where they meet again, the second drawn backwards; the rest stands still
    entering = np.zeros(nodes)
    entering[0] = 1.0
    slope = np.array([np.exp(-1.0), 1.0])
    mixer = LineMixer(np.array([0, 1]), np.array([1, 0]), np.array([0.75, -0.25]), entering, slope)
    found = mixer.mix(np.array([2.0, 10.0]), 300.0 * entering)
    assert found[:2] == pytest.approx([300.0, 0.75 * (2.0 + 300.0 * np.exp(-1.0)) + 0.25 * 310.0], rel=1e-14)
    assert mixer.still.tolist() == [False, False, *[True] * (nodes - 2)]
    assert not found[2:].any()


@pytest.mark.parametrize("nodes", [3, 200], ids=["dense", "sparse"])
def test_a_loop_without_loss_has_no_temperature(nodes):
    ring = np.arange(nodes), np.roll(np.arange(nodes), -1)
    with pytest.raises(InputError, match="a closed loop has neither entering flow nor loss"):
        LineMixer(*ring, np.ones(nodes), np.zeros(nodes), np.ones(nodes))
