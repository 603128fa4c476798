#include "rules/credits/own_words.h"

#include <algorithm>
#include <vector>

#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

// Of what rules, verdicts and the ledger say, as far as four letters or more.
constexpr std::string_view kOwnWords =
    "about above account accounts action activate active addendum address administrator administrators advice after "
    "again against allocation allow allowed allows alone among amount another answer answers application applications "
    "applied apply approved aren array asked asks attached authorises authorization average award awarded away back "
    "balance balances became because been before beginning between bill billing bills both boundary broken built "
    "business byte bytes call called caller calls came cancellation cancelled carry catalogue change changed changes "
    "charge charged charges check choose close closed code codes columns come compare compared condition confidential "
    "configuration considered console control correct correction cost could couldn count country cover covered covers "
    "credentials credit credits cron currency damaged date dates days debit decide decided decides decision decisions "
    "default delegated denied denies depends describe details differ difference different differs digit digits docs "
    "does doesn dollars done down each email encrypt endpoint entries entry error estimated event events every "
    "everything exactly example exhausted exit expected expire expired expires expiry explain fact facts failed fall "
    "false figures file files filtered finding findings first follows forecast form founded founders free from "
    "funding future gave give given goes gone granted grants group groups grow have here high history hold holder "
    "holds hours identity import imported initial inline input insight into invalid issued item items itself json "
    "judged kept kind known knows larger last later ledger left less letters level limit line lines linked list lists "
    "load loaded longer made mail makes managed many marker medium member membership million misleads misread missing "
    "money month months more most much must name named names narrows needed needs negative neither never newer newest "
    "next nobody none nothing notices number numbers object objects offers once ones only open opening order "
    "organisation organization organizations other others ours output overrides owner page paginate paid parameters "
    "part partial path paths payer pays pending permission permissions policies policy portfolio posting print "
    "printed prints product profile programme proof provider pseudonyms public range rates read reason reasons "
    "recheck reconcile refused rejected rejects remaining replace replaced replaces replayed report reports request "
    "requirements resource response results returns revoked right rise role root rule rules runs same says second "
    "segment sent service session setting settings several severity shown shows side sign signing since some somebody "
    "something source stage standard stands start startup statement stay stays store string strings submitted "
    "succeeded such summary support table tables tags take taken takes task technical tell term text than that them "
    "then there these they things this those though three throttled tier time told took total trail trailkeeper "
    "transferred trend true trust truth twice type undecided units unknown used user value values verdict verdicts "
    "version versions want website were what whatever when where whether which whole whose with withdraw withdrawn "
    "within without worth would write written wrong wrote year years zero";

std::vector<std::string_view> split_own_words() {
  std::vector<std::string_view> words;
  for (std::string_view rest = kOwnWords; !rest.empty();) words.push_back(text::take_before(rest, ' '));
  return words;
}

}  // namespace

bool is_own_word(std::string_view word) {
  static const std::vector<std::string_view> kSorted = split_own_words();
  constexpr std::size_t kYear = 4;
  if (text::is_digits(word, kYear) && (word.starts_with("19") || word.starts_with("20"))) return true;
  return std::binary_search(kSorted.begin(), kSorted.end(), text::lowered(word));
}

}  // namespace trailkeeper::rules::credits
