"""``python -m kallelse.cli``: the command without installing it."""

from . import main

main()
