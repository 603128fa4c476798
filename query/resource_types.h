// Which members of an event's parameters and response name a resource, and of which type.
#pragma once

#include <span>
#include <string_view>

namespace trailkeeper::query {

/// A member of requestParameters or responseElements, at any depth, whose text names a resource.
struct ResourceMember {
  std::string_view key;
  std::string_view type;         ///< As AWS Config names it, such as `AWS::S3::Bucket`.
  std::string_view source = {};  ///< Only of events with this eventSource; empty: of all.
};

/// All of them, ascending by key.
std::span<const ResourceMember> resource_members();

/// The rows for a key; `listed`: its values are elements of a list, whose key may be the plural (`instanceIds`).
std::span<const ResourceMember> members_of_key(std::string_view key, bool listed);

/// Whether a key says that its value is an ARN: it is or ends with `arn`, `Arn` or `ARN` (a list: also `arns`, …).
bool names_arn(std::string_view key, bool listed);

/// Whether either is so.
bool may_name_resource(std::string_view key, bool listed);

/// The type of the resource that an ARN names; empty if it isn't known, or if it is no ARN.
std::string_view resource_type_of_arn(std::string_view arn);

}  // namespace trailkeeper::query
