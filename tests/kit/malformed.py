"""Import files that people, old programs and attackers send: made from a seed, so a failure comes again."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import xlsxwriter

HEAD = ["legal_name", "display_name", "is_customer", "tax_treatment", "email", "credit_limit"]
LETTERS = "abc XYZ 019 हिन्दी é ßø 漢字 🪔 ' \" ; , \t | = + - @ % _ \\ / < > & ( )"


@dataclass(frozen=True)
class Malformed:
    kind: str
    name: str
    content: bytes
    mapping: str = ""
    options: str = ""


def malformed_files(count: int, seed: int) -> Iterator[Malformed]:
    """``count`` files, all kinds in turn."""
    dice = random.Random(seed)
    kinds = sorted(KINDS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        made = KINDS[kind](dice)
        name = "data.xlsx" if made.startswith(b"PK") else "data.csv"
        yield Malformed(kind, name, made, *_requests(dice))


def _requests(dice: random.Random) -> tuple[str, str]:
    """Mostly an honest request; at times a broken map or broken options."""
    if dice.random() < 0.8:
        return "", ""
    mappings = ["", "{", "[]", '{"legal_name": "nope"}', '{"legal_name": 7}', '{"\\u0000": "x"}',
                '{"legal_name": "legal_name", "\\ud800": ""}', "[" * 3000, "null",
                '{"legal_name": "id"}']  # fmt: skip
    options = ["", "{", "[]", '{"a": "\\u0000"}', '{"a": "\\udfff"}', '{"date_format": "%Q%"}',
               '{"date_format": 7}', '{"company": {"a": 1}}', "{" * 3000, "7"]  # fmt: skip
    return dice.choice(mappings), dice.choice(options)


def text_of(dice: random.Random, longest: int = 24) -> str:
    return "".join(dice.choice(LETTERS) for _ in range(dice.randint(0, longest)))


def rows_of(dice: random.Random, bad: float = 0.2) -> list[list[str]]:
    """Good cells, and ``bad`` of them nonsense."""
    rows = [list(HEAD)]
    for number in range(dice.randint(1, 6)):
        name = f"Party {dice.randint(0, 10**9)} {number}"
        good = [name, name, "yes", "unregistered", "", "100.00"]
        rows.append([text_of(dice) if dice.random() < bad else cell for cell in good])
    return rows


def as_csv(rows: list[list[str]], delimiter: str = ",") -> str:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',;"\n\r\t|') else cell

    return "\r\n".join(delimiter.join(quoted(cell) for cell in row) for row in rows)


def as_xlsx(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for index, cell in enumerate(row):
            sheet.write(number, index, cell)
    book.close()
    return out.getvalue()


# --- texts ----------------------------------------------------------------------------------------


def sound(dice: random.Random) -> bytes:
    """Nothing is wrong with it: among the others it must still come in."""
    return as_csv(rows_of(dice, bad=0)).encode()


def broken_utf8(dice: random.Random) -> bytes:
    content = bytearray(as_csv(rows_of(dice)).encode())
    for _ in range(dice.randint(1, 12)):
        content[dice.randrange(len(content))] = dice.randint(128, 255)
    return bytes(content)


def noise(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randint(0, 4000))


def other_encoding(dice: random.Random) -> bytes:
    encoding = dice.choice(["utf-16", "utf-16-le", "utf-32", "utf-7", "cp1252", "utf-8-sig", "cp037"])
    return as_csv(rows_of(dice)).encode(encoding, "replace")


def nul_bytes(dice: random.Random) -> bytes:
    content = bytearray(as_csv(rows_of(dice)).encode())
    content.insert(dice.randrange(len(content)), 0)
    return bytes(content)


def formulas(dice: random.Random) -> bytes:
    rows = rows_of(dice)
    attack = [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1-1",
        "@SUM(A1)",
        "-2+3",
        '=HYPERLINK("http://x.example")',
        "\t=1",
    ]
    for row in rows[1:]:
        row[dice.randrange(len(row))] = dice.choice(attack)
    return as_csv(rows).encode()


def huge_cells(dice: random.Random) -> bytes:
    rows = rows_of(dice)
    rows[-1][dice.randrange(len(HEAD))] = dice.choice(["x", "9", "é", "1,"]) * dice.choice(
        [300, 33_000, 300_000]
    )
    return as_csv(rows).encode()


def doubled_heads(dice: random.Random) -> bytes:
    rows = rows_of(dice)
    rows[0][dice.randrange(1, len(HEAD))] = rows[0][0]
    return as_csv(rows).encode()


def strange_heads(dice: random.Random) -> bytes:
    rows = rows_of(dice)
    rows[0] = [text_of(dice, 400) if dice.random() < 0.5 else head for head in rows[0]]
    return as_csv(rows).encode()


def mixed_delimiters(dice: random.Random) -> bytes:
    return "\n".join(as_csv([row], dice.choice(",;\t|:")) for row in rows_of(dice)).encode()


def ragged(dice: random.Random) -> bytes:
    rows = [row[: dice.randint(0, 6)] + [text_of(dice)] * dice.randint(0, 9) for row in rows_of(dice)]
    return as_csv(rows).encode()


def open_quotes(dice: random.Random) -> bytes:
    content = as_csv(rows_of(dice))
    place = dice.randrange(len(content))
    return (content[:place] + dice.choice(['"', '""', "'\"", '"\n']) + content[place:]).encode()


def line_ends(dice: random.Random) -> bytes:
    ends = ["\r", "\n", "\r\n", "\n\r", "\x0b", "\x0c", "\x1c", "\u2028", "\x85"]
    return "".join(as_csv([row]) + dice.choice(ends) for row in rows_of(dice)).encode()


def wild_values(dice: random.Random) -> bytes:
    rows = rows_of(dice)
    wild = [
        "NaN", "Infinity", "-inf", "1e999999", "1E-99999", "٣٤", "१२", "0x10", "1_000", "1,2,3", "true",
        "९" * 50, "9" * 400, "a@b", "\u202etxt", "\ufeff", "2026-13-45", "0000-00-00",
    ]  # fmt: skip
    for row in rows[1:]:
        row[dice.randrange(len(row))] = dice.choice(wild)
        row[5] = dice.choice(wild)
    return as_csv(rows).encode()


def wide(dice: random.Random) -> bytes:
    count = dice.choice([301, 5000])
    return (",".join(f"c{n}" for n in range(count)) + "\n" + "," * count).encode()


# --- sheets ---------------------------------------------------------------------------------------


def truncated_xlsx(dice: random.Random) -> bytes:
    content = as_xlsx(rows_of(dice))
    return content[: dice.randint(4, len(content) - 1)]


def scratched_xlsx(dice: random.Random) -> bytes:
    content = bytearray(as_xlsx(rows_of(dice)))
    for _ in range(dice.randint(1, 30)):
        content[dice.randrange(4, len(content))] = dice.randint(0, 255)
    return bytes(content)


def typed_xlsx(dice: random.Random) -> bytes:
    rows: list[list[object]] = [*rows_of(dice)]
    for row in rows[1:]:
        row[dice.randrange(len(row))] = dice.choice(
            [True, -1, 1e300, 1e-300, 44_000.5, "=A1", 0.1 + 0.2, 2**60]
        )
    return as_xlsx(rows)


def _repack(content: bytes, change: Callable[[str, bytes], bytes | None], packed: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            body = change(item.filename, old.read(item))
            if body is not None:
                new.writestr(item.filename, body)
    return out.getvalue()


def scratched_parts(dice: random.Random) -> bytes:
    """A sound archive whose XML is broken."""
    victim = dice.choice([
        "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml",
        "[Content_Types].xml", "xl/_rels/workbook.xml.rels",
    ])  # fmt: skip

    def change(name: str, body: bytes) -> bytes | None:
        if name != victim:
            return body
        how = dice.randrange(4)
        if how == 0:
            return None
        if how == 1:
            return body[: dice.randrange(len(body))]
        if how == 2:
            return b""
        broken = bytearray(body)
        for _ in range(8):
            broken[dice.randrange(len(broken))] = dice.randint(32, 126)
        return bytes(broken)

    return _repack(as_xlsx(rows_of(dice)), change)


def far_corner(dice: random.Random) -> bytes:
    """One cell in the last corner: the rectangle between is terabytes."""
    corner = dice.choice([b"XFD1048576", b"XFD9999999", b"ZZZ1", b"A9999999", b"A0", b"AAAA1", b"1A"])
    cell = b'<row r="2"><c r="' + corner + b'"><v>1</v></c></row></sheetData>'
    return _repack(as_xlsx(rows_of(dice)), lambda name, body: body.replace(b"</sheetData>", cell))


def hostile_xml(dice: random.Random) -> bytes:
    lol = (
        b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 40 + b'"><!ENTITY c "' + b"&b;" * 40 + b'">]>'
    )
    file = b'<!DOCTYPE l [<!ENTITY c SYSTEM "file:///etc/passwd">]>'
    head = dice.choice([lol, file])

    def change(name: str, body: bytes) -> bytes:
        if name != "xl/sharedStrings.xml":
            return body
        return body.replace(b"<sst", head + b"<sst", 1).replace(b"<t>", b"<t>&c;", 1)

    return _repack(as_xlsx(rows_of(dice)), change)


@cache
def _bomb(megabytes: int, part: str) -> bytes:
    out = io.BytesIO(as_xlsx([HEAD, ["Bomb"]]))
    archive = zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=1)
    with archive, archive.open(part, "w") as member:
        for _ in range(megabytes):
            member.write(b" " * 1024 * 1024)
    return out.getvalue()


def bomb(dice: random.Random) -> bytes:
    """Few kilobytes that unpack to hundreds of megabytes; every second one lies about its size."""
    megabytes = dice.choice([3, 40, 450])
    content = _bomb(megabytes, dice.choice(["xl/media/image1.png", "xl/worksheets/sheet2.xml"]))
    if dice.random() < 0.5:
        content = content.replace(struct.pack("<L", megabytes * 1024 * 1024), struct.pack("<L", 100))
    return content


def many_parts(dice: random.Random) -> bytes:
    out = io.BytesIO(as_xlsx(rows_of(dice)))
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(dice.randint(1, 400)):
            archive.writestr(f"../../etc/x{number}", b"x")
    return out.getvalue()


def not_a_sheet(dice: random.Random) -> bytes:
    how = dice.randrange(4)
    if how == 0:
        return b"PK\x03\x04" + dice.randbytes(200)
    if how == 1:
        return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + dice.randbytes(600)  # an .xls
    if how == 2:
        return b"%PDF-1.7\n" + as_csv(rows_of(dice)).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    return out.getvalue()


def wrong_sheet(dice: random.Random) -> bytes:
    """The table is not on the first sheet, or not at its top, or there is a chart only."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    how = dice.randrange(3)
    if how == 2:
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Data!$A$1:$A$3"})
        book.add_chartsheet().set_chart(chart)
    else:
        book.add_worksheet("Notes").write(dice.randint(0, 50), dice.randint(0, 50), text_of(dice))
    sheet = book.add_worksheet("Data")
    for number, row in enumerate(rows_of(dice)):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


KINDS: dict[str, Callable[[random.Random], bytes]] = {
    made.__name__: made
    for made in (
        sound, broken_utf8, noise, other_encoding, nul_bytes, formulas, huge_cells, doubled_heads,
        strange_heads, mixed_delimiters, ragged, open_quotes, line_ends, wild_values, wide, truncated_xlsx,
        scratched_xlsx, typed_xlsx, scratched_parts, far_corner, hostile_xml, bomb, many_parts, not_a_sheet,
        wrong_sheet,
    )
}  # fmt: skip
