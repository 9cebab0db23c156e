"""Advice on common mistakes in TOML files, for the message of a file that cannot be parsed."""

import re
from typing import Final

from llrgeo.inputs.visible_text import has_hidden

_CURLY: Final = re.compile("[\u2018\u2019\u201c\u201d]")
_PLACE: Final = re.compile(r"line (\d+), column \d+")
_SHOWN: Final = 60  # letters of a line
_IN_LINE: Final = {
    r"=\s*(True|False|TRUE|FALSE|Yes|No|yes|no)\b": "write true or false, in small letters",
    r"(^|[{,])\s*[\w.-]+\s*:": "write = between a key and its value",
    r"[=,{\[]\s*-?\d+,\d": "write numbers with a decimal point and no other mark, as 2.5 or 1000",
    r"=\s*[\u00a3$\u20ac]|=\s*[\d.]+\s*%": "write numbers without a sign, and 15 % as 0.15",
    r"=\s*(?!true\b|false\b|inf\b|nan\b)[A-Za-z]": 'write texts in quotes, as "Today"',
    r'["\d\]}]\s+["\[{]': "write commas between the members of a list",
}


def toml_advice(text: str, message: str) -> str:
    """Return the line that could not be parsed and advice on how to correct it.

    Parameters
    ----------
    text
        The file's content.
    message
        The parser's message, with a line number in it.
    """
    place = _PLACE.search(message)
    lines = text.splitlines()
    line = lines[int(place[1]) - 1] if place and int(place[1]) <= len(lines) else ""
    shown = line.strip()[:_SHOWN]
    advice = [f"the line is: {shown}"] if shown and not has_hidden(shown) else []
    if "twice" in message and re.search(r"^\[\w+\]", line.strip()):
        name = line.strip().strip("[]")
        advice.append(f"write [[{name}]], with two brackets, above each of several")
    elif "overwrite" in message:
        advice.append("the key is there already; leave one of the two out")
    if _CURLY.search(text):
        advice.append("write straight quotation marks, \" or ', for curly ones")
    if re.search(r'"[A-Za-z]:\\|"[^"\n]*\\[^"\n\\btnfru]', text):
        advice.append("write paths with / or in single quotes, such as 'C:\\data\\areas.csv'")
    if bare := re.search(r"=\s*(\d{1,2}/\d{1,2}/\d{2,4})", text):
        advice.append(f'write the date {bare[1]} as "YYYY-MM-DD", in quotes')
    if len(advice) <= 1:
        # Texts in quotes are no part of what the line's own marks are.
        bare_line = re.sub(r'"[^"]*"', '""', line)
        advice += [hint for form, hint in _IN_LINE.items() if re.search(form, bare_line)][:1]
    return "".join(f"; {hint}" for hint in advice)
