"""Any program as a tool: what it is given, and what is read from its output."""

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_program import EQUAL_FILES, fake_program
from pydantic import ValidationError

from dupeval.errors import NoScoresError, SettingsError
from dupeval.files import file_sha256
from dupeval.tool import ToolNote
from dupeval.tool.command import Command

# Prints everything it was started with as JSON, into a file beside itself.
TELL = """
    import json, os, sys
    told = {"arguments": sys.argv[1:], "cwd": os.getcwd(), "stdin": sys.stdin.read()}
    open(__file__ + ".told", "w").write(json.dumps(told))
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    return lambda code: fake_program(tmp_path / "program", code)


def told(program: str) -> Any:
    return json.loads(Path(f"{program}.told").read_text())


class TestArguments:
    def test_the_paths_of_all_images_are_arguments_of_their_own(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write(TELL)
        Command((program, "--quiet", "{images}", "end")).answers(images)
        assert told(program)["arguments"] == ["--quiet", *map(str, images), "end"]

    def test_folder_value_and_output_are_put_in_place_anywhere_in_an_argument(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write(TELL + "    open(sys.argv[3], 'w')\n")
        arguments = ("--in={folder}", "{value}:{value}", "{output}")
        assert Command((program, *arguments), values=(0.5,)).answers(images) == [[]]
        folder = images[0].parent
        *given, written = told(program)["arguments"]
        assert given == [f"--in={folder}", "0.5:0.5"]
        # Neither among the images nor beside them, where a tool does not write.
        assert not Path(written).is_relative_to(folder.parent)
        assert not Path(written).parent.exists()

    def test_nothing_of_a_shell_is_interpreted(
        self, write: Callable[[str], str], images: list[Path], tmp_path: Path
    ) -> None:
        program = write(TELL)
        literal = [
            "$(touch x); *",
            "`touch x`",
            "a\nb",
            "~",
            "$HOME",
            "-rf",
            "",
            "> x",
            "{",
            "사진",
        ]
        Command((program, *literal)).answers(images)
        assert told(program)["arguments"] == literal
        assert not list(tmp_path.rglob("x"))

    def test_what_takes_a_place_is_not_looked_at_again(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write(TELL)
        odd = images[0].parent.parent / "{value}"
        images[0].parent.rename(odd)
        Command((program, "{folder}", "{value}"), values=("{folder}",)).answers(
            [odd / path.name for path in images]
        )
        assert told(program)["arguments"] == [str(odd), "{folder}"]

    def test_it_runs_in_the_folder_of_the_images_with_an_input_that_is_at_its_end(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write(TELL)
        Command((program,)).answers(images)
        assert told(program)["cwd"] == str(images[0].parent)
        assert told(program)["stdin"] == ""

    def test_a_program_given_by_a_relative_path_is_the_one_it_led_to_where_it_was_given(
        self, write: Callable[[str], str], images: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = Path(write(EQUAL_FILES))
        monkeypatch.chdir(program.parent)
        command = Command(("./program", "{images}"))
        monkeypatch.chdir("/")
        assert command.answers(images) == [[[0, 2], [1]]]

    @pytest.mark.parametrize("faulty", [{"arguments": ()}, {"separator": ""}, {"output": "xml"}])
    def test_impossible_settings_are_refused(self, faulty: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match=next(iter(faulty))):
            Command(**{"arguments": ("x",), **faulty})


class TestSettings:
    def test_its_values_are_what_can_be_chosen_and_each_is_asked_for(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write("import sys; print(*sys.argv[2:][: int(sys.argv[1])])")
        command = Command((program, "{value}", "{images}"), values=(1, 2, 3))
        assert list(command.settings) == [{"value": 1}, {"value": 2}, {"value": 3}]
        assert command.answers(images) == [[[0]], [[0, 1]], [[0, 1, 2]]]

    def test_without_values_there_is_one_empty_setting(self) -> None:
        assert list(Command(("x",)).settings) == [{}]

    def test_values_keep_their_types(self) -> None:
        values = (1, 0.5, "high", "2")
        command = Command(("x", "{value}"), values=values)
        assert [s["value"] for s in command.settings] == list(values)
        assert command.parameters["values"] == list(values)

    @pytest.mark.parametrize(("argument", "values"), [("-x", (1, 2)), ("-x={value}", ())])
    def test_values_without_a_place_are_refused_and_a_place_without_values(
        self, argument: str, values: tuple[int, ...]
    ) -> None:
        with pytest.raises(SettingsError) as caught:
            Command(("x", argument), values=values)
        assert str(caught.value) == (
            "values and an argument that holds {value} need each other; "
            f"given: values={list(values)}, arguments=['x', '{argument}']"
        )


class TestNames:
    @pytest.mark.parametrize("name", ["{folder}/00001.png", "00001.png", "./00001.png"])
    def test_an_image_is_named_by_its_path_or_by_its_name(
        self, write: Callable[[str], str], images: list[Path], name: str
    ) -> None:
        assert Command((write("import sys; print(sys.argv[1])"), name)).answers(images) == [[[1]]]

    @pytest.mark.parametrize("output", ["lines", "json", "csv"])
    @pytest.mark.parametrize(
        "folder", ["a b", "quo\"te's", "new\nline", "a,b;c\td", "한국어", "[0]%d{}", "-x", "$(x)"]
    )
    def test_their_folder_may_be_called_anything(
        self, write: Callable[[str], str], images: list[Path], folder: str, output: Any
    ) -> None:
        # Each format as a library writes it, and lines as print does.
        program = write("""
            import csv, json, sys
            kind, a, b, c = sys.argv[1:]
            if kind == "lines":
                print(a, c, "\\n" + b)
            elif kind == "json":
                print(json.dumps([[a, c], [b]]))
            else:
                csv.writer(sys.stdout).writerows([("image", "group"), (a, 1), (b, 2), (c, 1)])
        """)
        odd = images[0].parent.parent / folder
        images[0].parent.rename(odd)
        paths = [odd / path.name for path in images]
        command = Command((program, output, "{images}"), output)
        assert command.answers(paths) == [[[0, 2], [1]]]

    def test_they_may_be_given_with_links_resolved(
        self, write: Callable[[str], str], images: list[Path], tmp_path: Path
    ) -> None:
        (tmp_path / "link to").symlink_to(tmp_path / "private")
        linked = [tmp_path / "link to" / "images" / path.name for path in images]
        resolve = "import os, sys; print(*map(os.path.realpath, sys.argv[1:]))"
        assert Command((write(resolve), "{images}")).answers(linked) == [[[0, 1, 2]]]

    @pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs a link at the root")
    def test_also_where_the_resolved_folder_ends_with_the_linked_one(
        self, write: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # As on macOS, where /var is a link to /private/var.
        images = tmp_path / "proc/self/cwd/images"
        images.mkdir(parents=True)
        monkeypatch.chdir(images.parent)
        linked = [Path("/proc/self/cwd/images") / name for name in ("0.png", "1.png")]
        command = Command((write("import sys; print(*sys.argv[1:])"), *map(str, linked)))
        resolved = Command((command.arguments[0], *(str(path.resolve()) for path in linked)))
        assert command.answers(linked) == resolved.answers(linked) == [[[0, 1]]]

    @pytest.mark.parametrize(
        "name", ["00003.png", "garbage", "/etc/passwd", "../images/00001.png", "\\x1b[2J", ""]
    )
    def test_a_name_that_is_none_of_the_images_fails(
        self, write: Callable[[str], str], images: list[Path], name: str
    ) -> None:
        program = write(f"import json; print(json.dumps([['00000.png', {name!r}]]))")
        with pytest.raises(NoScoresError, match="none of the images") as caught:
            Command((program,), "json").answers(images)
        assert caught.value.source == "failed"
        assert str(caught.value).isprintable()


class TestLines:
    @pytest.mark.parametrize("separator", [" ", "\t", "\0", ",", " | ", "사"])
    def test_are_groups_whose_names_the_separator_parts(
        self, write: Callable[[str], str], images: list[Path], separator: str
    ) -> None:
        program = write(f"import sys; a, b, c = sys.argv[1:]; print(a, c, sep={separator!r})")
        command = Command((program, "{images}"), separator=separator)
        assert command.answers(images) == [[[0, 2]]]

    def test_may_end_as_they_do_on_windows_and_be_empty(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write("print('00000.png  00001.png \\r\\n\\r\\n\\n00002.png', end='')")
        assert Command((program,)).answers(images)[0] == [[0, 1], [], [], [2]]

    def test_no_output_is_no_groups(self, write: Callable[[str], str], images: list[Path]) -> None:
        assert Command((write(""),)).answers(images) == [[]]


class TestBlocks:
    @pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n \n\n"])
    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    def test_are_groups_that_empty_lines_part(
        self, write: Callable[[str], str], images: list[Path], newline: str, end: str
    ) -> None:
        text = f"{images[0]}\n./00002.png\n\n\n00001.png{end}".replace("\n", newline)
        program = write(f"print({text!r}, end='')")
        assert Command((program,), "blocks").answers(images) == [[[0, 2], [1]]]

    def test_no_output_is_no_groups(self, write: Callable[[str], str], images: list[Path]) -> None:
        assert Command((write("print()"),), "blocks").answers(images) == [[]]

    def test_names_keep_their_spaces(self, write: Callable[[str], str], images: list[Path]) -> None:
        with pytest.raises(NoScoresError, match=r"names '00000.png 00001.png', .* holds several"):
            Command((write("print('00000.png 00001.png')"),), "blocks").answers(images)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("00000.png\n00002.png\n\n00001.png\n", True),
            ("00000.png\r\n00002.png\r\n\r\n", True),
            ("00000.png\n00002.png\n", False),
            ("00000.png\n\n00002.png\n\n", False),
            ("00000.png 00002.png\n00001.png\n\n", False),
        ],
    )
    def test_read_as_lines_are_told(
        self, write: Callable[[str], str], images: list[Path], text: str, told: bool
    ) -> None:
        command = Command((write(f"print({text!r}, end='')"),))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            command.answers(images)
        assert [str(warning.message) for warning in caught] == told * [
            "its output is read as lines, but it looks like blocks (a name a line, an empty line "
            "after a group): tool.output=blocks"
        ]

    @pytest.mark.parametrize("output", ["json", "csv"])
    def test_read_as_another_format_are_told_in_the_failure(
        self, write: Callable[[str], str], images: list[Path], output: Any
    ) -> None:
        program = write("print('00000.png', '00002.png', '', sep='\\n')")
        with pytest.raises(NoScoresError, match=r"no (json|csv): .*; it looks like blocks .*"):
            Command((program,), output).answers(images)


class TestErrors:
    def test_that_name_some_images_are_passed_on(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write("""
            import sys
            print(*sys.argv[2:])
            print("2 images", sys.argv[1], "\x1b: cannot read it", file=sys.stderr)
        """)
        with pytest.warns(ToolNote, match=r"^the program wrote: 2 images .*00000.png  : cannot"):
            assert Command((program, "{images}")).answers(images) == [[[1, 2]]]

    @pytest.mark.parametrize("talk", ["sys.argv[1:]", "'talk'"])
    def test_that_name_all_or_none_are_not(
        self, write: Callable[[str], str], images: list[Path], talk: str
    ) -> None:
        program = write(f"import sys; print({talk}, file=sys.stderr)")
        assert Command((program, "{images}")).answers(images) == [[]]

    def test_of_many_the_first_are(self, write: Callable[[str], str], images: list[Path]) -> None:
        program = write("import sys\nfor i in range(9): print(i, sys.argv[1], file=sys.stderr)")
        with pytest.warns(ToolNote, match=r"; 4 \S+00000.png; and 4 more lines$"):
            Command((program, "{images}")).answers(images)


class TestJson:
    @pytest.mark.parametrize(
        "text",
        ["", "garbage", '{"a": []}', '"00000.png"', '["00000.png"]', "[[1]]", "[[]", "[[null]]"],
    )
    def test_anything_but_a_list_of_lists_of_names_fails(
        self, write: Callable[[str], str], images: list[Path], text: str
    ) -> None:
        program = write(f"print({text!r})")
        with pytest.raises(NoScoresError, match=r"^its output is no json: ") as caught:
            Command((program,), "json").answers(images)
        assert caught.value.source == "failed"

    def test_no_groups_are_an_empty_list(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        assert Command((write("print('[]')"),), "json").answers(images) == [[]]


class TestCsv:
    def test_columns_come_in_any_order_beside_others_and_groups_in_any_order_of_rows(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write("""
            print("score,group,image")
            print("1,x,00000.png")
            print("2,y,00001.png")
            print("3,x,00002.png")
        """)
        assert Command((program,), "csv").answers(images) == [[[0, 2], [1]]]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", "it must have the columns image,group"),
            ("garbage", "it must have the columns image,group"),
            ("image\n00000.png", "it must have the columns image,group"),
            ("image,group\n00000.png", "line 2 is too short"),
            ("image,group\n00000.png,", "line 2 has no group"),
            ('image,group\n"00000.png', "unexpected end of data"),
            ('"image,group', "unexpected end of data"),
        ],
    )
    def test_anything_else_fails_and_says_where(
        self, write: Callable[[str], str], images: list[Path], text: str, expected: str
    ) -> None:
        program = write(f"print({text!r}, end='')")
        with pytest.raises(NoScoresError) as caught:
            Command((program,), "csv").answers(images)
        assert str(caught.value) == f"its output is no csv: {expected}"


class TestAFileForItsOutput:
    def test_is_read_in_place_of_what_it_prints(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write("""
            import sys
            print("what is printed is talk")
            open(sys.argv[1], "w").write('[["00000.png", "00002.png"]]')
        """)
        assert Command((program, "{output}"), "json").answers(images) == [[[0, 2]]]

    def test_lies_where_a_program_that_reads_the_whole_folder_does_not_meet_it(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write("""
            import os, sys
            with open(sys.argv[1], "w") as file:
                print(*sorted(os.listdir(".")), file=file)
        """)
        assert Command((program, "{output}")).answers(images) == [[[0, 1, 2]]]

    def test_is_not_that_of_an_earlier_value(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write("""
            import sys
            if sys.argv[1] == "1":
                open(sys.argv[2], "w").write("00000.png")
        """)
        with pytest.raises(NoScoresError, match=r"^it did not write its output file$"):
            Command((program, "{value}", "{output}"), values=(1, 2)).answers(images)

    @pytest.mark.parametrize("make", ["os.mkdir", "os.mkfifo"])
    def test_that_is_no_file_fails(
        self, write: Callable[[str], str], images: list[Path], make: str
    ) -> None:
        program = write(f"import os, sys; {make}(sys.argv[1])")
        with pytest.raises(NoScoresError, match=r"^it did not write its output file$"):
            Command((program, "{output}")).answers(images)

    def test_that_is_far_too_large_fails(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write("import sys; open(sys.argv[1], 'w').truncate(2**26 + 1)")
        with pytest.raises(NoScoresError, match="its output file is larger than 67108864 bytes"):
            Command((program, "{output}")).answers(images)


class TestExitCodes:
    def test_only_those_that_mean_success_do(
        self, write: Callable[[str], str], images: list[Path]
    ) -> None:
        program = write("import sys; print('00000.png'); sys.exit(int(sys.argv[1]))")
        for code in ("0", "3"):
            assert Command((program, code), exit_codes=(0, 3)).answers(images) == [[[0]]]
        with pytest.raises(NoScoresError, match=r"^program ended with exit code 3$") as caught:
            Command((program, "3")).answers(images)
        assert caught.value.source == "failed"


class TestVersions:
    def test_are_what_a_command_of_its_own_prints(self, write: Callable[[str], str]) -> None:
        program = write("import sys; print('program', sys.argv[1:], '1.2')")
        command = Command((program, "x"), version_arguments=(program, "--version"))
        assert command.versions() == {"program": "program ['--version'] 1.2"}

    def test_are_without_one_the_hash_of_the_program(self, write: Callable[[str], str]) -> None:
        program = write("print(1)")
        before = Command((program,)).versions()
        assert before == {"program": f"sha256:{file_sha256(Path(program))}"}
        write("print(2)")
        assert Command((program,)).versions() != before

    def test_count_the_files_among_the_arguments_such_as_the_script_of_an_interpreter(
        self, tmp_path: Path
    ) -> None:
        script = tmp_path / "find copies.py"
        script.write_text("print(1)")
        arguments = (sys.executable, str(script), "{images}", "/not/there", "/" + "x" * 5000)
        command = Command(arguments)
        before = command.versions()
        assert set(before) == {Path(sys.executable).name, str(script)}
        script.write_text("print(2)")
        assert command.versions() != before

    def test_are_text_whatever_the_command_prints(self, write: Callable[[str], str]) -> None:
        program = write("import sys; sys.stdout.buffer.write(b'1.2 \\xff')")
        command = Command((program,), version_arguments=(program,))
        assert command.versions() == {"program": "1.2 ?"}

    @pytest.mark.parametrize("given", [{}, {"version_arguments": ("no-such-program", "-V")}])
    def test_of_a_program_that_is_not_there_say_how_to_install_it(
        self, given: dict[str, Any]
    ) -> None:
        command = Command(("no-such-program",), hint="apt install it", **given)
        with pytest.raises(NoScoresError) as caught:
            command.versions()
        assert caught.value.source == "missing"
        assert str(caught.value) == (
            "the program 'no-such-program' is not on the PATH; apt install it"
        )


def test_a_misspelt_placeholder_is_refused_with_the_one_that_is_meant() -> None:
    with pytest.raises(SettingsError, match=r"\{image\} is unknown; did you mean \{images\}\?"):
        Command(("program", "{image}"))
    # Other programs have braces of their own.
    assert Command(("awk", "{print}")).arguments == ("awk", "{print}")


def test_a_number_among_the_arguments_is_its_text() -> None:
    assert Command(("program", 2)).arguments == ("program", "2")  # type: ignore[arg-type]
