// Org IDs and promotion codes, masked where members, words or a tag say that they are ones.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/credits/pseudonymiser.h"
#include "rules/credits/secret_name.h"
#include "rules/credits/secret_text.h"

namespace trailkeeper::rules::credits {

/// Takes every value that is masked by its name or tag. `sure`: it is one of the values that a name has, not part of a
/// text or of an object, which may say other things, too.
using TakeSecret = std::function<void(const std::string& value, Secret secret, bool sure)>;

/// Finds secrets by what is written before them.
class SecretValues {
 public:
  /// `org_id_paths`: where else Org IDs stand (org_id_paths()), also as the ends of longer paths. Must outlive this.
  SecretValues(const Pseudonymiser& pseudonymiser, const std::vector<std::string>& org_id_paths)
      : pseudonymiser_(pseudonymiser), paths_(org_id_paths) {}

  /// Whether texts are of Activate, or may be: Org IDs' names mean something.
  bool org_ids = false;
  /// The text isn't an event: a string in it that names what is confidential keeps no word (without_words()).
  bool of_record = false;
  TakeSecret take;

  /// JSON, or what looks like it. All other bytes stay; JSON stays JSON.
  [[nodiscard]] std::string without_in_json(std::string_view json) const;
  /// Any text: by the rules for JSON if it is JSON, else by those for texts (secrets_in_text()), and what JSON it has
  /// in it by its own, too.
  [[nodiscard]] std::string without_in_text(std::string_view text) const { return without_in_text(text, 0, {}); }
  /// A text by the rules for texts alone.
  [[nodiscard]] std::string without(std::string_view text) const;

 private:
  class JsonPass;
  /// `path`: where the text stands; `nesting`: in how many others.
  [[nodiscard]] std::string without_in_text(std::string_view text, int nesting, const std::string& path) const;
  [[nodiscard]] std::string masked(const std::string& value, Secret secret) const;
  /// The same, and takes it.
  [[nodiscard]] std::string pseudonym(const std::string& value, Secret secret, bool sure) const;
  /// `read`: what `text` says, whose byte of a number began at `place` of it.
  template <typename Place>
  [[nodiscard]] std::string without(std::string_view read, const Place& place, std::string_view text,
                                    bool all_words) const;
  [[nodiscard]] bool has_pseudonym(std::string_view word) const;

  const Pseudonymiser& pseudonymiser_;
  const std::vector<std::string>& paths_;
};

}  // namespace trailkeeper::rules::credits
