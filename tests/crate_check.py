"""Check an RO-Crate with roc-validator, without a network; run by the Python that has it.

    .venv-tools/bin/python tests/crate_check.py FOLDER

The terms of RO-Crate are on the web. The validator is handed the copy that the package `rocrate`
carries (of RO-Crate 1.3, which keeps the terms of 1.1). Prints the issues; status 1 if there are
any.
"""

import sys
from importlib.resources import files

import requests
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

TERMS = files("rocrate").joinpath("data", "ro-crate.jsonld").read_bytes()


def answer(_: HttpRequester, url: str, **__: object) -> requests.Response:
    """Answer a request for the terms; refuse every other."""
    response = requests.Response()
    response.url = url
    response.status_code = 200 if "/ro/crate/" in url and url.endswith("/context") else 404
    response.headers["Content-Type"] = "application/ld+json"
    response._content = TERMS  # requests has no other way to make one
    return response


def main() -> int:
    """Validate the folder that is named."""
    HttpRequester.get = answer
    settings = services.ValidationSettings(
        rocrate_uri=sys.argv[1],
        profile_identifier="ro-crate-1.1",
        requirement_severity=models.Severity.REQUIRED,
    )
    issues = services.validate(settings).get_issues(models.Severity.REQUIRED)
    sys.stdout.writelines(f"{issue.check.identifier}: {issue.message}\n" for issue in issues)
    return bool(issues)


if __name__ == "__main__":
    sys.exit(main())
