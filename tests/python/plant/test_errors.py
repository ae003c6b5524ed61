"""Exceptions carry every finding, read well and travel between processes."""

import pickle

from sopengine.errors import Finding, SopDataError, SopError, SopInternalError, findings_table


def finding(number, severity="error"):
    return Finding(
        "DANGLING_REF", severity, "bom", number, f"i{number}", "item", "x", "an id of items", "Maybe 'y'."
    )


def test_a_finding_is_one_line():
    assert (
        str(finding(3)) == "DANGLING_REF at bom[3].item ('i3'): found x, expected an id of items. Maybe 'y'."
    )
    assert str(Finding("MISSING_TABLE")) == "MISSING_TABLE at input"


def test_the_message_shows_the_first_errors_and_counts_all():
    error = SopDataError([finding(0, "warning"), *map(finding, range(20))])
    assert str(error).startswith("20 errors in the input\n  DANGLING_REF at bom[0].item")
    assert str(error).endswith("and 12 more in .issues")
    assert len(error.issues) == error.findings.num_rows == 21


def test_it_is_a_value_error_and_can_be_pickled():
    error = pickle.loads(pickle.dumps(SopDataError([finding(1)])))
    assert isinstance(error, SopError) and isinstance(error, ValueError)
    assert error.issues == [finding(1)]
    assert issubclass(SopInternalError, SopError)


def test_findings_as_a_table():
    table = findings_table([finding(1), Finding("STALE_DATA", "warning")])
    assert table["row"].to_pylist() == [1, None]
    assert table.column_names == [
        "check",
        "severity",
        "table",
        "row",
        "id",
        "column",
        "found",
        "expected",
        "hint",
    ]
    assert findings_table([]).schema == table.schema
