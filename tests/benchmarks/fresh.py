"""Run in a fresh process: imports a handler, answers requests, and prints what that took as JSON.

``fresh.py PATHS HANDLER REQUESTS``: the folders to import from, ``module:function``, and a file with the
requests. The first answer is the cold one. Nothing that a handler might need is imported before it starts.
"""

import json
import sys
import time

paths, name, requests = sys.argv[1:4]
sys.path[:0] = paths.split(":")
with open(requests) as file:
    events = json.load(file)


class Context:
    """What Lambda tells a function about itself."""

    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "benchmark"

    def get_remaining_time_in_millis(self) -> int:
        """So little that a mailer ends once it has looked around."""
        return 36_000


def answer(event: dict) -> object:  # type: ignore[type-arg]
    """The answer of the handler. Ends the process when it is a failure."""
    found = handler(event, Context())
    if isinstance(found, dict) and found.get("statusCode", 200) >= 400:
        sys.exit(f"{name} answered {found['statusCode']}: {found['body'][:2000]}")
    return found


wall, cpu = time.perf_counter(), time.process_time()
module, _, function = name.partition(":")
__import__(module)
handler = getattr(sys.modules[module], function)
imported = time.perf_counter() - wall
answer(events[0])
cold = {"cold": time.perf_counter() - wall, "cold_cpu": time.process_time() - cpu, "imported": imported}

cpu = time.process_time()
for event in events[1:]:
    answer(event)
warm = (time.process_time() - cpu) / (len(events) - 1) if len(events) > 1 else 0
with open("/proc/self/status") as status:  # getrusage tells the most of what started the process, too
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
print(json.dumps(cold | {"warm_cpu": warm, "peak": peak}))  # noqa: T201
