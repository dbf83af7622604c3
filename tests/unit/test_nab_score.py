"""The benchmark's score by its published rules: what early, late, missed and false detections earn."""

import math

import pytest

from pipelines.evaluation.nab_score import (
    LOW_FALSE_ALARMS,
    LOW_MISSES,
    STANDARD,
    ScoredFile,
    at_threshold,
    best,
    probation,
)

ROWS = 1_000
WINDOW = (500, 599)


def file(*alarms: int, name: str = "a", windows=(WINDOW,)) -> ScoredFile:
    return ScoredFile(name, [1.0 if row in alarms else 0.0 for row in range(ROWS)], windows)


def sigmoid(position: float) -> float:
    return 2 / (1 + math.exp(5 * position)) - 1


def test_the_first_row_of_a_window_earns_everything_and_silence_nothing():
    assert at_threshold([file(500)], 0.5) == 100.0
    assert at_threshold([file()], 0.5) == 0.0


@pytest.mark.parametrize("row", [500, 510, 550, 598, 599])
def test_the_later_a_detection_in_its_window_the_less_it_earns(row):
    earned = sigmoid(-(599 - row + 1) / 100) / sigmoid(-1)
    assert at_threshold([file(row)], 0.5) == pytest.approx(100 * (earned + 1) / 2)


def test_only_the_earliest_detection_of_a_window_counts():
    assert at_threshold([file(520, 540, 590)], 0.5) == at_threshold([file(520)], 0.5)


def test_a_false_alarm_costs_a_ninth_before_any_window_and_less_right_behind_one():
    assert at_threshold([file(200)], 0.5) == pytest.approx(100 * -0.11 / 2)
    close, far = at_threshold([file(500, 600)], 0.5), at_threshold([file(500, 998)], 0.5)
    assert close == pytest.approx(100 + 100 * 0.11 * sigmoid(1 / 99) / 2)
    assert far == pytest.approx(100 - 100 * 0.11 / 2)
    assert far < close < 100.0


def test_profiles_weigh_false_alarms_and_misses_differently():
    two = [file(500, name="found"), file(200, name="missed")]
    assert at_threshold(two, 0.5, STANDARD) == pytest.approx(100 * (2 - 0.11) / 4)
    assert at_threshold(two, 0.5, LOW_FALSE_ALARMS) == pytest.approx(100 * (2 - 0.22) / 4)
    assert at_threshold(two, 0.5, LOW_MISSES) == pytest.approx(100 * (3 - 0.11) / 6)


def test_the_beginning_of_a_file_is_not_scored():
    assert (probation(1_000), probation(22_695)) == (150, 750)
    assert at_threshold([file(10, 100, 149, 500)], 0.5) == 100.0
    assert at_threshold([file(150, 500)], 0.5) < 100.0


def test_one_threshold_serves_all_files_and_is_the_best_there_is():
    high = ScoredFile("high", [0.9 if row == 500 else 0.0 for row in range(ROWS)], [WINDOW])
    noisy = ScoredFile(
        "noisy", [0.8 if row in (200, 300) else 0.6 if row == 500 else 0.0 for row in range(ROWS)], [WINDOW]
    )
    top = best([high, noisy])
    tried = {threshold: at_threshold([high, noisy], threshold) for threshold in (0.9, 0.8, 0.6, 0.0)}
    assert top.score == pytest.approx(max(tried.values()))
    assert tried[top.threshold] == pytest.approx(top.score)
    assert top.threshold == 0.6


def test_a_detector_that_can_only_lose_is_best_silent():
    top = best([file(200)])
    assert (top.threshold, top.score) == (math.inf, 0.0)


def test_files_without_an_anomaly_count_false_alarms_only():
    assert at_threshold([file(500), file(name="quiet", windows=())], 0.5) == 100.0
    assert at_threshold([file(500), file(400, name="quiet", windows=())], 0.5) == pytest.approx(100 - 100 * 0.11 / 2)
    with pytest.raises(ValueError, match="no anomaly"):
        best([file(windows=())])
