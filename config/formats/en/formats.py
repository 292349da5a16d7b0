"""Indian formats: 21-11-2026 and 1,23,45,678.50, unless the organisation chose others (core/formats.py)."""

from apps.core.formats import DATES, GROUPS, INDIAN, USUAL_DATE, ChosenPattern, Grouping

DATE_FORMAT = SHORT_DATE_FORMAT = ChosenPattern(DATES[USUAL_DATE])
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = ChosenPattern(f"{DATES[USUAL_DATE]} H:i")
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = "j F"
YEAR_MONTH_FORMAT = "F Y"
FIRST_DAY_OF_WEEK = 1
DATE_INPUT_FORMATS = ["%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%y", "%d/%m/%y"]
DATETIME_INPUT_FORMATS = ["%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = Grouping(GROUPS[INDIAN])
