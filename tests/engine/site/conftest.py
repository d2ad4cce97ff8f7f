"""Parameters by id, as the calculators get them."""

import pytest

from calculators import data


@pytest.fixture(scope="session")
def parameters():
    return data.read("parameters")
