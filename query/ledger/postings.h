// Every posting of the credit ledger, in order of time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "rules/credits/book.h"
#include "store/store.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// Moves an amount from one account of the ledger to another, so that it always balances. Never negative or zero.
struct Posting {
  text::Timestamp time = 0;
  std::string debit;
  std::string credit;
  text::Money amount;
  std::string_view rule;
  std::string cause;
};

using PostingVisitor = std::function<void(const Posting&)>;

/// Puts the postings of credits and of bills into one list. Bills come month by month, and only the lines of some days
/// are held at a time.
class Postings {
 public:
  /// `book`: what became of the credits; its list of credits is the one that the payments of the bills mean. Everything
  /// must outlive this. Of the credits and bills only those of `account`, if it isn't empty.
  Postings(const store::Snapshot& snapshot, const rules::credits::Book& book, std::string account,
           PostingVisitor visit);
  ~Postings();
  Postings(const Postings&) = delete;
  Postings& operator=(const Postings&) = delete;

  /// A paid bill: to be called by a visitor of the same book, made again.
  void add_bill(const rules::credits::Bill& bill, const std::vector<rules::credits::PaidCell>& cells);
  /// Must be called at the end.
  void finish();

 private:
  class Ordered;
  std::unique_ptr<Ordered> ordered_;
};

}  // namespace trailkeeper::query
