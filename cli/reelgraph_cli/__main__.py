"""`python -m reelgraph_cli` is the `reelgraph` command."""

from reelgraph_cli.main import main

if __name__ == "__main__":
    main()
