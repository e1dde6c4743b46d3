"""Which images show the same photograph, said by a person: asked little, kept at once, estimated.

The core is pure: images, answers, what follows from them (`links`), what to ask next (`questions`),
how much is missing (`estimates`), tables (`tables`). Around it lie the journal, the images' files,
and a page on this machine.
"""
