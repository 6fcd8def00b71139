"""A scheduler extender in another language. Prints its port; the first part of a path says how it behaves."""
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

calls = []


def names(args):
    if args["NodeNames"] is not None:
        return args["NodeNames"]
    return [node["metadata"]["name"] for node in args["Nodes"]["items"]]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        args = json.loads(self.rfile.read(int(self.headers["content-length"])))
        _, manner, verb = self.path.split("/")
        calls.append({"manner": manner, "verb": verb, "args": args})
        if manner == "slow":
            time.sleep(30)
        if manner == "dies":
            os._exit(1)
        status, body = self.answer(manner, verb, args)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def answer(self, manner, verb, args):
        if verb == "calls":
            return 200, calls
        if manner == "nonsense":
            return 200, b"<html>not what you expect</html>"
        if manner == "status":
            return 500, {}
        if manner == "error":
            return 200, {"Error": "the oracle is silent"}
        if manner == "stranger":
            return 200, {"NodeNames": ["nobody"], "Nodes": {"items": [{"metadata": {"name": "nobody"}}]}}
        if verb == "filter":  # not on n-1, and nothing could change that about n-2
            kept = [name for name in names(args) if name not in ("n-1", "n-2")]
            if manner == "none":
                kept = []
            failed = {name: "the extender says no" for name in names(args) if name not in kept}
            unresolvable = {"n-2": "never"} if "n-2" in names(args) else {}
            if args["NodeNames"] is not None:
                return 200, {"nodenames": kept, "failedNodes": failed, "failedAndUnresolvableNodes": unresolvable}
            items = [{"metadata": {"name": name}} for name in kept]
            return 200, {"Nodes": {"items": items}, "FailedNodes": failed, "FailedAndUnresolvableNodes": unresolvable}
        if verb == "preempt":  # on n-2 or nowhere
            victims = args["NodeNameToMetaVictims"] or {
                node: {"Pods": [{"UID": pod["metadata"]["uid"]} for pod in found["Pods"]]}
                for node, found in args["NodeNameToVictims"].items()
            }
            return 200, {"NodeNameToMetaVictims": {node: found for node, found in victims.items() if node == "n-2"}}
        if verb == "prioritize":  # n-4 is the best
            score = 1.5 if manner == "fraction" else 10
            return 200, [{"Host": name, "Score": score if name == "n-4" else 0} for name in names(args)]
        if verb == "bind":
            return 200, {"Error": "bound elsewhere" if manner == "unbound" else ""}
        return 404, {}


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
