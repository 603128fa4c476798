#include "rules/iam/global_keys.h"

#include <algorithm>
#include <array>

namespace trailkeeper::rules::iam {

bool is_multivalued_key(std::string_view folded) {
  constexpr std::array<std::string_view, 7> kKeys{
      "aws:calledvia",        "aws:principalorgpaths", "aws:principalservicenameslist",
      "aws:resourceorgpaths", "aws:sourceorgpaths",    "aws:tagkeys",
      "aws:vpceorgpaths"};
  return std::find(kKeys.begin(), kKeys.end(), folded) != kKeys.end();
}

bool is_global_key(std::string_view folded) {
  for (const std::string_view prefix : {"aws:principaltag/", "aws:requesttag/", "aws:resourcetag/"}) {
    if (folded.size() > prefix.size() && folded.substr(0, prefix.size()) == prefix) return true;
  }
  // Sorted.
  constexpr std::array<std::string_view, 49> kKeys{"aws:assumedroot",
                                                   "aws:calledvia",
                                                   "aws:calledviaawsmcp",
                                                   "aws:calledviafirst",
                                                   "aws:calledvialast",
                                                   "aws:chatbotsourcearn",
                                                   "aws:currenttime",
                                                   "aws:ec2instancesourceprivateipv4",
                                                   "aws:ec2instancesourcevpc",
                                                   "aws:epochtime",
                                                   "aws:federatedprovider",
                                                   "aws:ismcpserviceaction",
                                                   "aws:multifactorauthage",
                                                   "aws:multifactorauthpresent",
                                                   "aws:principalaccount",
                                                   "aws:principalarn",
                                                   "aws:principalisawsservice",
                                                   "aws:principalorgid",
                                                   "aws:principalorgpaths",
                                                   "aws:principalservicename",
                                                   "aws:principalservicenameslist",
                                                   "aws:principaltype",
                                                   "aws:referer",
                                                   "aws:requestedregion",
                                                   "aws:resourceaccount",
                                                   "aws:resourceorgid",
                                                   "aws:resourceorgpaths",
                                                   "aws:securetransport",
                                                   "aws:sourceaccount",
                                                   "aws:sourcearn",
                                                   "aws:sourceidentity",
                                                   "aws:sourceip",
                                                   "aws:sourceorgid",
                                                   "aws:sourceorgpaths",
                                                   "aws:sourceowner",
                                                   "aws:sourcevpc",
                                                   "aws:sourcevpcarn",
                                                   "aws:sourcevpce",
                                                   "aws:tagkeys",
                                                   "aws:tokenissuetime",
                                                   "aws:useragent",
                                                   "aws:userid",
                                                   "aws:username",
                                                   "aws:viaawsmcpservice",
                                                   "aws:viaawsservice",
                                                   "aws:vpceaccount",
                                                   "aws:vpceorgid",
                                                   "aws:vpceorgpaths",
                                                   "aws:vpcsourceip"};
  return std::binary_search(kKeys.begin(), kKeys.end(), folded);
}

}  // namespace trailkeeper::rules::iam
