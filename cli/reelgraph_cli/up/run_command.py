"""Run one `reelgraph` command in a forked child; its arguments come as JSON in the environment."""

import json
import os
import sys

if __name__ == "__main__":
    from reelgraph_cli.main import main

    sys.argv = ["reelgraph", *json.loads(os.environ["REELGRAPH_ARGUMENTS"])]
    main()
