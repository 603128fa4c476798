#include "query/upkeep.h"

#include "query/hold_keeper.h"
#include "query/known_secrets.h"
#include "query/verdicts/verdict_index.h"

namespace trailkeeper::query {
namespace {

class Judging final : public store::VerdictMaker {
 public:
  store::VerdictsMade make(store::Store& store, store::Writer& writer, double seconds) override {
    return recheck(store, writer, {false, seconds / 2, seconds});
  }
};

}  // namespace

void attach_upkeep(store::Store& store) {
  store.keep_holds(make_hold_keeper());
  store.make_verdicts(std::make_shared<Judging>());
  keep_secrets(store);
}

}  // namespace trailkeeper::query
