"""Run in a fresh process: imports a handler, answers requests, and prints what that took as JSON.

``fresh.py PATHS HANDLER REQUESTS``: the folders to import from, ``module:function``, and a file with the
requests. The first answer is the cold one. Requests are timed by their routes where they tell them, and the
first of each is not counted. Nothing that a handler might need is imported before it starts.
"""

import json
import sys
import time

paths, name, requests = sys.argv[1:4]
sys.path[:0] = paths.split(":")
with open(requests) as file:
    asked = json.load(file)
events, expected = asked["requests"], asked["expected"]


class Context:
    """What Lambda tells a function about itself."""

    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "benchmark"

    def get_remaining_time_in_millis(self) -> int:
        """So little that a mailer ends once it has looked around."""
        return 36_000


def route(event: dict) -> str:  # type: ignore[type-arg]
    """What API Gateway calls the route of a request; the name of the figure where none is told."""
    return str(event.get("routeKey", "warm_cpu"))


def answer(event: dict) -> None:  # type: ignore[type-arg]
    """Let the handler answer. Ends the process when that is a failure, or not the one that is expected."""
    found = handler(event, Context())
    status = found.get("statusCode", 200) if isinstance(found, dict) else 200
    wanted = expected.get(route(event))
    if status != wanted if wanted else status >= 400:
        sys.exit(f"{name} answered {status}: {event.get('rawPath')} {found['body'][:2000]}")


wall, cpu = time.perf_counter(), time.process_time()
module, _, function = name.partition(":")
__import__(module)
handler = getattr(sys.modules[module], function)
imported = time.perf_counter() - wall
answer(events[0])
cold = {"cold": time.perf_counter() - wall, "cold_cpu": time.process_time() - cpu, "imported": imported}

times: dict[str, list[float]] = {route(events[0]): []}
for event in events[1:]:
    cpu = time.process_time()
    answer(event)
    took = time.process_time() - cpu
    if route(event) in times:
        times[route(event)].append(took)
    else:
        times[route(event)] = []
warm = {"warm_cpu": 0.0} | {each: sum(took) / len(took) for each, took in times.items() if took}
with open("/proc/self/status") as status:  # getrusage tells the most of what started the process, too
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
print(json.dumps(cold | warm | {"peak": peak}))  # noqa: T201
