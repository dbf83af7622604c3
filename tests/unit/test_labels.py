"""What is remembered of alerts and their labels."""

import pytest

from pipelines.alarms.labels import REMEMBERED, Labels
from schemas.command import Label


def test_without_labels_there_is_no_precision():
    labels = Labels()
    labels.opened(1, "t1")
    assert labels.precision is None


def test_precision_is_the_share_of_confirmed_alerts_in_those_labelled():
    labels = Labels()
    for raised_ns in range(5):
        labels.opened(raised_ns, "t1")
    for raised_ns in range(3):
        labels.label(raised_ns, Label.CONFIRMED)
    labels.label(3, Label.FALSE_ALARM)
    assert (labels.confirmed, labels.false_alarms, labels.precision) == (3, 1, 0.75)


def test_a_label_given_again_changes_nothing_and_another_one_corrects_it():
    labels = Labels()
    labels.opened(1, "t1")
    assert labels.label(1, Label.FALSE_ALARM) is None
    assert labels.label(1, Label.FALSE_ALARM) is Label.FALSE_ALARM
    assert (labels.confirmed, labels.false_alarms) == (0, 1)
    assert labels.label(1, Label.CONFIRMED) is Label.FALSE_ALARM
    assert (labels.confirmed, labels.false_alarms) == (1, 0)


def test_only_the_newest_alerts_are_remembered_and_the_counts_outlive_the_others():
    labels = Labels()
    for raised_ns in range(REMEMBERED):
        labels.opened(raised_ns, "t1")
        labels.label(raised_ns, Label.CONFIRMED)
    labels.opened(REMEMBERED, "t1")
    assert list(labels.alerts) == list(range(1, REMEMBERED + 1))
    assert labels.confirmed == REMEMBERED
    with pytest.raises(KeyError):
        labels.label(0, Label.FALSE_ALARM)
    assert labels.confirmed == REMEMBERED


def test_an_alert_that_is_opened_twice_keeps_its_label():
    labels = Labels()
    labels.opened(1, "t1")
    labels.label(1, Label.CONFIRMED)
    labels.opened(1, "t2")
    assert (labels.alerts[1].sensor, labels.alerts[1].label) == ("t1", Label.CONFIRMED)
