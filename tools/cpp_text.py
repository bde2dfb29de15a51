"""Just enough C++ for lint: comments and strings blanked, brackets matched, statements around an await found."""

import re

_TOKEN = re.compile(
    r"""(?P<line>//(?:[^\n\\]|\\.)*)
      | (?P<block>/\*.*?\*/)
      | (?P<raw>\b(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<char>(?<![0-9A-Za-z_])'(?:[^'\\\n]|\\.)+')""",
    re.VERBOSE | re.DOTALL,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_BLOCK_BEFORE = re.compile(r"(?:^|[;{})]|\b(?:else|do|try|const|noexcept|override|final|mutable))\s*$")
_CONTROL_BEFORE = re.compile(r"\b(if|while|switch|for|if\s+constexpr)\s*$")
_LAMBDA_BEFORE = re.compile(r"(?:^|[(,={;}&|!?:<+]|\b(?:return|co_return|co_yield|co_await))\s*$")


def _blank(text):
    return "".join("\n" if letter == "\n" else " " for letter in text)


class CppText:
    """One source file. `code` has the text's length and lines, with comments and string contents as spaces."""

    def __init__(self, text):
        self.text = text
        self.comments = []  # (offset, text)
        self.includes = [(self.line_of(m.start(2)), m[1] == "<", m[2]) for m in _INCLUDE.finditer(text)]
        self.code = _TOKEN.sub(self._hide, text)
        # Code and string contents: what a program says, without what is said about it.
        self.spoken = _TOKEN.sub(lambda m: _blank(m[0]) if m["line"] or m["block"] else m[0], text)
        self.partner = self._match_brackets()

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def _hide(self, match):
        if match["line"] or match["block"]:
            self.comments.append((match.start(), match[0]))
            return _blank(match[0])
        whole = match[0]
        return whole[0] + _blank(whole[1:-1]) + whole[-1]

    def _match_brackets(self):
        partner, open_ones = {}, []
        for match in re.finditer(r"[()\[\]{}]", self.code):
            at, bracket = match.start(), match[0]
            if bracket in "([{":
                open_ones.append(at)
            elif open_ones and self.code[open_ones[-1]] == _PAIRS[bracket]:
                partner[at] = open_ones[-1]
                partner[open_ones.pop()] = at
        return partner

    def is_block(self, brace):
        """Whether this `{` opens statements, not a braced value."""
        end = self.partner.get(brace, len(self.code))
        at = brace + 1
        while at < end:
            letter = self.code[at]
            if letter == ";":
                return True
            at = self.partner.get(at, at) + 1 if letter in "([{" else at + 1
        inside = self.code[brace + 1 : end].strip()
        if not inside:
            return bool(_BLOCK_BEFORE.search(self.code[:brace][-40:]))
        return inside.endswith("}")  # `{ if (x) { … } }`, `{ for … { } }`

    def control_word(self, paren):
        """"if" for the `(` of an if; none otherwise."""
        match = _CONTROL_BEFORE.search(self.code[max(0, paren - 20) : paren])
        return match[1].split()[0] if match else None

    def lambdas(self):
        """Each lambda as (offset of its `[`, captures, body's first and last offset or None)."""
        for match in re.finditer(r"\[", self.code):
            at = match.start()
            if at not in self.partner or not _LAMBDA_BEFORE.search(self.code[max(0, at - 40) : at].rstrip(" ")):
                continue
            close = self.partner[at]
            if self.code.startswith("[[", at) or self.code[at - 1 : at] == "[":
                continue
            rest = re.compile(r"\s*(?:<[^{}();]*>\s*)?(\(|\{)").match(self.code, close + 1)
            if not rest:
                continue
            brace = rest.start(1)
            if rest[1] == "(":
                after = self.partner.get(brace)
                found = re.compile(r"[^;{}()]*(?:\([^;{}]*\)[^;{}()]*)?\{").match(self.code, (after or brace) + 1)
                if after is None or not found:
                    continue
                brace = found.end() - 1
            yield at, self.code[at + 1 : close].strip(), (brace, self.partner.get(brace, len(self.code)))

    def await_statements(self):
        """Each co_await as (its offset, the word of the condition it stands in or None, start and end of its statement)."""
        for match in re.finditer(r"\bco_await\b", self.code):
            start, word = self._statement_start(match.start())
            yield match.start(), word, start, self._statement_end(match.end())

    def _statement_start(self, at):
        at -= 1
        while at >= 0:
            letter = self.code[at]
            if letter == ";":
                return at + 1, self._enclosing_control(at)
            if letter in ")]}":
                opener = self.partner.get(at)
                if opener is None or (letter == "}" and self.is_block(opener) and not self._is_lambda_body(opener)):
                    return at + 1, None
                if letter == ")" and self.control_word(opener):
                    return at + 1, None
                at = opener - 1
                continue
            if letter == "{" and self.is_block(at):
                return at + 1, None
            if letter == "(" and (word := self.control_word(at)):
                return at + 1, word
            at -= 1
        return 0, None

    def _enclosing_control(self, semicolon):
        """A `;` inside `if (init; …)` or `for (…;…)` does not end the condition."""
        at = semicolon - 1
        while at >= 0:
            letter = self.code[at]
            if letter in ")]}":
                at = self.partner.get(at, 0) - 1
                continue
            if letter == "{":
                return None
            if letter == "(":
                return self.control_word(at)
            at -= 1
        return None

    def _is_lambda_body(self, brace):
        return any(body[0] == brace for _, _, body in self._lambda_list())

    def _lambda_list(self):
        if not hasattr(self, "_lambdas"):
            self._lambdas = list(self.lambdas())
        return self._lambdas

    def _statement_end(self, at):
        while at < len(self.code):
            letter = self.code[at]
            if letter == ";":
                return at
            if letter in "([{":
                at = self.partner.get(at, len(self.code))
            elif letter == "}":
                return at
            elif letter == ")" and self.control_word(self.partner.get(at, 0)):
                return at
            at += 1
        return at

    def braced_values(self, start, end):
        """Offsets of every `{` of a value between the two, not looking into blocks."""
        at = start
        while at < end:
            if self.code[at] == "{":
                if self.is_block(at) or self._is_lambda_body(at):
                    at = self.partner.get(at, end)
                else:
                    yield at
            at += 1
