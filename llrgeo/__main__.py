"""Start the command line with a guard around its imports: `llrgeo`, or `python -m llrgeo`."""

import os
import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is being imported ends in one line too.

    Once it is imported, its own guard says what there is to say.
    """
    # Large products are shared out to as many threads as there are processors, and round otherwise
    # with each number of them: a run must not depend on that. numpy reads this when it is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from llrgeo.cli import main as run
    except KeyboardInterrupt:
        sys.stderr.write("llrgeo: stopped; nothing was left half written\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
