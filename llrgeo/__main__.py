"""Start the command line with a guard around its imports: `llrgeo`, or `python -m llrgeo`."""

import os
import sys


def main() -> None:
    """Run the command line; Ctrl-C during its import ends in one line, too.

    After the import its own guard handles errors.
    """
    # BLAS splits large products among as many threads as there are processors, and the number of
    # threads changes how they are rounded. A run must not depend on that; numpy reads this variable
    # when it is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A pool of Arrow's own keeps what was freed, and its first table reserves 1 GB of addresses:
    # under `ulimit -v` too few are left for the libraries that are loaded later.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        from llrgeo.cli import main as run
    except KeyboardInterrupt:
        sys.stderr.write("llrgeo: stopped; nothing was left half written\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
