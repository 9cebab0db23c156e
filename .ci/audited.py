"""Judge what pip-audit found: fail on a known weakness, say how many packages it asked about.

python .ci/audited.py build/audit.json
"""

import json
import sys
from pathlib import Path


def main(path: Path) -> int:
    """Print how many packages were audited, and each weakness; return 1 if there is one."""
    if not path.is_file() or not path.read_text(encoding="utf-8").strip():
        print("pip-audit: its service cannot be reached; nothing was audited")
        return 0
    packages = json.loads(path.read_text(encoding="utf-8"))["dependencies"]
    audited = [package for package in packages if "skip_reason" not in package]
    print(f"pip-audit: {len(audited)} of {len(packages)} packages audited")
    weak = [package for package in audited if package["vulns"]]
    for package in weak:
        names = ", ".join(found["id"] for found in package["vulns"])
        print(f"{package['name']} {package['version']}: {names}")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
