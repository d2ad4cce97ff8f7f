"""Session files as cities have them."""

import datetime as dt
import gzip
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from calculators.adapters.sessions_csv import read_sessions
from calculators.engine.errors import InputError

BOULDER = Path(__file__).parent.parent / "data" / "boulder_2018_2021_reduced.csv.gz"


def read(text, zone="Europe/Amsterdam", **options):
    return read_sessions(text.encode(), zone=zone, **options)


def one(log):
    rows = log.records
    assert len(rows) == 1
    return (
        dt.date.fromordinal(int(rows.day[0])).isoformat(),
        round(float(rows.hour[0]), 3),
        round(float(rows.duration_h[0]), 3),
        round(float(rows.energy_kwh[0]), 3),
    )


# each the header line of a kind of export, with one session from 18:30 to 21:00 local time, 12.5 kWh
EXPORTS = {
    "OCPI 2.2 charge detail records": (
        "id,start_date_time,end_date_time,evse_uid,total_energy,total_time\n"
        "1,2024-07-05T16:30:00Z,2024-07-05T19:00:00Z,E1,12.5,2.5\n"
    ),
    "OCPI 2.1.1": (
        "id,start_date_time,stop_date_time,evse_uid,total_energy\n"
        "1,2024-07-05T16:30:00Z,2024-07-05T19:00:00Z,E1,12.5\n"
    ),
    "ElaadNL, decimal comma": (
        "TransactionId;ChargePoint;Connector;UTCTransactionStart;UTCTransactionStop;ConnectedTime;ChargeTime;TotalEnergy\n"
        "1;P1;1;2024-07-05 16:30:00;2024-07-05 19:00:00;2,5;1,25;12,5\n"
    ),
    "British chargepoint statistics": (
        "ChargingEvent,CPID,StartDate,StartTime,EndDate,EndTime,Energy,PluginDuration\n"
        "1,AN1,2024-07-05,18:30:00,2024-07-05,21:00:00,12.5,2.5\n"
    ),
    "ACN-Data": (
        "_id,connectionTime,disconnectTime,kWhDelivered,stationID\n"
        "1,2024-07-05T16:30:00+00:00,2024-07-05T19:00:00+00:00,12.5,2-39\n"
    ),
    "watt-hours and seconds": (
        "ID borne;Date demarrage;Duree totale (s);Consommation totale (Wh)\nB1;2024-07-05T18:30:00+02:00;9000;12500\n"
    ),
    "day first": "start;end;energy (kWh)\n05.07.2024 18:30;05.07.2024 21:00;12,5\n31.07.2024 18:30;31.07.2024 21:00;0,1\n",
}


@pytest.mark.parametrize("export", EXPORTS)
def test_each_usual_export_is_read_to_local_time(export):
    assert one(read(EXPORTS[export])) == ("2024-07-05", 18.5, 2.5, 12.5)


def test_winter_time_is_used_in_winter():
    text = "start_date_time,end_date_time,total_energy\n2024-01-05T17:30:00Z,2024-01-05T20:00:00Z,12.5\n"
    assert one(read(text))[1] == 18.5


@pytest.mark.parametrize("start", ["1970-01-01T00:00Z", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
def test_times_no_clock_showed_are_left_out(start):
    text = f"start,end,kwh\n{start},{start},12.5\n2024-07-05 18:30,2024-07-05 21:00,12.5\n"
    assert read(text).report.dropped == {"start cannot be read": 1}


def test_a_stay_over_the_change_of_clocks_has_its_real_length():
    text = "start,end,kwh\n2026-10-24 22:00,2026-10-25 07:00,12.5\n"
    assert one(read(text))[2] == 10.0


def test_rows_left_out_are_counted_by_reason():
    rows = [
        "2024-07-05 18:30,2024-07-05 21:00,12.5",
        "2024-07-05 18:30,2024-07-05 21:00,12.5",
        "yesterday,2024-07-05 21:00,12.5",
        "2024-07-05 18:30,,12.5",
        "2024-07-05 18:30,2024-07-05 21:00,n/a",
        "2024-07-05 18:30,2024-07-05 21:00,0.2",
        "2024-07-05 18:30,2024-07-05 21:00,1250",
        "2024-07-05 18:30,2024-07-05 18:00,12.5",
        "2024-07-05 18:30,2024-07-05 18:31,1.5",
        "2024-07-05 18:30,2024-07-25 18:31,12.5",
    ]
    report = read("start,end,kwh\n" + "\n".join(rows) + "\n").report
    assert (report.n_rows, report.n_kept) == (10, 1)
    assert report.dropped == {
        "twice in the file": 1,
        "start cannot be read": 1,
        "end or duration cannot be read": 1,
        "energy cannot be read": 1,
        "energy below 0.5 kWh": 1,
        "energy above 150 kWh": 1,
        "end not after start": 1,
        "connected less than 2 minutes": 1,
        "connected more than 120 h": 1,
    }


def test_the_real_file_of_boulder_is_read_with_its_published_statistics():
    """Cleaned by the same rules: 8.7 kWh on average, 6.8 kWh and 1.7 h in the middle, charging 0.72 of the time."""
    log = read_sessions(gzip.decompress(BOULDER.read_bytes()), zone="America/Denver")
    rows = log.records
    assert (log.report.n_rows, len(log.stations)) == (24_081, 27)
    assert sum(log.report.dropped.values()) == log.report.n_rows - log.report.n_kept
    assert rows.energy_kwh.mean() == pytest.approx(8.7, abs=0.1)
    assert np.median(rows.energy_kwh) == pytest.approx(6.78, abs=0.02)
    assert np.median(rows.duration_h) == pytest.approx(1.73, abs=0.03)
    # universal time read as local would put a tenth of the sessions between 0 and 2 at night
    assert np.mean(rows.hour < 5) < 0.02


def test_unusual_headers_are_named_by_the_user():
    text = "von;bis;Menge\n2024-07-05 18:30;2024-07-05 21:00;12,5\n"
    columns = {"start": "von", "end": "bis", "energy": "Menge"}
    assert one(read(text, columns=columns)) == ("2024-07-05", 18.5, 2.5, 12.5)
    with pytest.raises(InputError) as caught:
        read(text)
    assert len(caught.value.problems) == 3
    assert "Menge" in str(caught.value)


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="does not fit"):
        read("start,end,kwh\n2024-07-05 18:30,2024-07-05 21:00,1\n", columns={"energy": "volume"})


def test_dates_of_unclear_order_are_refused_until_the_user_says():
    text = "start;end;kwh\n05/07/2024 18:30;05/07/2024 21:00;12,5\n"
    with pytest.raises(InputError, match="day or the month first"):
        read(text)
    assert one(read(text, day_first=True))[0] == "2024-07-05"
    assert one(read(text, day_first=False))[0] == "2024-05-07"


def test_a_duration_of_unknown_unit_is_refused_unless_there_is_an_end():
    with pytest.raises(InputError, match="unit of 'Duration'"):
        read("start,Duration,kwh\n2024-07-05 18:30,150,12.5\n")
    both = "start,end,Duration,kwh\n2024-07-05 18:30,2024-07-05 21:00,150,12.5\n"
    assert one(read(both))[2] == 2.5


def test_a_file_without_a_usable_session_says_why():
    with pytest.raises(InputError, match=r"none of 1 rows is usable: energy below 0.5 kWh \(1\)"):
        read("start,end,kwh\n2024-07-05 18:30,2024-07-05 21:00,0\n")


@pytest.mark.parametrize(("text", "zone", "said"), [("start,end\n", "Europe/Paris", "1 rows"), ("a\nb\n", "Mars/Base", "no time zone")])  # fmt: skip
def test_empty_files_and_unknown_zones_are_refused(text, zone, said):
    with pytest.raises(InputError, match=said):
        read(text, zone=zone)


def test_columns_about_people_are_never_kept():
    text = "User ID,start,end,kwh,Station ID\nMia,2024-07-05 18:30,2024-07-05 21:00,12.5,S1\n"
    log = read(text)
    assert log.stations == ("S1",)
    assert "Mia" not in repr(log)


def test_data_files_are_those_their_readme_lists():
    folder = BOULDER.parent
    listed = dict(
        re.findall(r"^\| `([^`]+)` .* `([0-9a-f]{64})` \|$", (folder / "README.md").read_text(), re.M)
    )
    assert BOULDER.name in listed
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
