"""Files are read as people save them, and what is wrong with one is said with line, column and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from accounts.importing import reading
from accounts.importing.reading import GivenFile, read_files
from accounts.importing.rows import Contents
from hqdash.base.errors import Unprocessable

UNITS = "code,name,parent\nLPA/COV,Coventry,FORCE\n"


def read(text: str | bytes, name: str = "units.csv") -> Contents:
    content = text.encode() if isinstance(text, str) else text
    return read_files([GivenFile(name, content)])


def problems(contents: Contents) -> list[str]:
    return [str(problem) for problem in contents.problems]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_table_is_read_however_a_spreadsheet_has_saved_it(
    separator: str, encoding: str, ending: str
) -> None:
    text = ending.join(["Code,Name,Parent", "LPA/COV,Café und Ünit,FORCE", ""]).replace(",", separator)

    contents = read(text.encode(encoding))

    assert [(row.code, row.name, row.parent) for row in contents.units] == [
        ("LPA/COV", "Café und Ünit", "FORCE")
    ]
    assert ("Windows-1252" in " ".join(contents.notes)) == (encoding == "cp1252")


def test_the_heading_tells_what_is_listed() -> None:
    people = read("Username;Tier;Unit;From;Until\npc.1;contributor;LPA/COV;2027-01-01;31/12/2027\npc.2;;;;\n")
    accounts = read("network,handle,name,unit,coverage\ntwitter,@Cov_demo,Coventry,LPA/COV,rota\n")

    assert [row.username for row in people.people] == ["pc.1", "pc.2"]
    assert [(row.role, str(row.starts_on), str(row.ends_on)) for row in people.roles] == [
        ("contributor", "2027-01-01", "2027-12-31")
    ]
    assert [(row.network, row.handle) for row in accounts.accounts] == [("x", "Cov_demo")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"  \n\n", "is empty"),
        (b"code,name\n", "no rows"),
        (b"PK\x03\x04rest of a workbook", "Save the table as CSV"),
        (b"\xd0\xcf\x11\xe0 old workbook", "Save the table as CSV"),
        (b"%PDF-1.7", "Export the table as CSV"),
        (b"code,name\n\x00\x01\x02", "no text file"),
        (b"code,name\nA\x81,\x8d\n", "unknown way"),
        (b"colour,shape\nred,round\n", "names no list that is known here"),
        (b"code,name,colour\nA,B,red\n", "the column .colour. is not known"),
        (b"code,name,code\nA,B,C\n", "is there twice"),
        (b'{"units": [', "line 1, column 12: this is no JSON"),
        (b'{"cars": []}', "holds none of the lists"),
        (b"[1, 2]", "holds none of the lists"),
        (b"[" * 100_000, "nested too deeply|no JSON"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
def test_what_cannot_be_read_at_all_is_refused_in_plain_words(content: bytes, why: str) -> None:
    with pytest.raises(Unprocessable, match=why):
        read(content)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("LPA/COV,Coventry", "line 3: The row has 2 cells, the heading has 3."),
        ("LPA/COV,,FORCE", "line 3, name: This cell must not be empty."),
        (",Coventry,FORCE", "line 3, code: This cell must not be empty."),
        ("LPA COV,Coventry,FORCE", "line 3, code: A code has no spaces"),
        (f"LPA/COV,{'x' * 201},FORCE", "line 3, name: It is longer than 200"),
        ("A,Coventry,A", "line 3, parent: The unit A cannot stand below itself."),
        ('A,"two\nlines",FORCE', "line 3, name: There is a sign in it that cannot be printed"),
        ('A,"Coventry"x,FORCE', "line 3: The line cannot be read as CSV"),
    ],
)
def test_a_wrong_row_is_named_by_line_and_column(line: str, said: str) -> None:
    contents = read(f"code,name,parent\nOK,Fine,FORCE\n{line}\n")

    assert any(said in problem for problem in problems(contents)), problems(contents)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pc 1,contributor,LPA/COV,,", "username: “pc 1” is no user name"),
        ("pc.1,contributor,,,", "unit: This cell must not be empty."),
        ("pc.1,,LPA/COV,,", "role: This cell must not be empty."),
        ("pc.1,contributor,LPA/COV,yesterday,", "from: “yesterday” is no date. Write it as 2026-08-31"),
        ("pc.1,contributor,LPA/COV,31/02/2027,", "from: “31/02/2027” is no date."),
        ("pc.1,contributor,LPA/COV,0027-01-01,", "from: “0027-01-01” is no date."),
        ("pc.1,contributor,LPA/COV,2027-02-02,2027-02-01", "until: It ends before it starts."),
    ],
)
def test_a_wrong_person_is_named_by_line_and_column(line: str, said: str) -> None:
    contents = read(f"username,role,unit,from,until\n{line}\n", "people.csv")

    assert f"people.csv, line 2, {said}" in " ".join(problems(contents))


def test_a_wrong_coverage_names_the_ones_there_are() -> None:
    contents = read("network,handle,unit,coverage\nx,Cov_demo,LPA/COV,sometimes\n")

    assert "Use one of: 24x7, staffed, rota, unmonitored_ooh." in problems(contents)[0]


def test_cells_that_look_like_formulas_stay_text() -> None:
    contents = read('code,name,parent\nA,"=HYPERLINK(""http://x"")",FORCE\nB,+1 team,FORCE\nC,@home,FORCE\n')

    assert [row.name for row in contents.units] == ['=HYPERLINK("http://x")', "+1 team", "@home"]
    assert not contents.problems


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    contents = read("code,name,parent\n\nA,First,FORCE\n\n\nB,,FORCE\n")

    assert problems(contents) == ["units.csv, line 6, name: This cell must not be empty."]


def test_a_json_entry_is_named_by_list_and_number() -> None:
    document = {
        "units": [{"code": "A", "name": "A"}, "B", {"code": ["A"], "name": "C"}],
        "users": [{"username": "pc.1", "role": "contributor", "unit": "A"}, {"username": 7}],
        "grants": [{"username": "pc.1", "role": "moderator"}],
    }

    contents = read(json.dumps(document), "hr.json")

    said = problems(contents)
    assert "hr.json, units, entry 2: This is no object with names and values." in said
    assert "hr.json, units, entry 3, code: Write this as text, not as a list or object." in said
    assert "hr.json, grants, entry 1, unit: This cell must not be empty." in said
    assert [row.username for row in contents.people] == ["pc.1", "7"]


@pytest.mark.parametrize(
    ("preset", "accounts", "people", "units"),
    [("demo_org_2011", 99, 140, 72), ("demo_org_today", 119, 360, 63)],
)
def test_the_demo_organisations_are_read(
    shared_data: Path, preset: str, accounts: int, people: int, units: int
) -> None:
    contents = read((shared_data / f"{preset}.json").read_bytes(), f"{preset}.json")

    assert not contents.problems
    assert (len(contents.accounts), len(contents.people), len(contents.roles)) == (accounts, people, people)
    groups = {"LPU", "LPA", "OPS"}
    assert len({row.code for row in contents.units} - groups) == units
    assert all(row.is_implied and row.name for row in contents.units)


def test_several_files_are_read_as_one() -> None:
    files = [
        GivenFile("units.csv", UNITS.encode()),
        GivenFile("people.csv", b"username,role,unit\npc.1,contributor,LPA/COV\n"),
    ]

    contents = read_files(files)

    assert contents.rows == 3
    assert contents.lists == {"units", "people", "roles"}
    with pytest.raises(Unprocessable, match="Choose a file"):
        read_files([])


def test_a_file_of_too_many_rows_is_to_be_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)

    with pytest.raises(Unprocessable, match="These are 4 rows; at most 3"):
        read("code,name\n" + "".join(f"U{n},Unit\n" for n in range(4)))
