// AWS Activate's actions. No real event of these is public; the parameters are this project's own assumption.
#include <array>

#include "generate/api.h"

namespace trailkeeper::generate {
namespace {

constexpr Callers kMembers = kRoot | kPeople | kPipelines;

constexpr std::array kApis{
    Api{.service = "activate",
        .name = "GetMemberInfo",
        .callers = kMembers,
        .weight = 26,
        .request = R"({"accountId":"<account>"})",
        .version = "1.09"},
    Api{.service = "activate",
        .name = "GetCredits",
        .callers = kMembers,
        .weight = 30,
        .request = R"({"accountId":"<account>","includeExpired":<one:true|false>})",
        .error_per_mille = 30,
        .version = "1.09"},
    Api{.service = "activate",
        .name = "GetCosts",
        .callers = kMembers,
        .weight = 18,
        .request =
            R"({"granularity":"<one:MONTHLY|DAILY>","timePeriod":{"start":"<dateDash:-2592000>","end":"<dateDash>"}})",
        .error_per_mille = 40,
        .version = "1.09"},
    Api{.service = "activate",
        .name = "GetContentInfo",
        .callers = kMembers,
        .weight = 14,
        .request =
            R"({"contentType":"<one:OFFER|ARTICLE|TRAINING|EVENT>","contentId":"cnt-<hex:12>","locale":"<one:en_US|en_GB|de_DE|fr_FR>"})",
        .version = "1.09"},
    Api{.service = "activate",
        .name = "GetAccountContanct",
        .callers = kMembers,
        .weight = 7,
        .request = R"({"accountId":"<account>"})",
        .version = "1.09"},
    Api{.service = "activate",
        .name = "GetAccountContact",
        .callers = kMembers,
        .weight = 3,
        .request = R"({"accountId":"<account>"})",
        .version = "1.10"},
    Api{.service = "activate",
        .name = "Get Program",
        .callers = kMembers,
        .weight = 8,
        .request = R"({"programName":"<one:FOUNDERS|PORTFOLIO>"})",
        .version = "1.09"},
    Api{.service = "activate",
        .name = "GetProgram",
        .callers = kMembers,
        .weight = 3,
        .request = R"({"programName":"<one:FOUNDERS|PORTFOLIO>"})",
        .version = "1.10"},
    Api{.service = "activate",
        .name = "PutMemberInfo",
        .callers = kMembers,
        .weight = 3,
        .read_only = false,
        .request =
            R"({"companyName":"<company>","website":"https://www.<company>.example","role":"<one:CTO|CEO|Engineer|Founder>","interests":["<word>","<word>"],"email":"HIDDEN_DUE_TO_SECURITY_REASONS"})",
        .response = R"({"status":"UPDATED","lastUpdated":"<time>"})",
        .error_per_mille = 60,
        .version = "1.09"},
    Api{.service = "activate",
        .name = "CreateForm",
        .callers = kMembers,
        .weight = 1,
        .read_only = false,
        .request =
            R"({"formType":"<one:FOUNDERS|PORTFOLIO>","companyName":"<company>","foundedDate":"<one:2016|2018|2019|2020|2021|2022|2023>-<pad:2:1:12>-<pad:2:1:28>","fundingStage":"<one:BOOTSTRAPPED|PRE_SEED|SEED|SERIES_A|SERIES_B>","website":"https://www.<company>.example","country":"<one:US|DE|IE|FR|IN|BR>","requestedAmount":<one:1000|5000|10000|25000|100000>,"currency":"USD","orgId":"<one:0|1|2><alnum:4>","email":"<one:founders|aws|finance>@<company>.example"})",
        .response = R"({"applicationId":"app-<hex:17>","status":"SUBMITTED","submittedAt":"<time>"})",
        .error_per_mille = 150,
        .version = "1.09"},
};

}  // namespace

std::span<const Api> activate_apis() { return kApis; }

}  // namespace trailkeeper::generate
