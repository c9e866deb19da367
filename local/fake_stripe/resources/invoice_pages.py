"""An invoice's page and its PDF: real ones, small."""

from ..money import formatted
from ..registry import page
from ..server.messages import Request, Response
from ..server.pages import html_page
from ..world import World

PREFIX = "/i/"


@page(PREFIX)
def serve(world: World, request: Request) -> Response | None:
    invoice_id, _, rest = request.path.removeprefix(PREFIX).partition("/")
    invoice = world.find("invoice", invoice_id)
    if invoice is None or invoice["number"] is None:
        return None
    lines = text_lines(invoice)
    if rest == "pdf":
        headers = {"Content-Type": "application/pdf", "Content-Disposition": f'inline; filename="Invoice-{invoice["number"]}.pdf"'}
        return Response(200, pdf(lines), headers)
    body = (
        "<pre>"
        + "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;")
        + "</pre>"
        + f'<p><a href="{invoice["invoice_pdf"]}">PDF</a></p>'
    )
    return html_page(200, f"Invoice {invoice['number']}", body)


def text_lines(invoice: dict) -> list[str]:
    currency = invoice["currency"]
    rows = [f"{line['description']}: {formatted(line['amount'], currency)}" for line in invoice["lines"]]
    return [
        f"{invoice['account_name']} (test mode)",
        f"Invoice {invoice['number']}",
        f"For {invoice['customer_name'] or invoice['customer_email'] or invoice['customer']}",
        "",
        *rows,
        "",
        f"Total: {formatted(invoice['total'], currency)}",
        f"Amount due: {formatted(invoice['amount_due'], currency)}",
        f"Status: {invoice['status']}",
    ]


def pdf(lines: list[str]) -> bytes:
    """A one-page PDF of plain text in Helvetica, with a correct cross-reference table."""
    moves = "".join(f"({_escape(line)}) Tj T* " for line in lines)
    stream = f"BT /F1 12 Tf 16 TL 56 780 Td {moves}ET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
