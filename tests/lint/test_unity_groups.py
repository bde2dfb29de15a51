"""Files that are compiled as one must not clash."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools"))

import unity_groups


def own(text):
    return set(unity_groups.own_names(text))


def anonymous(body):
    return f"namespace callosum {{\nnamespace {{\n\n{body}\n}}  // namespace\n}}  // namespace callosum\n"


class OwnNames(unittest.TestCase):
    def test_functions_variables_and_types_of_an_anonymous_namespace(self):
        text = anonymous("""constexpr int kMost = 3;
constexpr std::array<int, 2> kSome{1, 2};
struct Place {
  int inside = 0;
};
enum class Kind { a };
Result<std::string> find_name(std::string_view text) {
  const int local = 1;
}
""")
        self.assertEqual(own(text), {"kMost", "kSome", "Place", "Kind", "find_name"})

    def test_a_name_on_its_declarations_second_line(self):
        text = anonymous("""asio::awaitable<Result<std::vector<std::string>>>
    read_all(Reader& reader) {
}
""")
        self.assertEqual(own(text), {"read_all"})

    def test_what_others_see_is_nobodys_own(self):
        self.assertEqual(own("namespace callosum {\nint shared() { return 1; }\n}  // namespace callosum\n"), set())

    def test_tests_and_macros(self):
        self.assertEqual(own("TEST(Ears, Hear) {\n}\n#define TWICE(x) x x\n"), {"Ears.Hear", "TWICE"})


class Joining(unittest.TestCase):
    def test_the_same_name_keeps_files_apart(self):
        one, other = (unity_groups.own_names(anonymous(f"int kMost = {n};")) for n in (1, 2))
        self.assertFalse(unity_groups.may_join(one, other))

    def test_the_same_alias_does_not(self):
        alias = unity_groups.own_names("namespace asio = boost::asio;\n")
        self.assertTrue(unity_groups.may_join(alias, alias))

    def test_another_thing_under_that_alias_does(self):
        one, other = (unity_groups.own_names(f"using {space}::Frame;\n") for space in ("net", "audio"))
        self.assertFalse(unity_groups.may_join(one, other))


if __name__ == "__main__":
    unittest.main()
