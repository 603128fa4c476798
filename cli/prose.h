// Sentences and help, laid out for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/output.h"

namespace trailkeeper::cli {

/// Breaks lines that are wider than `columns` at blanks. The continuation is indented as far as the line was, or as the
/// text behind its label (`rule        …`: two blanks or more). In a paragraph at the left margin, the part that is
/// broken off runs into the next line. Words that are wider, such as ARNs, stay whole. Commands below `Example:` or
/// `Examples:` are broken with a backslash, so that they can be copied. Lines that fit stay as they are. Precondition:
/// nothing in it acts on a terminal.
std::string wrapped(std::string_view text, std::size_t columns);

/// Writes sentences for people, or a text with labels, so that they fit the terminal behind `out`; as they are in a
/// pipe, a file, or with --wide. Precondition: whole lines.
void write_prose(Out& out, std::string_view text);

/// The same to standard error. Precondition: nothing in it acts on a terminal.
void print_prose(std::string_view text);

}  // namespace trailkeeper::cli
