// Questions that are worth asking again: SQL files that say what they answer and why.
//
// The folder query/saved/library/ has those that are part of the program; users add folders of their own.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "query/sql/run.h"
#include "store/store.h"
#include "text/result.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// A parameter of a saved query besides `since` and `until`, which all have.
struct SavedParameter {
  std::string name;
  std::string value;  ///< Where none is given.
  std::string help;
};

/// A file `NAME.sql`: lines of comments with what is here, then the query.
///
///     -- Question: Who failed to sign in?
///     -- Why: Many failures from one address are somebody who tries passwords.
///     -- Parameter: least = 1 -- only those with this many failures or more
///     -- Technique: T1110
///     -- Control: CIS AWS 5.6
///     SELECT … WHERE eventTime >= :since AND eventTime < :until …
struct SavedQuery {
  std::string name;
  std::string question;
  std::string why;
  std::string technique;  ///< MITRE ATT&CK's, if it shows one.
  std::string control;    ///< What auditors ask this for.
  std::vector<SavedParameter> parameters;
  std::string text;  ///< The whole file.
  std::string file;  ///< Empty for those of the program.
};

/// Reads such a file; what is wrong has its place.
text::Result<SavedQuery> read_saved_query(std::string_view name, std::string_view text);

/// The program's queries and those of a folder.
class SavedQueries {
 public:
  /// `folder`: its files `*.sql` are read, too, and win over the program's of the same name; empty: none.
  explicit SavedQueries(const std::string& folder);

  /// By name.
  [[nodiscard]] const std::map<std::string, SavedQuery, std::less<>>& all() const { return queries_; }
  /// Null if there is none.
  [[nodiscard]] const SavedQuery* find(std::string_view name) const;
  /// Those that have all words of a phrase somewhere, in any case: best first, which are those that have them in their
  /// names, then in their questions.
  [[nodiscard]] std::vector<const SavedQuery*> search(std::string_view phrase) const;
  /// Files that can't be read, and why.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  void read_folder(const std::string& folder);

  std::map<std::string, SavedQuery, std::less<>> queries_;
  std::vector<std::string> problems_;
};

/// The request that runs a query. `given` are values of its parameters; `since` and `until` take times and ages
/// (text/time_argument.h), and are those of the store's first and last event where they aren't given.
text::Result<sql::SqlRequest> saved_request(const SavedQuery& query, const std::map<std::string, std::string>& given,
                                            const store::Snapshot& snapshot, text::Timestamp now);

}  // namespace trailkeeper::query
