"""Parts of what people and programs write, in any order, and bytes that nobody would."""

_WORDS = (
    *("query", "image", "photograph", "edit", "scene", "group", "setting", "title"),
    *("image_a", "image_b", "verdict", "same", "different", "unsure", "one", "두"),
    *("a.png", "b.png", "00000.png", "x/1.png", "jpg/100000.jpg", "original/200000.jpg"),
    *("parts", "outputs", "dataset", "fingerprint", "name", "protocols", "configuration"),
    *("methods", "blocks", "honest", "seed", "tensors", "about", "reply", "text", "answers"),
    *("notes", "wall_s", "cpu_s", "number", "shape", "hashes", "known", "distances", "reason"),
    *("new_images", "method", "cut", "at", "answer", "asked", "said", "falls", "keys", "undo"),
)
_SIGNS = (
    *(",", ";", "\t", "\n", "\r\n", "\r", '"', '""', "'", ":", "\0", " ", "/", "../", "C:\\"),
    *("{", "}", "[", "]", "[]", "{}", "null", "true", "NaN", "1e400", "-1", "0.5", "9" * 30),
    *("=1+1", "\x1b[31m", "\u202e", "\u2028", "e\u0301", "\ufeff", '"\\ud800"'),
    *("x" * 1500, "[" * 1200),
)
_BYTES = (b"\xff", b"\xed\xa0\x80", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\xbe\xc8")

PARTS = (*(text.encode() for text in (*_WORDS, *_SIGNS)), *_BYTES)
