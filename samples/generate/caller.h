// Who calls APIs: a principal, and the sessions in which it does so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generate/scene.h"

namespace trailkeeper::generate {

/// What a principal is, which decides what it calls, from where and how its identity is logged.
enum class CallerKind : std::uint8_t {
  root, user, sso, pipeline, server, function, container, vendor, linked_role, service, other_account, web_identity,
  saml, federated,
};
constexpr std::size_t kCallerKinds = static_cast<std::size_t>(CallerKind::federated) + 1;

/// A set of CallerKind.
using Callers = std::uint32_t;
constexpr Callers only(CallerKind kind) { return Callers{1} << static_cast<unsigned>(kind); }

constexpr Callers kRoot = only(CallerKind::root);
constexpr Callers kPeople = only(CallerKind::user) | only(CallerKind::sso) | only(CallerKind::federated);
constexpr Callers kPipelines = only(CallerKind::pipeline);
constexpr Callers kServers = only(CallerKind::server);
constexpr Callers kFunctions = only(CallerKind::function);
constexpr Callers kContainers = only(CallerKind::container);
constexpr Callers kVendors = only(CallerKind::vendor);
constexpr Callers kLinkedRoles = only(CallerKind::linked_role);
constexpr Callers kServices = only(CallerKind::service);
constexpr Callers kOtherAccounts = only(CallerKind::other_account);
constexpr Callers kApps = kServers | kFunctions | kContainers;

/// What all of a session's events have in common.
struct Session {
  std::int64_t number = -1;
  std::string identity_head;  ///< userIdentity as JSON; between head and tail stands webIdFederationData, if at all.
  std::string identity_tail;
  std::string arn;
  std::string name;
  std::string access_key;
  std::string ip;
  std::string agent;
  std::string vpc_endpoint;
  bool console = false;
};

/// A principal of one account.
class Caller {
 public:
  /// `account` must outlive the caller. `number` counts the account's callers of this kind; `home` is the index of the
  /// region `region`, where it mostly works.
  Caller(CallerKind kind, unsigned number, std::string_view account, std::string_view company, unsigned home,
         const Region& region, std::uint64_t seed);

  /// The session in which it calls at this time; `bits` chooses among those that run at once. A session is a function of
  /// the seed, the time and the bits, whatever was asked before. The reference holds until the next call.
  const Session& session(std::int64_t time, std::uint64_t bits);

  [[nodiscard]] CallerKind kind() const { return kind_; }
  [[nodiscard]] unsigned home() const { return home_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& role_arn() const { return role_arn_; }

 private:
  void begin(Session& session, std::int64_t number, std::int64_t start, unsigned slot) const;
  void identify(Session& session, std::int64_t start, Random& random) const;

  CallerKind kind_;
  unsigned home_;
  std::string_view account_;
  std::uint64_t seed_;
  std::string name_;         // User or role name, or the calling service.
  std::string id_;           // AIDA… or AROA….
  std::string role_arn_;     // The role's or the user's ARN, with its path.
  std::string session_;      // The role session's name; made anew for each session if empty.
  std::string endpoint_;     // The VPC endpoint it calls through.
  std::vector<std::string> agents_;
  std::vector<std::string> browsers_;
  std::vector<std::string> ips_;
  std::int64_t length_ = 0;  // Seconds of a session.
  std::int64_t phase_ = 0;
  bool uses_console_ = false;
  std::vector<Session> sessions_;
};

}  // namespace trailkeeper::generate
