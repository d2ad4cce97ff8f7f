"""Prices by the clock and from the user's own text."""

import numpy as np
import pytest

from calculators import data
from calculators.engine.economics import hourly_prices, two_level_price
from calculators.engine.errors import InputError

DAY = [0.1 + 0.01 * hour for hour in range(24)]


def test_the_high_price_may_run_over_midnight():
    price = two_level_price(n_t=24, dt_h=1.0, low_eur=0.1, high_eur=0.3, high_h=(22.0, 6.0))
    assert np.flatnonzero(price == 0.3).tolist() == [0, 1, 2, 3, 4, 5, 22, 23]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{value:.2f}" for value in DAY),
        "hour,price EUR/kWh\n" + "\n".join(f"{hour},{value:.2f}" for hour, value in enumerate(DAY)),
        "uur;prijs\n" + "\n".join(f"{hour};{value:.2f}".replace(".", ",") for hour, value in enumerate(DAY)),
        "time\tEUR/MWh\n" + "\n".join(f"{hour}:00\t{1000 * value:.0f}" for hour, value in enumerate(DAY)),
    ],
    ids=["bare numbers", "comma", "decimal comma", "EUR per MWh"],
)
def test_a_day_of_prices_is_read_however_a_spreadsheet_writes_it(text):
    assert hourly_prices(text) == pytest.approx(DAY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no prices"),
        ("\n".join(["0.1"] * 25), "25 hours; whole days"),
        ("\n".join(["0.1"] * 23 + ["?"]), "the last cell of row 24 is not a number"),
        ("\n".join(["0.1"] * 23 + ["nan"]), "row 24 is not a number"),
        ("\n".join(["90"] * 24), "row 1 holds 90 EUR/kWh"),
    ],
)
def test_text_that_is_no_price_series_is_refused_with_its_row(text, message):
    with pytest.raises(InputError, match=message):
        hourly_prices(text)


def test_the_dutch_weeks_are_whole_and_spread_as_their_year_is_said_to():
    for values, daily in zip(
        data.read("parameters")["price_nl_day_ahead"]["values"], (26.6, 113.0), strict=True
    ):
        weeks = np.array(values["value"]["eur_per_mwh"], dtype=float)
        assert weeks.shape == (12, 168)
        days = weeks.reshape(12, 7, 24)
        assert (days.max(axis=2) - days.min(axis=2)).mean() == pytest.approx(daily, rel=0.05)
