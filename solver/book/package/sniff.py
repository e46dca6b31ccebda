"""What a file is that is not an .xlsx workbook, said in words that tell what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.errors import WorkbookError

if TYPE_CHECKING:
    from solver.book.package.archive import Archive

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "open it in a spreadsheet program and save it as .xlsx"
_BEGIN_WITH = f"{_SAVE_AS}; ratings begin with `solver new dot-product OUT.xlsx --from FILE`"


def refuse_unless_zip(data: bytes) -> None:
    """Raises WorkbookError, with what the file seems to be, unless its bytes begin or end as a zip file does."""
    if not data:
        raise WorkbookError("the file is empty", hint="restore it from a copy")
    if data.startswith(_OLE2):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise WorkbookError("the workbook is encrypted with a password", hint="save it without the password")
        if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
            raise WorkbookError("this is a workbook of Excel 97-2003 (.xls)", hint=_SAVE_AS)
        raise WorkbookError("this is an OLE2 file of an old or foreign program, not an .xlsx workbook", hint=_SAVE_AS)
    if data.startswith(b"PK") or b"PK\x05\x06" in data[-66_000:]:
        return
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"mso-application" in head or b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise WorkbookError("this is an XML spreadsheet of Excel 2003", hint=_SAVE_AS)
    if head.startswith((b"<!doctype html", b"<html", b"<table")):
        raise WorkbookError("this is a web page, whatever its name says", hint=_SAVE_AS)
    if head and all(32 <= byte < 127 or byte in b"\t\r\n" or byte > 127 for byte in data[:512]):
        raise WorkbookError("this is a text file (CSV?), not an .xlsx workbook", hint=_BEGIN_WITH)
    raise WorkbookError("this is not an .xlsx workbook", hint="give a file that Excel can open and saves as .xlsx")


def refuse_foreign(archive: Archive) -> None:
    """Raises WorkbookError for zip files of other programs: .ods, .xlsb, .docx, .numbers and the like."""
    if "mimetype" in archive and b"opendocument" in archive.read("mimetype"):
        raise WorkbookError("this is an OpenDocument file (.ods)", hint=_SAVE_AS)
    if "xl/workbook.bin" in archive:
        raise WorkbookError("this is a binary workbook (.xlsb)", hint="save it in Excel as .xlsx or .xlsm")
    if "Index/Document.iwa" in archive or "Index.zip" in archive:
        raise WorkbookError("this is a file of Apple Numbers", hint="export it as .xlsx")
    if "word/document.xml" in archive:
        raise WorkbookError("this is a Word document", hint="give a workbook")
    if "ppt/presentation.xml" in archive:
        raise WorkbookError("this is a presentation", hint="give a workbook")
    if "[Content_Types].xml" not in archive:
        raise WorkbookError(
            "this is a zip file without a workbook in it", hint="give a file saved by a spreadsheet program"
        )
