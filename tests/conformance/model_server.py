"""A real HTTP server that speaks the protocols of three model services and misbehaves as its model's name says.

    model_server.py LOG    prints its port; every request becomes a line of JSON in LOG

A name like "limited-2" misbehaves twice and answers from then on. The shapes of answers and errors are written from the
services' documentation.
"""

import collections
import http.server
import json
import re
import socket
import struct
import sys
import threading

KEY = "sk-conformance-4711"
PIECES = ["```cpp CPUAbs.cpp\n", "int answer", " = 42; // größer\n", "```\n"]


def openai_events(pieces, stop):
    yield None, {"model": "served", "choices": [{"delta": {"role": "assistant", "content": None}}]}
    yield None, {"choices": [{"delta": {"reasoning_content": "let me think"}}]}
    for piece in pieces:
        yield None, {"choices": [{"delta": {"content": piece}, "finish_reason": None}]}
    yield None, {"choices": [{"delta": {}, "finish_reason": {"plain": "stop", "length": "length"}[stop]}]}
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }
    yield None, {"choices": [], "usage": usage}
    yield None, "[DONE]"


def anthropic_events(pieces, stop):
    usage = {"input_tokens": 8, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 0, "output_tokens": 1}
    yield "message_start", {"type": "message_start", "message": {"model": "served", "usage": usage}}
    yield "ping", {"type": "ping"}
    yield "content_block_delta", {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "thinking_delta", "thinking": "let me think"},
    }
    for piece in pieces:
        yield "content_block_delta", {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "text_delta", "text": piece},
        }
    reason = {"plain": "end_turn", "length": "max_tokens"}[stop]
    yield "message_delta", {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 7}}
    yield "message_stop", {"type": "message_stop"}


def gemini_events(pieces, stop):
    parts = [{"text": "let me think", "thought": True}]
    yield None, {"modelVersion": "served", "candidates": [{"content": {"parts": parts}}]}
    for piece in pieces:
        yield None, {"candidates": [{"content": {"parts": [{"text": piece}]}}]}
    usage = {
        "promptTokenCount": 11,
        "cachedContentTokenCount": 3,
        "candidatesTokenCount": 5,
        "thoughtsTokenCount": 2,
    }
    reason = {"plain": "STOP", "length": "MAX_TOKENS"}[stop]
    yield None, {"candidates": [{"content": {"parts": []}, "finishReason": reason}], "usageMetadata": usage}


def openai_error(status, kind, message):
    return {"error": {"message": message, "type": kind, "param": None, "code": status}}


def anthropic_error(_status, kind, message):
    return {"type": "error", "error": {"type": kind, "message": message}}


def gemini_error(status, kind, message):
    return {"error": {"code": status, "message": message, "status": kind.upper()}}


EVENTS = {"openai": openai_events, "anthropic": anthropic_events, "gemini": gemini_events}
ERRORS = {"openai": openai_error, "anthropic": anthropic_error, "gemini": gemini_error}
# Times that a request of this protocol and model came.
SEEN = collections.Counter()
LOCK = threading.Lock()


class Service(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        gemini = re.fullmatch(r"/models/([^:]+):streamGenerateContent\?alt=sse", self.path)
        if gemini:
            self.protocol, model, key = "gemini", gemini[1], self.headers["x-goog-api-key"]
        elif self.path == "/messages" and self.headers["anthropic-version"]:
            self.protocol, model, key = "anthropic", body["model"], self.headers["x-api-key"]
        else:
            assert self.path == "/chat/completions", self.path
            self.protocol, model, key = "openai", body["model"], self.headers["Authorization"]
            key = key and key.removeprefix("Bearer ")
        with LOCK:
            SEEN[self.protocol, model] += 1
            number = SEEN[self.protocol, model]
            with open(sys.argv[1], "a", encoding="utf-8") as log:
                log.write(json.dumps({"protocol": self.protocol, "model": model, "body": body}) + "\n")
        if key != KEY:
            self.error(401, "authentication_error", "invalid x-api-key")
            return
        times = re.fullmatch(r"(.+)-(\d+)", model)
        if times and number > int(times[2]):
            self.stream("plain")
        else:
            getattr(self, (times[1] if times else model).replace("-", "_"))()

    def error(self, status, kind, message, headers=()):
        body = json.dumps(ERRORS[self.protocol](status, kind, message)).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin(self, *headers):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def send(self, event, data):
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        self.wfile.write((f"event: {event}\n" if event else "").encode() + f"data: {text}\n\n".encode())
        self.wfile.flush()

    def stream(self, stop, pieces=PIECES):
        self.begin()
        for event, data in EVENTS[self.protocol](pieces, stop):
            self.send(event, data)

    def plain(self):
        self.stream("plain")

    def length(self):
        self.stream("length")

    def empty(self):
        self.stream("plain", [])

    def limited(self):
        self.error(429, "rate_limit_error", "too many requests", [("Retry-After", "0")])

    def later(self):
        self.error(429, "rate_limit_error", "too many requests", [("Retry-After", "7200")])

    def quota(self):
        self.error(429, "insufficient_quota", "insufficient_quota: your credit balance is too low")

    def failing(self):
        self.error(503, "api_error", "try again")

    def bad(self):
        self.error(400, "invalid_request_error", "maximum context length exceeded")

    def unknown(self):
        self.error(404, "not_found_error", "no such model")

    def redirect(self):
        self.error(302, "moved", "elsewhere", [("Location", "/elsewhere")])

    def html(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>login first</p>")

    def cut(self):
        """The stream ends in the middle of the text, as if complete."""
        self.begin()
        events = list(EVENTS[self.protocol](PIECES, "plain"))
        for event, data in events[:4]:
            self.send(event, data)

    def torn(self):
        """The connection breaks in the middle of what was announced."""
        self.begin(("Content-Length", "100000"))
        event, data = next(iter(EVENTS[self.protocol](PIECES, "plain")))
        self.send(event, data)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def overloaded(self):
        self.begin()
        self.send("error", ERRORS[self.protocol](529, "overloaded_error", "overloaded, try again"))

    def slow(self):
        """Something keeps coming, and no end."""
        self.begin()
        try:
            while True:
                self.wfile.write(b": still there\n\n")
                self.wfile.flush()
                threading.Event().wait(0.01)
        except OSError:
            pass

    def silent(self):
        self.begin()
        self.wfile.flush()
        self.connection.recv(1)  # until the client goes away

    def huge(self):
        def pieces():
            while True:
                yield "x" * 65536

        try:
            self.stream("plain", pieces())
        except OSError:
            pass

    def telltale(self):
        self.error(400, "invalid_request_error", f"you sent the key {KEY}")

    def parrot(self):
        self.stream("plain", [f"your key is {KEY}"])


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that went away is part of the tests."""


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Service)
    print(server.server_address[1], flush=True)
    server.serve_forever()
