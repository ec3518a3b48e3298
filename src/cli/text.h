#pragma once
// Characters and words: UTF-8 by the character, AWS's CamelCase to the command line's kebab-case,
// Python's way to write a value in a message, and the words that look like a mistyped one.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/document.h"

namespace levada::cli {

// Removes the first character of non-empty UTF-8 and returns it; of broken UTF-8 one byte, as the
// lone surrogate that Python makes of it.
char32_t take_character(std::string_view& text);
void append_utf8(std::string& out, char32_t character);
std::size_t character_count(std::string_view text);
std::string_view trim(std::string_view text);  // Python's str.strip() on ASCII whitespace
std::string join(std::span<const std::string> words, std::string_view between);
std::string replace_all(std::string text, std::string_view what, std::string_view with);

// "StreamARN" to "stream-arn", as botocore's xform_name.
std::string kebab_case(std::string_view name, char separator = '-');

// Base64 as Python reads it: what is outside the alphabet is read over; nothing when the end is
// torn.
std::optional<std::string> lenient_base64(std::string_view text);

// How Python's int() reads a text: digits, a sign before and single underscores between them,
// blanks around; an integer of any size. Nothing when it is none.
std::optional<Document> python_integer(std::string_view text);

// How Python's str() and repr() write a value: {'a': [1, None]}.
std::string python_text(const Document& document);
std::string python_repr(const Document& document);
std::string python_repr(std::string_view text);
// "<class 'str'>" and the like.
std::string python_type(const Document& document);

// difflib.get_close_matches(word, candidates, 3, 0.8): the best three, best first.
std::vector<std::string> close_matches(std::string_view word,
                                       std::span<const std::string> candidates);

}  // namespace levada::cli
