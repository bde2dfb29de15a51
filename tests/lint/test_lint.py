"""Lint's own tests: each rule fires on the smallest bad example and lets its good twin pass."""

import pathlib
import sys
import tempfile
import textwrap
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import lint  # noqa: E402


def rules_of(path, text):
    return [finding.rule for finding in lint.check(lint.Source(path, textwrap.dedent(text)))]


class Case(unittest.TestCase):
    def refuses(self, rule, text, path="src/session/a.cpp"):
        self.assertIn(rule, rules_of(path, text), text)

    def accepts(self, text, path="src/session/a.cpp"):
        self.assertEqual(rules_of(path, text), [], text)


class Floors(Case):
    def test_a_folder_may_include_itself_and_lower_floors(self):
        self.accepts('#include "session/turn.hpp"\n#include "base/result.hpp"\n#include "pipeline/executor.hpp"\n')

    def test_a_higher_floor_is_refused(self):
        self.refuses("floors", '#include "session/turn.hpp"\n', "src/net/a.cpp")

    def test_a_folder_on_the_same_floor_is_refused(self):
        self.refuses("floors", '#include "policy/gate.hpp"\n', "src/tool/a.cpp")

    def test_an_include_in_a_comment_counts_for_nothing(self):
        self.accepts('// as in #include "session/turn.hpp"\n', "src/net/a.cpp")

    def test_climbing_out_is_refused(self):
        self.refuses("floors", '#include "../net/http.hpp"\n')

    def test_simulators_share_nothing_above_net(self):
        self.refuses("floors", '#include "realtime/event_type.hpp"\n', "sim/openai/a.cpp")
        self.accepts('#include "net/server.hpp"\n#include "sim/script.hpp"\n', "sim/openai/a.cpp")

    def test_main_may_include_the_top_floor(self):
        self.accepts('#include "app/commands.hpp"\n', "src/main.cpp")


class Headers(Case):
    def test_each_library_has_one_home(self):
        for header, home, elsewhere in (
            ("boost/beast/core.hpp", "src/net/a.cpp", "src/api/a.cpp"),
            ("openssl/ssl.h", "src/net/a.cpp", "src/base/a.cpp"),
            ("sqlite3.h", "src/storage/sqlite/a.cpp", "src/tool/sql/a.cpp"),
            ("libpq-fe.h", "src/storage/postgres/a.cpp", "src/storage/sqlite/a.cpp"),
        ):
            self.accepts(f"#include <{header}>\n", home)
            self.refuses("owned-headers", f"#include <{header}>\n", elsewhere)

    def test_forbidden_headers_are_refused_everywhere(self):
        for header in ("regex", "iostream", "boost/asio.hpp", "boost/beast.hpp"):
            for path in ("src/net/a.cpp", "tests/unit/net/a_test.cpp", "sim/a.cpp"):
                self.refuses("forbidden-headers", f"#include <{header}>\n", path)

    def test_awaitable_operators_are_refused(self):
        self.refuses("forbidden-headers", "#include <boost/asio/experimental/awaitable_operators.hpp>\n")
        self.refuses("forbidden-headers", "using namespace asio::experimental::awaitable_operators;\n")

    def test_a_header_needs_pragma_once(self):
        self.refuses("header-shape", "struct A {};\n", "src/base/a.hpp")
        self.accepts("#pragma once\nstruct A {};\n", "src/base/a.hpp")

    def heavy(self, *files):
        return [f.path for f in lint.heavy_headers([lint.Source(path, text) for path, text in files])]

    def test_a_public_header_stays_light(self):
        text = "#pragma once\n#include <boost/asio/steady_timer.hpp>\n"
        self.assertEqual(self.heavy(("src/session/a.hpp", text)), ["src/session/a.hpp"])

    def test_standard_awaitable_and_json_headers_are_light(self):
        text = "#pragma once\n#include <vector>\n#include <boost/asio/awaitable.hpp>\n#include <boost/json/fwd.hpp>\n"
        self.assertEqual(self.heavy(("src/session/a.hpp", text)), [])

    def test_a_private_header_of_net_may_be_heavy_until_others_include_it(self):
        header = ("src/net/stream.hpp", "#pragma once\n#include <boost/beast/core.hpp>\n")
        own = ("src/net/stream.cpp", '#include "net/stream.hpp"\n')
        other = ("src/api/a.cpp", '#include "net/stream.hpp"\n')
        self.assertEqual(self.heavy(header, own), [])
        self.assertEqual(self.heavy(header, own, other), ["src/net/stream.hpp"])


class Awaits(Case):
    def body(self, text, opening="asio::awaitable<void> Session::run() {"):
        return f"{opening}\n{textwrap.dedent(text)}\n}}\n"

    def refuses_in_body(self, rule, text):
        self.refuses(rule, self.body(text))

    def accepts_in_body(self, text):
        self.accepts(self.body(text))

    def test_named_arguments_pass(self):
        self.accepts_in_body("const Request request{.url = url};\nco_await client.send(request);")
        self.accepts_in_body("const auto r = co_await async::with_deadline(d, execute(call));\nif (!r) co_return r;")

    def test_a_braced_temporary_is_refused(self):
        self.refuses_in_body("awaits", "co_await client.send(Request{.url = url});")
        self.refuses_in_body("awaits", "const auto r = co_await client.send(url, {});")
        self.refuses_in_body("awaits", "co_return co_await client.send({url, body});")
        self.refuses_in_body("awaits", "auto pair = std::pair<int, int>{co_await f(), 2};")

    def test_a_capturing_lambda_is_refused(self):
        self.refuses_in_body("awaits", "co_await pool.run([&] { return work(); });")
        self.refuses_in_body("awaits", "co_await pool.run([this, n](int x) -> int { return x; });")

    def test_a_lambda_that_captures_nothing_passes(self):
        self.accepts_in_body("co_await pool.run([](int x) { return x + 1; });")

    def test_a_lambda_named_before_passes(self):
        self.accepts_in_body("auto work = [&] { return 1; };\nco_await pool.run(work);")

    def test_blocks_around_an_await_are_no_braced_temporaries(self):
        self.accepts_in_body("if (ready) {\n  co_await wait();\n} else {\n  co_await other();\n}")
        self.accepts_in_body("for (const auto& x : xs) {\n  co_await send(x);\n}\nco_await flush();")
        self.accepts_in_body("try {\n  co_await wait();\n} catch (...) {\n  failed = true;\n}\nco_await done();")
        self.accepts_in_body("switch (kind) {\n  case Kind::a: {\n    co_await wait();\n    break;\n  }\n}")

    def test_a_braced_value_in_the_statement_before_passes(self):
        self.accepts_in_body("call(Foo{1});\nco_await wait();\ncall(Foo{2});")
        self.accepts_in_body("if (a == Foo{1}) co_await wait();")

    def test_an_await_in_a_condition_is_refused(self):
        self.refuses_in_body("awaits", "if (co_await ready()) stop();")
        self.refuses_in_body("awaits", "if (const auto r = co_await ready(); !r) stop();")
        self.refuses_in_body("awaits", "if (const auto n = size(); co_await ready(n)) stop();")
        self.refuses_in_body("awaits", "while (!(co_await ready())) step();")
        self.refuses_in_body("awaits", "switch (co_await kind()) { default: stop(); }")

    def test_an_await_after_a_condition_passes(self):
        self.accepts_in_body("if (ready(1)) co_await wait();")
        self.accepts_in_body("while (running(f())) co_await step();")

    def test_strings_comments_and_raw_strings_are_not_code(self):
        self.accepts_in_body('log("co_await f({})");  // co_await f({})\n/* if (co_await x) */')
        self.accepts_in_body('text = R"(if (co_await x) { f({}); })";')
        self.accepts_in_body("const auto size = 1'000'000;\nco_await wait(size, '{');")

    def test_a_coroutine_lambda_captures_nothing(self):
        self.refuses_in_body("lambda-captures", "auto f = [this]() -> asio::awaitable<void> { co_await wait(); };")
        self.accepts_in_body("auto f = [](int n) -> asio::awaitable<void> {\n  co_await wait(n);\n};")
        self.accepts_in_body("auto f = [&] {\n  auto g = [](int n) -> asio::awaitable<void> { co_await wait(n); };\n  use(g);\n};")

    def test_capturing_everything_by_value_is_refused(self):
        self.refuses_in_body("lambda-captures", "auto f = [=] { return n; };")
        self.refuses_in_body("lambda-captures", "auto f = [=, this] { return n; };")
        self.accepts_in_body("auto f = [n] { return n; };\nvalues[n] = 1;")


class Ownership(Case):
    def test_detached_work_is_refused_outside_its_homes(self):
        text = "void f() { asio::co_spawn(e, g(), asio::detached); }\n"
        self.refuses("detached", text)
        self.refuses("detached", "void f() { std::thread(g).detach(); }\n")
        self.accepts(text, "src/async/a.cpp")
        self.accepts(text, "src/app/a.cpp")

    def test_sleeping_tests_are_refused(self):
        self.refuses("sleeps", "void f() { std::this_thread::sleep_for(1s); }\n", "tests/unit/net/a_test.cpp")
        self.refuses("sleeps", "void f() { usleep(5); }\n", "tests/unit/net/a_test.cpp")
        self.accepts("void f() { clock.sleep(5); world.run(async::sleep_until(d)); }\n", "tests/unit/net/a_test.cpp")

    def test_the_middle_of_the_house_names_no_vendor(self):
        self.refuses("vendors", 'const auto kName = "openai";\n')
        self.refuses("vendors", "if (provider == Kind::GeminiLive) x();\n", "src/policy/a.cpp")
        self.refuses("vendors", "XaiPort port;\n", "src/tool/a.cpp")
        self.refuses("vendors", "auto xai_port = 1;\n", "src/tool/a.cpp")
        self.refuses("vendors", 'if (model.starts_with("grok-")) x();\n', "src/session/a.cpp")
        self.refuses("vendors", 'if (model == "gpt-realtime") x();\n', "src/pipeline/a.cpp")
        self.refuses("vendors", "bool is_google = false;\n", "src/registry/a.cpp")
        self.accepts('const auto kName = "google";\n', "src/registry/export/other.cpp")
        self.accepts("// quirk 9 of OpenAI's wire\nint taxaids = 1;\n")
        self.accepts('const auto kName = "openai";\n', "src/registry/export/openai.cpp")
        self.accepts('const auto kName = "openai";\n', "src/provider/openai/port.cpp")


class Text(Case):
    def test_promises_are_refused(self):
        for word in ("TO" + "DO", "FIX" + "ME"):
            self.refuses("words", f"// {word}: later\n")
            self.refuses("words", f"# {word}\n", "docs/a.md")

    def test_paths_of_other_machines_are_refused(self):
        for folder in ("wo" + "rk", "ro" + "ot"):
            self.refuses("alien-paths", f"see /{folder}/x\n", "docs/a.md")
        self.accepts("see net" + "wo" + "rk/x and ~/" + "wo" + "rk/x\n", "docs/a.md")

    def test_a_file_beyond_the_limit_is_refused(self):
        self.refuses("length", "int a;\n" * (lint.LINES_MAX + 1))
        self.accepts("int a;\n" * lint.LINES_MAX)

    def test_a_rule_is_broken_with_a_reason_only(self):
        long = "int a;\n" * lint.LINES_MAX
        self.accepts("// lint-allow length: one table, generated from the wire's own list\n" + long)
        self.refuses("length", "// lint-allow length:\n" + long)

    def test_json_is_parsed(self):
        self.refuses("data-parses", '{"a": 1,}', "examples/a.json")
        self.refuses("data-parses", '{"a": 1, "a": 2}', "examples/a.json")
        self.accepts('{"a": [1, 2]}\n', "examples/a.json")

    def test_yaml_is_parsed(self):
        self.refuses("data-parses", "a:\n\t- b\n", "packs/a/pack.yaml")
        self.accepts("a:\n  - b\n---\nc: {d: e}\n", "packs/a/pack.yaml")

    def test_findings_name_the_line(self):
        (finding,) = lint.check(lint.Source("src/session/a.cpp", "int a;\n\n// TO" + "DO\n"))
        self.assertEqual(finding.line, 3)
        self.assertTrue(str(finding).startswith("src/session/a.cpp:3: "))


class Tree(unittest.TestCase):
    @unittest.skipUnless(lint.clang_format(), "needs clang-format 14")
    def test_layout_is_clang_formats(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / ".clang-format").write_text((ROOT / ".clang-format").read_text())
            (root / "good.cpp").write_text("int f(int a) { return a; }\n")
            (root / "bad.cpp").write_text("int f( int a )\n{ return a ; }\n")
            self.assertEqual([f.path for f in lint.formatting(root, ["good.cpp", "bad.cpp"])], ["bad.cpp"])

    def test_headers_are_compiled_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "good.hpp").write_text("#pragma once\n#include <string>\nstd::string f();\n")
            (root / "bad.hpp").write_text("#pragma once\nstd::string f();\n")
            found = list(lint.headers_alone(root, ["good.hpp", "bad.hpp"]))
            self.assertEqual([(f.path, f.line) for f in found], [("bad.hpp", 2)])


if __name__ == "__main__":
    unittest.main()
