"""Talks to yaml-language-server as an editor does: opens a text, waits for its marks, asks for completions."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path


class LanguageServer:
    """The server as a process with a folder as its workspace; a context manager.

    `settings`: those of the editor, as one map; `names`: of the files that are opened, with {} for a number.
    """

    def __init__(self, program: Path, folder: Path, settings: dict | None = None, names: str = "config_{}.yaml"):
        self.folder, self.settings, self.names = folder, settings or {}, names
        self._process = subprocess.Popen(["node", program, "--stdio"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL)
        self._messages: queue.Queue[dict | None] = queue.Queue()
        self._count = 0
        self._files = 0
        threading.Thread(target=self._listen, daemon=True).start()
        self.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {"workspace": {"configuration": True}},
                                "workspaceFolders": [{"uri": folder.as_uri(), "name": "configs"}]})
        self._send({"method": "initialized", "params": {}})

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        stream = self._process.stdout
        while header := stream.readline():
            size = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self._messages.put(json.loads(stream.read(size)))
        self._messages.put(None)

    def _send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _wait(self, wanted) -> dict:
        """The next message that is wanted. What the server asks meanwhile is answered: by the settings, or by nothing."""
        while True:
            message = self._messages.get(timeout=60)
            assert message is not None, "the server has ended"
            if "id" in message and "method" in message:
                items = message["params"]["items"] if message["method"] == "workspace/configuration" else None
                self._send({"id": message["id"], "result": items and [self.settings.get(one["section"], {}) for one in items]})
            elif wanted(message):
                return message

    def ask(self, method: str, params: dict):
        self._count += 1
        self._send({"id": self._count, "method": method, "params": params})
        answer = self._wait(lambda message: message.get("id") == self._count)
        assert "error" not in answer, answer
        return answer["result"]

    def _opened(self, text: str) -> tuple[str, list[dict]]:
        """Opens a text as a new file of the folder: the file and its marks."""
        self._files += 1
        uri = (self.folder / self.names.format(self._files)).as_uri()
        self._send({"method": "textDocument/didOpen",
                    "params": {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}})
        found = self._wait(lambda message: message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri)
        return uri, found["params"]["diagnostics"]

    def _ask_at(self, method: str, text: str, place: int):
        before = text[:place]
        position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        return self.ask(method, {"textDocument": {"uri": self._opened(text)[0]}, "position": position})

    def marks(self, text: str) -> list[tuple[int, str]]:
        """The marks of a text as (line from 1, message)."""
        return [(one["range"]["start"]["line"] + 1, one["message"]) for one in self._opened(text)[1]]

    def completions(self, text: str, place: int) -> dict[str, str]:
        """What is offered at a place of a text, which counts letters: label -> documentation."""
        found = self._ask_at("textDocument/completion", text, place)
        return {one["label"]: documentation(one) for one in (found["items"] if isinstance(found, dict) else found)}

    def hover(self, text: str, place: int) -> str:
        """What is shown of the word at a place of a text, without Markdown's backslashes."""
        found = self._ask_at("textDocument/hover", text, place)
        return found["contents"]["value"].replace("\\", "") if found else ""


def documentation(item: dict) -> str:
    text = item.get("documentation", "")
    return text["value"] if isinstance(text, dict) else text
