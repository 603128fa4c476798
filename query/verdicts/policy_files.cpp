#include "query/verdicts/policy_files.h"

#include <fmt/format.h>

#include "query/verdicts/policy_state.h"
#include "rules/grants/snapshot.h"
#include "rules/requirements/catalogue.h"
#include "text/json_writer.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

namespace grants = rules::grants;
namespace iam = rules::iam;

namespace {

std::string counted(std::size_t number, std::string_view what, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? what : many);
}

std::string journal_text(std::string_view action, const store::PolicyFile& file) {
  std::string text;
  text::JsonWriter{text}
      .open('{')
      .member("action", action)
      .member("kind", file.kind)
      .member("at", text::format_timestamp(file.time))
      .member("id", policy_file_id(file))
      .member("source", file.source)
      .close('}');
  return text;
}

}  // namespace

text::Result<LoadedPolicies> load_policies(store::Writer& writer, std::string bytes, std::string source,
                                           text::Timestamp time, text::Timestamp now) {
  if (bytes.size() > kMaxPolicyFileBytes) {
    return text::Problem{fmt::format("the file has {} bytes, the limit is {}", bytes.size(), kMaxPolicyFileBytes), "",
                         0};
  }
  const auto kind = grants::kind_of_snapshot(bytes);
  if (!kind) return kind.error();
  LoadedPolicies loaded;
  if (*kind == grants::SnapshotKind::account) {
    const auto account = grants::read_account(bytes);
    if (!account) return account.error();
    loaded.broken = grants::broken_documents(*account);
    loaded.what =
        fmt::format("account {}: {}, {}, {}, {}", account->account, counted(account->users.size(), "user", "users"),
                    counted(account->groups.size(), "group", "groups"), counted(account->roles.size(), "role", "roles"),
                    counted(account->policies.size(), "managed policy", "managed policies"));
    loaded.file.kind = kAccountFile;
  } else if (*kind == grants::SnapshotKind::organization) {
    const auto organization = grants::read_organization(bytes);
    if (!organization) return organization.error();
    loaded.broken = grants::broken_documents(*organization);
    loaded.what = fmt::format("organization {}: {}", organization->id,
                              counted(organization->accounts.size(), "account", "accounts"));
    for (const std::string& type : organization->other_types) loaded.what += "; " + type + " authorises nothing";
    for (const std::string& type : organization->unknown_types) {
      loaded.broken.push_back(fmt::format("policies of type '{}' aren't known", type));
    }
    loaded.file.kind = kOrganizationFile;
  } else {
    auto catalogue = rules::requirements::Catalogue::built_in();
    if (const auto added = catalogue.add(bytes); !added) return added.error();
    loaded.what = "a catalogue of requirements";
    loaded.file.kind = kCatalogueFile;
    time = 0;
  }
  loaded.file.time = time;
  loaded.file.loaded = now;
  loaded.file.source = std::move(source);
  loaded.file.bytes = std::move(bytes);
  loaded.is_new = writer.put_policy_file(loaded.file, {now, journal_text("policies-load", loaded.file)});
  return loaded;
}

std::string policy_file_id(const store::PolicyFile& file) {
  constexpr std::size_t kBytes = 6;
  const std::string key = store::policy_key(file);
  std::string id;
  for (const char c : key.substr(key.size() - kBytes)) id += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return id;
}

bool forget_policies(store::Store& store, store::Writer& writer, std::string_view id, text::Timestamp now) {
  const store::Snapshot snapshot = store.snapshot();
  bool found = false;
  for (const store::PolicyFile& file : snapshot.policy_files()) {
    if (policy_file_id(file) != id) continue;
    found = writer.erase_policy_file(store::policy_key(file), {now, journal_text("policies-forget", file)}) || found;
  }
  return found;
}

}  // namespace trailkeeper::query
