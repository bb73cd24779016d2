"""The analytic pipe, tee and mesh cases: temperatures to 1e-3 K."""

import numpy as np
import pytest

from tests.network.tables.analytic_cases import CASES, mesh_with_a_turned_pipe, tee_that_joins

pytestmark = pytest.mark.reference


@pytest.mark.parametrize("name", CASES)
def test_temperatures(reference, name):
    case = CASES[name](reference)
    assert np.ptp(case.told_k) > 5.0
    np.testing.assert_allclose(case.solved_k, case.told_k, atol=1e-3, rtol=0)


@pytest.mark.parametrize("turned", [False, True])
def test_the_tee_joins_whichever_way_its_pipe_is_drawn(reference, turned):
    case = tee_that_joins(reference, turned)
    assert case.result.res_pipes.mdot_kg_per_s.iloc[1] == pytest.approx(-0.5 if turned else 0.5)
    np.testing.assert_allclose(case.solved_k, case.told_k, atol=1e-3, rtol=0)


def test_the_turned_mesh_has_the_flows_of_its_file(reference):
    flow = mesh_with_a_turned_pipe(reference).result.res_pipes.mdot_kg_per_s
    assert flow["0-1"] == pytest.approx(0.39, abs=1e-6)
