"""`python -m local.openapi`: writes docs/openapi.json. Exit status: 0 written; 1 a route is not described."""

import json
import sys

from local.openapi import DOCUMENT, Undescribed, document


def main() -> int:
    try:
        made = document()
    except Undescribed as error:
        print(error, file=sys.stderr)
        return 1
    DOCUMENT.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
