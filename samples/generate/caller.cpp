#include "generate/caller.h"

#include <array>
#include <span>

#include "generate/calendar.h"
#include "generate/identity.h"
#include "generate/names.h"
#include "generate/template.h"

namespace trailkeeper::generate {
namespace {

std::string random_text(Random& random, Alphabet alphabet, unsigned count) {
  std::string text;
  append_random(text, random, alphabet, count);
  return text;
}

std::string filled(std::string_view pattern, Scene& scene) {
  std::string text;
  Template{pattern}.append(text, scene);
  return text;
}

// 198.18.0.0/15 is kept for benchmarks, 2001:db8::/32 for documentation: no address here is anyone's.
std::string public_address(Random& random) {
  std::string ip;
  if (random.per_mille(60)) {
    ip = "2001:db8:";
    ip += random_text(random, Alphabet::hex, 4) + ":" + random_text(random, Alphabet::hex, 4) +
          "::" + random_text(random, Alphabet::hex, 3);
    return ip;
  }
  ip = random.per_mille(500) ? "198.18." : "198.19.";
  append_number(ip, random.below(256));
  ip += '.';
  append_number(ip, random.between(1, 254));
  return ip;
}

std::string private_address(Random& random) {
  std::string ip = "10.";
  append_number(ip, random.below(4));
  ip += '.';
  append_number(ip, random.below(256));
  ip += '.';
  append_number(ip, random.between(4, 254));
  return ip;
}

// Seconds of a session, and how many run at once.
struct Rhythm {
  std::int64_t length;
  unsigned at_once;
};

Rhythm rhythm(CallerKind kind) {
  switch (kind) {
    case CallerKind::server: return {6 * 3600, 1};
    case CallerKind::function: return {4 * 3600, 4};
    case CallerKind::container: return {6 * 3600, 3};
    case CallerKind::pipeline: return {1800, 2};
    case CallerKind::vendor: return {3600, 2};
    case CallerKind::linked_role: return {3600, 1};
    case CallerKind::service: return {kDay * 365, 1};
    default: return {8 * 3600, 1};
  }
}

std::string_view at(std::span<const std::string_view> names, unsigned number) { return names[number % names.size()]; }

}  // namespace

Caller::Caller(CallerKind kind, unsigned number, std::string_view account, std::string_view company, unsigned home,
               const Region& region, std::uint64_t seed)
    : kind_(kind), home_(home), account_(account), seed_(seed) {
  Scene scene{seed};
  scene.region = &region;
  scene.account = account;
  scene.company = company;
  Random& random = scene.random;
  const Rhythm own = rhythm(kind);
  length_ = own.length;
  phase_ = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(own.length)));
  sessions_.resize(own.at_once);

  id_ = (kind == CallerKind::user || kind == CallerKind::federated ? "AIDA" : "AROA") +
        random_text(random, Alphabet::base32, 17);
  std::string path = "role/";
  std::string person{at(first_names(), number)};
  if (number >= first_names().size()) person += std::string{"."} + static_cast<char>('a' + number % 26);
  switch (kind) {
    case CallerKind::root:
      name_ = "root";
      uses_console_ = true;
      break;
    case CallerKind::user:
      name_ = number % 3 == 2 ? filled("<user>", scene) : person;
      path = "user/";
      uses_console_ = number % 3 != 2;
      break;
    case CallerKind::federated:
      name_ = filled("<word>-broker", scene);
      path = "user/";
      session_ = person;
      break;
    case CallerKind::sso:
      name_ = std::string{"AWSReservedSSO_"} +
              std::string{at(std::array<std::string_view, 4>{"PowerUserAccess", "ReadOnlyAccess", "AdministratorAccess",
                                                             "BillingViewer"},
                             number / 30)} +
              "_";
      // One permission set has one role in an account, whoever uses it.
      {
        Random shared{mix({0x550, number / 30, std::stoull(std::string{account})})};
        name_ += random_text(shared, Alphabet::hex, 16);
        id_ = "AROA" + random_text(shared, Alphabet::base32, 17);
      }
      path = "role/aws-reserved/sso.amazonaws.com/";
      session_ = person + "@" + std::string{company} + ".example";
      uses_console_ = true;
      break;
    case CallerKind::pipeline: name_ = at(pipeline_roles(), number); break;
    case CallerKind::server:
    case CallerKind::container:
      name_ = at(app_roles(), number);
      if (number >= app_roles().size()) {
        Random shared{mix({number % app_roles().size(), std::stoull(std::string{account})})};
        id_ = "AROA" + random_text(shared, Alphabet::base32, 17);
      }
      if (kind == CallerKind::server) session_ = region.pools[static_cast<std::size_t>(Pool::instance)][number % 150];
      break;
    case CallerKind::function:
      session_ = region.pools[static_cast<std::size_t>(Pool::function)][number % 90];
      name_ = session_ + "-role";
      path = "role/service-role/";
      break;
    case CallerKind::vendor:
    case CallerKind::other_account: name_ = at(vendor_roles(), number); break;
    case CallerKind::linked_role:
      name_ = "AWSServiceRoleFor" + filled("<one:AutoScaling|ECS|RDS|Config|ElasticLoadBalancing|Support|TrustedAdvisor>", scene);
      endpoint_ = std::string{at(calling_services(), number)} + ".amazonaws.com";
      path = "role/aws-service-role/" + endpoint_ + "/";
      break;
    case CallerKind::service: name_ = std::string{at(calling_services(), number)} + ".amazonaws.com"; break;
    case CallerKind::web_identity: name_ = filled("repo:<company>/<word>:ref:refs/heads/main", scene); break;
    case CallerKind::saml: name_ = person + "@" + std::string{company} + ".example"; break;
  }
  role_arn_ = "arn:aws:iam::" + std::string{account} + ":" + (kind == CallerKind::root ? "root" : path + name_);

  const auto agent_choices = agents(kind);
  for (unsigned i = 0; i < 3; ++i) {
    agents_.push_back(filled(agent_choices[random.below(agent_choices.size())], scene));
    browsers_.push_back(filled(browsers()[random.below(browsers().size())], scene));
  }
  const bool in_vpc = kind == CallerKind::server || kind == CallerKind::container;
  if (in_vpc && number % 3 != 0) endpoint_ = filled("<vpcEndpoint>", scene);
  for (unsigned i = 0; i < 3; ++i) {
    ips_.push_back(!endpoint_.empty() && in_vpc ? private_address(random) : public_address(random));
  }
}

const Session& Caller::session(std::int64_t time, std::uint64_t bits) {
  const auto slot = static_cast<unsigned>(scale(bits, sessions_.size()));
  const std::int64_t period = (time + phase_) / length_;
  const auto number = static_cast<std::int64_t>(static_cast<std::uint64_t>(period) * sessions_.size() + slot);
  Session& session = sessions_[slot];
  if (session.number != number) begin(session, number, period * length_ - phase_, slot);
  return session;
}

void Caller::begin(Session& session, std::int64_t number, std::int64_t start, unsigned slot) const {
  Random random{mix({seed_, static_cast<std::uint64_t>(number), 0x5e55})};
  session.number = number;
  session.console = uses_console_ && (kind_ == CallerKind::root || random.per_mille(450));
  session.access_key = kind_ == CallerKind::user && !session.console ? "AKIA" : "ASIA";
  if (kind_ == CallerKind::user && !session.console) {
    Random lasting{seed_ ^ 0xa4};
    append_random(session.access_key, lasting, Alphabet::base32, 16);
  } else {
    append_random(session.access_key, random, Alphabet::base32, 16);
  }
  session.name = session_;
  if (session.name.empty()) {
    if (kind_ == CallerKind::container) {
      session.name = random_text(random, Alphabet::hex, 32);
    } else if (kind_ == CallerKind::pipeline) {
      session.name = "GitHubActions-" + random_text(random, Alphabet::hex, 10);
    } else {
      session.name = "session-" + random_text(random, Alphabet::alnum, 12);
    }
  }
  const std::vector<std::string>& agents = session.console ? browsers_ : agents_;
  session.agent = agents[random.below_skewed(agents.size())];
  session.ip = ips_[kind_ == CallerKind::function ? slot % ips_.size() : random.below_skewed(ips_.size())];
  session.vpc_endpoint = kind_ == CallerKind::linked_role ? std::string{} : endpoint_;
  identify(session, start, random);
}

void Caller::identify(Session& session, std::int64_t start, Random& random) const {
  std::string& head = session.identity_head;
  std::string& tail = session.identity_tail;
  head.clear();
  tail.clear();
  session.arn = role_arn_;
  const bool mfa = session.console && !random.per_mille(120);
  switch (kind_) {
    case CallerKind::root: append_root(head, account_, session.access_key, start, mfa); return;
    case CallerKind::user:
      append_user(head, account_, id_, role_arn_, session.access_key, name_, session.console ? start : 0, mfa);
      return;
    case CallerKind::service:
      head = R"({"type":"AWSService","invokedBy":")" + name_ + "\"}";
      session.ip = name_;
      session.agent = name_;
      session.arn = name_;
      return;
    case CallerKind::other_account: {
      if (random.per_mille(200)) {
        head = R"({"type":"AWSAccount","principalId":"","accountId":"anonymous"})";
        session.arn = "anonymous";
        return;
      }
      std::string other;
      append_padded(other, Random{seed_}.between(200'000'000'000, 299'999'999'999), 12);
      head = R"({"type":"AWSAccount","principalId":")" + id_ + ":" + session.name + R"(","accountId":")" + other + "\"}";
      session.arn = "arn:aws:sts::" + other + ":assumed-role/" + name_ + "/" + session.name;
      return;
    }
    case CallerKind::web_identity: {
      const std::string provider =
          "arn:aws:iam::" + std::string{account_} + ":oidc-provider/token.actions.githubusercontent.com";
      head = R"({"type":"WebIdentityUser","principalId":")" + provider + ":sts.amazonaws.com:" + name_ +
             R"(","userName":")" + name_ + R"(","identityProvider":")" + provider + "\"}";
      return;
    }
    case CallerKind::saml: {
      const std::string provider = random_text(random, Alphabet::base64, 27) + "=";
      head = R"({"type":"SAMLUser","principalId":")" + provider + ":" + name_ + R"(","userName":")" + name_ +
             R"(","identityProvider":")" + provider + "\"}";
      return;
    }
    case CallerKind::federated: {
      session.arn = "arn:aws:sts::" + std::string{account_} + ":federated-user/" + session_;
      head = R"({"type":"FederatedUser","principalId":")" + std::string{account_} + ":" + session_ + R"(","arn":")" +
             session.arn + R"(","accountId":")" + std::string{account_} + R"(","accessKeyId":")" + session.access_key +
             R"(","sessionContext":{"sessionIssuer":{"type":"IAMUser","principalId":")" + id_ + R"(","arn":")" +
             role_arn_ + R"(","accountId":")" + std::string{account_} + R"(","userName":")" + name_ + R"("},)";
      append_attributes(tail, start, false);
      tail += "}}";
      return;
    }
    default: break;
  }
  RoleSession role{account_, id_, name_, role_arn_, session.name, session.access_key, start, false};
  if (kind_ == CallerKind::server) role.ec2_delivery = seed_ % 4 == 0 ? "1.0" : "2.0";
  if (kind_ == CallerKind::linked_role) {
    role.invoked_by = endpoint_;
    session.ip = endpoint_;
    session.agent = endpoint_;
  }
  session.arn.clear();
  append_session_arn(session.arn, role);
  append_role_head(head, role);
  append_role_tail(tail, role);
}

}  // namespace trailkeeper::generate
