# Reads messages as base64, one a line, and writes what Python's own e-mail package makes of each as JSON, one a line.
import base64
import email
import email.header
import email.policy
import email.utils
import json
import sys


def mailboxes(raw, name):
    # The older of Python's two readers: the newer one keeps the spaces between encoded words of a name (RFC 2047, 6.2, says otherwise) before 3.13.
    fields = [str(value) for key, value in email.message_from_bytes(raw).items() if key.lower() == name]
    return [
        {"name": str(email.header.make_header(email.header.decode_header(written))), "address": address}
        for written, address in email.utils.getaddresses(fields)
    ]


for line in sys.stdin:
    raw = base64.b64decode(line)
    message = email.message_from_bytes(raw, policy=email.policy.SMTPUTF8)
    defects = [type(defect).__name__ for part in message.walk() for defect in part.defects]
    defects += [f"{name}: {type(defect).__name__}" for name, value in message.items() for defect in getattr(value, "defects", [])]
    # Asking for the content is what finds broken encodings.
    parts = [
        {"type": part.get_content_type(), "charset": part.get_content_charset(), "encoding": part["Content-Transfer-Encoding"], "text": part.get_content()}
        for part in message.walk()
        if not part.is_multipart()
    ]
    print(json.dumps({
        "headers": [[name, str(value)] for name, value in message.items()],
        "mailboxes": {name: mailboxes(raw, name) for name in ("from", "to", "reply-to")},
        "type": message.get_content_type(),
        "parts": parts,
        "defects": defects,
        "longest": max(len(text) for text in raw.split(b"\r\n")),
        "bare": raw.replace(b"\r\n", b"").count(b"\r") + raw.replace(b"\r\n", b"").count(b"\n"),
    }), flush=True)
