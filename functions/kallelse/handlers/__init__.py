"""One module for each function: wiring only."""

import gc

# What is made while a handler is imported stays as long as the process. To look for cycles in it takes a
# sixth of a cold start; :func:`kallelse.observability.observed`, where the import ends, lets that go on.
gc.disable()
