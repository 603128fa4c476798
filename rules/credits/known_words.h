// Org IDs and promotion codes that are known, masked where they stand in texts as words.
#pragma once

#include <string>
#include <string_view>

#include "event/phrase_set.h"
#include "rules/credits/pseudonymiser.h"
#include "rules/credits/wording.h"

namespace trailkeeper::rules::credits {

/// What is known, and what stands for it. The sets must outlive this; null ones are empty.
class KnownWords {
 public:
  explicit KnownWords(const Pseudonymiser& pseudonymiser) : pseudonymiser_(pseudonymiser) {}

  const event::PhraseSet* org_ids = nullptr;      ///< Of the store.
  const event::PhraseSet* own_org_ids = nullptr;  ///< Of the same event.
  const event::PhraseSet* own_codes = nullptr;

  /// Whether any of them stands in a text, as it is written.
  [[nodiscard]] bool in(std::string_view text) const;
  /// A text with pseudonyms for them; `wording`: of the field that it is the value of.
  [[nodiscard]] std::string without(std::string_view text, Wording wording = Wording::free) const;

  /// A text, and what is JSON of it as without_in_json() has it. `nesting`: in how many others it stands.
  [[nodiscard]] std::string without_in_text(std::string_view text, Wording wording, int nesting = 0) const;

  /// JSON, or what looks like it, with pseudonyms for them in its strings, numbers and keys; also in strings that are
  /// JSON themselves. `of_event`: an event, whose fields have their wording and whose keys that are plain names
  /// stay, so that nobody can hide what happened by writing a call's name into a form.
  [[nodiscard]] std::string without_in_json(std::string_view json, bool of_event, int nesting = 0) const;

 private:
  [[nodiscard]] std::string without_set(std::string_view text, const event::PhraseSet& words, bool code,
                                        Wording wording) const;
  [[nodiscard]] std::string token_without(std::string_view token, int nesting, Wording wording) const;

  const Pseudonymiser& pseudonymiser_;
};

/// How deep JSON may be nested in strings: as deep as shippers wrap.
constexpr int kMaxNesting = 4;

}  // namespace trailkeeper::rules::credits
