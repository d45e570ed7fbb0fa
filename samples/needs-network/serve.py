"""Play the part of http://data.example.org: a proxy that knows one file. PORT 0 is any free one."""

import math
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

URL = "http://data.example.org/tides.csv"
HOURS = 24 * 28
LUNAR, SOLAR = 12.42, 12.0  # hours


def tides():
    """Return a month of water levels in metres, hour by hour, as CSV."""
    levels = (
        1.2 * math.cos(math.tau * hour / LUNAR) + 0.4 * math.cos(math.tau * hour / SOLAR)
        for hour in range(HOURS)
    )
    return "hour,metres\n" + "".join(f"{hour},{m:.3f}\n" for hour, m in enumerate(levels))


class Proxy(BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path == URL
        body = tides().encode() if known else b""
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    with HTTPServer(("127.0.0.1", int(sys.argv[1])), Proxy) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
