"""A program of its own: the text layer of the PDF on standard input, as UTF-8 on standard output.

Started by path, so that it loads nothing of Kexie. A parser in C that meets a hostile file can end or fill up its
process; this one is bounded and may. Arguments: most pages, most characters. The exit code says what was wrong.
"""

import sys

PASSWORD, BROKEN, PAGES, CHARACTERS = 3, 4, 5, 6


def main(pages: int, characters: int) -> int:
    """Print the text; return 0 or one of the codes above."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    except pypdfium2.PdfiumError as error:
        return PASSWORD if "password" in str(error).lower() else BROKEN
    if len(document) > pages:
        return PAGES
    total = 0
    try:
        for number in range(len(document)):
            page = document[number]
            textpage = page.get_textpage()
            text = textpage.get_text_bounded().replace("\r\n", "\n").replace("\r", "\n")
            textpage.close()
            page.close()
            total += len(text) + 1
            if total > characters:
                return CHARACTERS
            sys.stdout.buffer.write((("\n" if number else "") + text).encode("utf-8", "replace"))
    except pypdfium2.PdfiumError:
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
