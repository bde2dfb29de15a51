#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace callosum {

bool is_valid_utf8(std::string_view text);

/// Edits (insert, delete, replace) that turn `a` into `b`; bytes, not characters.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known word closest to `word` when it is close enough to be a slip of the hand; else empty.
std::string_view find_nearest(std::string_view word, const std::vector<std::string_view>& known);

/// Unicode NFKC case folding without ignorable code points: every disguise of a name becomes one
/// spelling.
std::string fold_name(std::string_view text);

/// Whether a tool's name says "destructive" whatever its manifest does (DESIGN "A manifest"), or
/// looks as if it did: with letters of another alphabet, marks, or what cannot be seen.
bool is_destructive_name(std::string_view name);

/// UTF-8 as a person sees it: what would be invisible, reorder what is around it or begin a line of
/// its own (controls, formats, separators, variation selectors, unassigned) by its code point: a
/// backslash, `u{HEX}`.
std::string make_visible(std::string_view text);

/// The first bytes of a text, at most so many, never cut inside a character.
std::string_view cut_utf8(std::string_view text, std::size_t max_bytes);

/// UTF-8 without what nobody sees and a model reads all the same: tags, zero-width and bidi
/// controls, variation selectors. What writes emoji and joins letters of scripts that need it
/// stays.
std::string strip_invisible(std::string_view text);

/// A telephone number as ITU-T E.164 has it: "+" and 7 to 15 digits, the first no zero.
bool is_e164(std::string_view text);

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string to_lower_ascii(std::string_view text);

}  // namespace callosum
