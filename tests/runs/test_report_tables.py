import pytest

from keras_vae.runs.report_tables import shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (23.182903289794922, "23.18"),
        (-1234.5678, "\N{MINUS SIGN}1,234.57"),
        (4.861482620239258, "4.86"),
        (0.0412345, "0.0412"),
        (0.0, "0.00"),
        (-0.00001234, "\N{MINUS SIGN}1.23e\N{MINUS SIGN}05"),
        (10000, "10,000"),
        ("0.001", "0.001"),
        ("a-b", "a-b"),
        (None, ""),
    ],
)
def test_cells(value, text):
    assert shown(value) == text
