"""What `bin/test` hands to pytest."""

import pytest
from _launcher.testing import select

FAST = "not full and not browser and not race and not redis"


def test_the_fast_tier_leaves_slow_suites_out_and_says_so():
    arguments, notes = select([], full=False, missing={})
    assert arguments == ["-n", "2", "-m", FAST]
    assert notes == ["full, browser, race, redis tests: not in the fast tier (bin/test --full runs them)"]


def test_full_runs_everything():
    assert select([], full=True, missing={}) == (["-n", "2"], [])


def test_full_leaves_out_only_what_has_no_program():
    arguments, notes = select([], full=True, missing={"redis": "redis-server is not installed"})
    assert arguments == ["-n", "2", "-m", "not redis"]
    assert notes == ["redis tests: redis-server is not installed"]


def test_a_marker_that_is_asked_for_is_run():
    assert select(["-m", "race"], full=False, missing={}) == (["-n", "2", "-m", "(race)"], [])


def test_asking_for_browser_without_one_is_refused_by_name():
    arguments, notes = select(["-m", "browser"], full=False, missing={"browser": "Chromium is not installed"})
    assert arguments == ["-n", "2", "-m", "(browser) and not browser"]
    assert notes == ["browser tests: Chromium is not installed"]


def test_the_short_set_leaves_out_what_has_no_program():
    arguments, notes = select(["-m", "ci"], full=False, missing={"browser": "Chromium is not installed"})
    assert arguments == ["-n", "2", "-m", "(ci) and not browser"]
    assert notes == ["browser tests: Chromium is not installed"]


def test_a_folder_of_slow_tests_may_be_named():
    arguments, _notes = select(["tests/browser/test_day.py"], full=False, missing={})
    assert arguments[3] == "not full and not race and not redis"


def test_a_test_that_is_named_is_run_whatever_its_marker():
    assert select(["tests/a/test_b.py::test_c"], full=False, missing={})[0] == [
        "-n",
        "2",
        "tests/a/test_b.py::test_c",
    ]


@pytest.mark.parametrize("option", ["-n0", "-n", "--pdb"])
def test_an_own_choice_of_workers_is_kept(option):
    arguments, _notes = select([option], full=False, missing={})
    assert arguments[:2] != ["-n", "2"]
