"""How much is read. Everything beyond is refused with a sentence; docs/reading.md repeats these numbers."""

MEBIBYTE = 2**20
MAX_BYTES = 200 * MEBIBYTE  # of a file: a Word file with its photographs
MAX_TEXT_BYTES = 20 * MEBIBYTE  # of a plain text or a web page
MAX_CHARACTERS = 5_000_000  # of the text in it: half a minute and a gigabyte
MAX_TAGS = 2_000_000  # of a web page
MAX_MEMBERS = 10_000  # of a .docx
MAX_UNPACKED = 400 * MEBIBYTE  # all members of a .docx
MAX_PART = 64 * MEBIBYTE  # the member of a .docx that has the text
MAX_PAGES = 10_000  # of a PDF
HTML_SECONDS, HTML_MEMORY = 30, 2048 * MEBIBYTE
PDF_SECONDS, PDF_MEMORY = 60, 2048 * MEBIBYTE
OFFICE_SECONDS, OFFICE_MEMORY = 120, 4096 * MEBIBYTE
