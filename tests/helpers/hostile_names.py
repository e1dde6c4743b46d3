"""Names that would do harm if anybody took them for anything but text, each with what is to come.

`NAMES` may be those of files: `fault` is what a dataset says of one that it refuses. `TEXTS` may be
titles and photographs only, for they hold what no file's name can.
"""

import unicodedata
from dataclasses import dataclass

PATH = "is a path; only a name inside its folder is possible"
BLANK = "begins or ends with white space"
BACKSLASH = "holds a backslash, which parts folders on Windows"
DRIVE = "begins like a drive of Windows"
NOT_UTF8 = "is not UTF-8"


@dataclass(frozen=True)
class Name:
    """A name.

    Attributes
    ----------
    text : str
    fault : str, default ""
        What a dataset says of an image or a query of that name; empty where it is one like others.
    is_hidden : bool, default False
        Whether `dupeval group`, which looks for images itself, passes it over.
    """

    text: str
    fault: str = ""
    is_hidden: bool = False


NAMES: dict[str, Name] = {
    "an option": Name("-rf"),
    "a long option": Name("--help"),
    "a file of options": Name("@options"),
    "a line break": Name("a\nb.png"),
    "a carriage return": Name("a\rb.png"),
    "a tab": Name("a\tb.png"),
    "an escape sequence": Name("\x1b[31mred\x1b]0;title\x07.png"),
    "a control character of 8 bits": Name("\x9b31mred.png"),
    "a backspace": Name("safe\b\b\b\bevil.png"),
    "a line separator": Name("a\u2028b\u2029c.png"),
    "a single quote": Name("it's.png"),
    "a double quote": Name('a"b".png'),
    "a command in dollars": Name("$(touch started).png"),
    "a command in backquotes": Name("`touch started`.png"),
    "a second command": Name("a; touch started #.png"),
    "a pipe": Name("|touch started|.png"),
    "a background command": Name("a & touch started &.png"),
    "everything": Name("*"),
    "a home": Name("~root"),
    "Python's format": Name("{0}{0.__class__}{}.png"),
    "C's format": Name("%s%n%d%%.png"),
    "a template": Name("{{ 7 * 7 }}{% raw %}.png"),
    "a formula": Name("=1+1"),
    "a formula that calls": Name('=HYPERLINK("http:x","y")'),
    "a formula by plus": Name("+1+1"),
    "a formula by at": Name("@SUM(1)"),
    "a cell that ends": Name('a",b;c.png'),
    "an encoded path": Name("%2e%2e%2fpasswd"),
    "a device of Windows": Name("CON"),
    "another, with an ending": Name("NUL.png"),
    "a third": Name("aux"),
    "255 bytes": Name("가" * 83 + "xx.png"),
    "a turn to the left": Name("photo_\u202egnp.exe"),
    "no width": Name("a\u200b\ufeff\u00adb.png"),
    "a composed letter": Name(unicodedata.normalize("NFC", "한글é.png")),
    "emoji": Name("👩‍👩‍👧🏴\U000e0067\U000e0062\U000e007f.png"),
    "an element": Name("<img src=x onerror=alert(1)>.png"),
    "the end of an attribute": Name("\" onload=alert(1) x='.png"),
    "an entity": Name("&quot;&lt;b&gt;&#60;.png"),
    "an address that is a script": Name("javascript:alert(1)"),
    "a link in Markdown": Name("a](http:x)![b](c).png"),
    "a row of a Markdown table": Name("a|b|c.png"),
    "Markdown": Name("**a** `b` # _c_.png"),
    "LaTeX without a backslash": Name("$x_{2}^~%&#.png"),
    "what Hydra parts": Name("a=b,c.png"),
    "a value of Hydra": Name("${oc.env:HOME}"),
    "a list of Hydra": Name("[a,b]"),
    "nothing of Hydra": Name("null"),
    "not a number": Name("nan"),
    "not there": Name("NA"),
    "a number": Name("001"),
    "a large number": Name("1e400"),
    "a file of ours": Name("run.json"),
    "a table of ours": Name("labels.csv"),
    "a dot at its end": Name("a."),
    "a twin in capitals": Name("A.PNG"),
    "a twin in small letters": Name("a.png"),
    "the list of our files": Name(".dupeval", is_hidden=True),
    "an unfinished file of ours": Name(".unfinished.x", is_hidden=True),
    "a hidden name": Name(".hidden.png", is_hidden=True),
    "what Windows leaves behind": Name("Thumbs.db", is_hidden=True),
    "a space at its end": Name("a.png ", BLANK),
    "a space at its beginning": Name(" a.png", BLANK),
    "a backslash": Name("x\\..\\a.png", BACKSLASH),
    "LaTeX": Name("\\write18{x}.png", BACKSLASH),
    "a drive": Name("C:a.png", DRIVE),
    "bytes that are not UTF-8": Name("caf\udce9\udcff.png", NOT_UTF8),
}

TEXTS: dict[str, str] = {
    "a script": "</title></script><script>alert(1)</script>",
    "a style": "</style><link rel=stylesheet href=//x.invalid/>",
    "a comment": "--><svg/onload=alert(1)>",
    "a path": "../../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a file in LaTeX": "\\input{/etc/passwd}",
    "a command of LaTeX": "\\immediate\\write18{touch started}",
    "the end of a LaTeX table": "\\end{tabular} & \\\\ % $ # _ ^ ~ {",
    "a share of Windows": "\\\\host\\share",
    "an address": "http://x.invalid/?a=<b>&c",
}

# What is never the name of an image or a query in a table, and leads nowhere.
PATHS = {
    "nothing": ("", "is empty"),
    "a path up": ("../../labels.csv", PATH),
    "the folder above": ("..", PATH),
    "the folder itself": (".", PATH),
    "an absolute path": ("/etc/passwd", PATH),
    "a folder below": ("x/a.png", PATH),
    "a drive with a path": ("C:\\a.png", BACKSLASH),
    "a share": ("\\\\host\\a.png", BACKSLASH),
    "NUL": ("a\0.png", "holds a NUL character"),
}

# What titles and photographs may be.
ANY = {**{key: name.text for key, name in NAMES.items() if not name.fault}, **TEXTS}
